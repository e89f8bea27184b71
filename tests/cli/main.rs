//! The command line, as whoever tries it would use it: the built example, files and exit codes.

mod between;
mod contract;
mod convert;
mod documented;
mod engine;
mod files;
#[cfg(unix)]
mod full;
mod imports;
mod many;
mod memberships;
mod mistakes;
mod options;
mod program;
mod rates;
mod said;
mod saved;
mod scope;
mod server;
mod set;
mod shared;
mod states;
mod tool;
