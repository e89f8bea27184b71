//! Everything that needs no SDK, in one binary.

mod diff;
mod model;
mod support;
