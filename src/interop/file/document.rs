//! YAML documents: their value, and the places of its parts.

use std::cell::OnceCell;

use serde::de::DeserializeOwned;

use super::source::{Failure, ReadSeek, Source, Spot};
use crate::interop::program::{Step, Tree, read_yaml, unreadable};

/// The text of a YAML file. The first request for a place parses the text a second time.
pub(super) struct Text {
    text: String,
    tree: OnceCell<Option<Tree>>,
}

impl Text {
    /// Reads the text of a file.
    pub(super) fn of(from: &mut dyn ReadSeek) -> Result<Self, Failure> {
        Ok(Self { text: Source::whole(from)?, tree: OnceCell::new() })
    }

    /// Deserializes the text as YAML; JSON is YAML, too.
    pub(super) fn yaml<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        read_yaml(&self.text).map_err(|error| {
            let (what, help, at) = unreadable(&error);
            Failure::new(what, help, at.map(spot))
        })
    }

    /// Returns the place of a value, or of the nearest value around it.
    pub(super) fn find(&self, path: &[Step]) -> Option<Spot> {
        let tree = self.tree.get_or_init(|| read_yaml(&self.text).ok());
        tree.as_ref()?.find(path).map(spot)
    }
}

const fn spot((line, column): (u64, u64)) -> Spot {
    Spot { line, column }
}

/// A path from names of members.
pub(super) fn members(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| Step::member(name)).collect()
}
