//! The resource as an engine asks for it.

mod apply;
mod histories;
mod inputs;
mod plan;
mod read;
mod schema;
mod support;
