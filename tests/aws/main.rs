//! The real client, in one binary: over recorded answers, what is sent and what answers become; over real
//! HTTP against `connect-server`, the contract, faults of the wire and the command line.

mod answers;
mod certificates;
mod command_line;
mod environment;
mod errors;
mod failures;
mod http;
mod listings;
mod quotas;
#[path = "../core/random.rs"]
mod random;
mod requests;
mod served;
mod server;
mod settings;
mod support;
mod updates;
