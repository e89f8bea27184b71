//! YAML: the value, and where everything is.

use std::cell::OnceCell;

use serde::de::DeserializeOwned;

use super::source::{Failure, ReadSeek, Source, Spot};
use crate::interop::program::{Step, Tree, read_yaml, unreadable};

/// The text of a YAML file. Where something is is looked for in a second reading, when it is asked first.
pub(super) struct Text {
    text: String,
    tree: OnceCell<Option<Tree>>,
}

impl Text {
    /// The text of a file.
    pub(super) fn of(from: &mut dyn ReadSeek) -> Result<Self, Failure> {
        Ok(Self { text: Source::whole(from)?, tree: OnceCell::new() })
    }

    /// What a deserializer makes of YAML, of which JSON is a part.
    pub(super) fn yaml<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        read_yaml(&self.text).map_err(|error| {
            let (what, help, at) = unreadable(&error);
            Failure::new(what, help, at.map(spot))
        })
    }

    /// Where something is, or the nearest place above it.
    pub(super) fn find(&self, path: &[Step]) -> Option<Spot> {
        let tree = self.tree.get_or_init(|| read_yaml(&self.text).ok());
        tree.as_ref()?.find(path).map(spot)
    }
}

const fn spot((line, column): (u64, u64)) -> Spot {
    Spot { line, column }
}

/// A path of members.
pub(super) fn members(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| Step::member(name)).collect()
}
