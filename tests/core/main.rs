//! Everything that needs no SDK, in one binary.

mod model;
