//! Everything that needs no SDK, in one binary.

mod apply;
mod diff;
mod model;
mod random;
mod support;
