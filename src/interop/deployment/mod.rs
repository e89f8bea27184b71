//! Validates, previews and applies a program, with the recorded and the actual users.

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
