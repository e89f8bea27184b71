//! Files of other tools, read and written.

mod cases;
mod round;
mod states;
mod support;
mod tables;
