//! Users of two instances, compared and copied.

mod compare;
mod copy;
mod kill;
mod random;
mod support;
