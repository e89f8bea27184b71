//! A program beside what is recorded and there: validated, previewed and carried out.

mod base;
mod error;
mod passwords;
mod preview;
mod refresh;
mod resolve;
mod review;
mod values;

pub(super) use base::look_up;
pub use base::{Deployment, DeploymentOptions, DeploymentOptionsBuilder};
pub use error::DeploymentError;
pub use passwords::Passwords;
pub use review::{Review, ReviewedUser};
