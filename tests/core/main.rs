//! Everything that needs no SDK, in one binary.

mod apply;
mod delete;
mod diff;
mod directory;
mod documents;
mod engine;
mod files;
mod ignore;
mod journal;
mod kept;
mod layers;
mod listings;
mod memory;
mod model;
mod names;
mod package;
mod permissions;
mod programs;
mod properties;
mod random;
mod readme;
mod saved;
mod sign_out;
mod support;
mod unread;
mod validate;
