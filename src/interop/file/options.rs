//! What a reader of files is told beside the file.

use std::collections::BTreeMap;

use bon::Builder;

use super::mapping::Mapping;
use crate::user::{InstanceId, Secret};

/// What a reader of files is told beside the file.
#[derive(Builder, Clone, Debug, Default)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct ReadOptions {
    /// The name of the file for messages. Default: `file`.
    #[builder(default = "file".to_owned())]
    pub file: String,
    /// The instance of users of which the file does not say it. Its ARN makes those of users that the file imports from
    /// this instance. Default: unknown, with the reference `${instance}`.
    pub instance: Option<InstanceId>,
    /// The values of references of a template or program: parameters by their names, for example. One that nothing
    /// uses is an error. Default: none.
    #[builder(default)]
    pub values: BTreeMap<String, Secret>,
    /// Which column or attribute is which property. Default: those that their names tell.
    #[builder(default)]
    pub mapping: Mapping,
}
