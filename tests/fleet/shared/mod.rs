//! A state that a team shares.

mod answers;
mod conditions;
mod double;
mod large;
mod leases;
mod migrate;
mod places;
mod race;
mod servers;
mod support;
