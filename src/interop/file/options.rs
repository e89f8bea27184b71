//! Options of reading a file.

use std::collections::BTreeMap;

use bon::Builder;

use super::mapping::Mapping;
use crate::user::{InstanceId, Secret};

/// Options of [`read`](fn@super::read) and [`read_each`](super::read_each).
#[derive(Builder, Clone, Debug, Default)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct ReadOptions {
    /// Name of the file in messages. Default: `file`.
    #[builder(default = "file".to_owned())]
    pub file: String,
    /// The instance of users whose instance the file does not give. If this is an ARN, users that the file imports from
    /// this instance get an ARN, too. Default: unknown, with the reference `${instance}`.
    pub instance: Option<InstanceId>,
    /// Values of references of a template or program, such as the values of parameters by name. A value that is not
    /// used is an error. Default: none.
    #[builder(default)]
    pub values: BTreeMap<String, Secret>,
    /// Maps columns or attributes to properties. Default: columns and attributes are recognised by their names.
    #[builder(default)]
    pub mapping: Mapping,
}
