//! The real client, in one binary: over recorded answers, what is sent and what answers become; over real
//! HTTP against `connect-server`, the contract, faults of the wire and the command line.

mod answers;
mod environment;
mod errors;
mod failures;
mod http;
mod listings;
mod requests;
mod server;
mod support;
mod updates;
