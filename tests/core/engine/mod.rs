//! The resource as an engine asks for it.

mod apply;
mod attempts;
mod beside;
mod early_plans;
mod handover;
mod histories;
mod inputs;
mod instances;
mod plan;
mod provider;
mod read;
mod records;
mod schema;
mod sign_out;
mod support;
mod timeouts;
