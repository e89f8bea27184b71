//! The SDK's client over recorded answers: what is sent, and what answers and errors become.

mod errors;
mod operations;
mod support;
