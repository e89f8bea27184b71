//! Files of other tools, read and written.

mod cases;
mod states;
mod support;
mod tables;
