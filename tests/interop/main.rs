//! Files of other tools, read and written.

mod adopt;
mod answers;
mod between;
mod cases;
mod edited;
mod lifecycle;
mod lists;
mod passwords;
#[path = "../core/random.rs"]
mod random;
mod round;
mod schema;
mod service;
mod set;
mod states;
mod streams;
mod support;
mod tables;
mod tools;
