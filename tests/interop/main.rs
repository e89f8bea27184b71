//! Files of other tools, read and written.

mod adopt;
mod answers;
mod between;
mod cases;
mod passwords;
#[path = "../core/random.rs"]
mod random;
mod round;
mod schema;
mod states;
mod support;
mod tables;
