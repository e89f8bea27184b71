//! Options of a resource in an engine.

use std::fmt;

use async_trait::async_trait;
use bon::Builder;

use super::snapshot::Snapshot;
use crate::{apply::ObserveError, user::Value};

/// Options of one resource besides its inputs: Pulumi's resource options, Terraform's lifecycle.
///
/// Give the same value to diff and apply. A host whose engine works ignored changes into the inputs itself leaves
/// `ignore_changes` empty.
#[derive(Builder, Clone, Default)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct ResourceOptions<'a> {
    /// Paths whose changes are ignored, in the host's spelling: `identityInfo.email`, `tags.team`, or `all`. See
    /// [`Settings::ignore_changes`](crate::user::Settings::ignore_changes). Default: none.
    #[builder(default)]
    pub ignore_changes: Vec<String>,
    /// Paths whose changes replace the user although they could be made in place. Default: none.
    #[builder(default)]
    pub replace_on_changes: Vec<String>,
    /// Whether a replaced user is deleted before the new one is created, even if both could exist at once.
    /// Default: no.
    #[builder(default)]
    pub delete_before_replace: bool,
    /// Whether to refuse to delete or replace the user. Default: no.
    #[builder(default)]
    pub protect: bool,
    /// Whether the password differs from the one with which the user was created, for a host that knows: for example by
    /// Terraform's convention of a version beside a write-only password, or for a plan that must not show what it has
    /// not read. Default: the result of comparing the fingerprint in the record.
    pub password_changed: Option<bool>,
    /// Whether default tags are not known yet, all or some of them. If so, the complete tags of the user (`tagsAll`)
    /// are unknown too. Default: no.
    #[builder(default)]
    pub default_tags_unknown: bool,
    /// The outputs that the plan has shown, for an engine that compares the outputs of an apply with them. Without
    /// `planned`, the outputs are planned again. Default: none.
    pub planned: Option<&'a Value>,
    /// Saves the snapshot to store before and after each call of an apply, so that a killed process loses nothing.
    /// Default: none.
    pub journal: Option<&'a dyn Journal>,
}

impl fmt::Debug for ResourceOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceOptions")
            .field("ignore_changes", &self.ignore_changes)
            .field("replace_on_changes", &self.replace_on_changes)
            .field("delete_before_replace", &self.delete_before_replace)
            .field("protect", &self.protect)
            .field("password_changed", &self.password_changed)
            .field("default_tags_unknown", &self.default_tags_unknown)
            .finish_non_exhaustive()
    }
}

/// Saves what an engine would have to store if the process was killed now.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Saves the user, instead of what was saved before. An error ends the apply, before or after the call.
    async fn keep(&self, user: &Snapshot) -> Result<(), ObserveError>;
}
