//! Reads users from programs and files of other tools, and deploys them.
//!
//! A reader takes the text of a program and returns its users, each with a resource name, its desired properties, its
//! resource options and its dependencies. Mistakes are [`Diagnostic`](crate::user::Diagnostic)s with file, line and
//! column. A [`Deployment`] validates, previews and applies a program.
//!
//! | module | reads |
//! | --- | --- |
//! | [`program`] | Pulumi YAML, and the same as JSON |
//! | [`mod@file`] | files of other tools: tables, states, templates, backups |
//! | [`between`] | the users of another instance: compared, and copied |
//!
//! [`set`] changes properties of many recorded users, and the text of their program.

pub mod between;
mod deployment;
pub mod file;
pub mod program;
pub mod set;

pub use deployment::{
    Deployment, DeploymentError, DeploymentOptions, DeploymentOptionsBuilder, Passwords, Review, ReviewedUser,
};
