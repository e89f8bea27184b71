//! Users as other tools write them: readers of their programs and files, and the deployment of what they say.
//!
//! A reader takes the text of a program and gives its users, each with a resource name, what it should be, its
//! resource options and what it depends on. Mistakes are [`Diagnostic`](crate::user::Diagnostic)s with file, line and
//! column. A [`Deployment`] validates, previews and carries out a program.
//!
//! | module | reads |
//! | --- | --- |
//! | [`program`] | Pulumi YAML, and the same as JSON |
//! | [`mod@file`] | files of other tools: tables, states, templates, backups |
//! | [`between`] | the users of another instance: compared, and copied |
//!
//! [`set`] changes properties of many recorded users, and of the text of their program.

pub mod between;
mod deployment;
pub mod file;
pub mod program;
pub mod set;

pub use deployment::{
    Deployment, DeploymentError, DeploymentOptions, DeploymentOptionsBuilder, Passwords, Review, ReviewedUser,
};
