//! The SDK's client over recorded answers: what is sent, and what answers and errors become.

mod errors;
mod http;
mod operations;
mod server;
mod support;
