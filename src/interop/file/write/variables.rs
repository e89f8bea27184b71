//! Names for what references of a file stand for, where a reference leads to nothing that is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::interop::program::Part;

/// The values that whoever uses a written file has to give: by reference, the name, and whether it is a secret.
#[derive(Default)]
pub(super) struct Variables {
    names: BTreeMap<String, (String, bool)>,
    taken: BTreeSet<String>,
    /// The numbers that are next for names that several wanted.
    next: BTreeMap<String, u64>,
}

impl Variables {
    /// None of these names is given.
    pub(super) fn reserve(&mut self, names: impl IntoIterator<Item = String>) {
        self.taken.extend(names);
    }

    /// The name for a reference. `is_allowed` says which characters it may have.
    pub(super) fn name(
        &mut self,
        reference: &str,
        is_secret: bool,
        is_allowed: impl Fn(char) -> bool,
    ) -> String {
        if let Some((name, was_secret)) = self.names.get_mut(reference) {
            *was_secret |= is_secret;
            return name.clone();
        }
        self.add(reference.to_owned(), plain(reference, is_allowed), is_secret)
    }

    /// A name like `wanted` for what is told apart by `key`.
    pub(super) fn named(&mut self, wanted: &str, key: &str, is_allowed: impl Fn(char) -> bool) -> String {
        let reference = format!("{wanted} {key}");
        match self.names.get(&reference) {
            Some((name, _)) => name.clone(),
            None => self.add(reference, plain(wanted, is_allowed), false),
        }
    }

    fn add(&mut self, reference: String, first: String, is_secret: bool) -> String {
        let mut name = first.clone();
        while !self.taken.insert(name.clone()) {
            let number = self.next.entry(first.clone()).or_insert(1);
            *number += 1;
            name = format!("{first}{number}");
        }
        self.names.insert(reference, (name.clone(), is_secret));
        name
    }

    /// The names, each with whether it stands for a secret.
    pub(super) fn all(&self) -> BTreeMap<&str, bool> {
        self.names.values().map(|(name, is_secret)| (name.as_str(), *is_secret)).collect()
    }
}

/// A text as a name, which begins with a letter.
fn plain(text: &str, is_allowed: impl Fn(char) -> bool) -> String {
    let plain = text.chars().filter_map(|c| match c {
        c if is_allowed(c) => Some(c),
        _ if is_allowed('_') => Some('_'),
        _ => None,
    });
    let plain: String = plain.collect();
    match plain.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => plain,
        false => format!("value{plain}"),
    }
}

/// An expression with its texts and its references written anew.
pub(super) fn rewrite(
    expression: &str,
    text: impl Fn(&str) -> String,
    mut reference: impl FnMut(&str) -> String,
) -> String {
    let parts = Part::all(expression);
    let parts = parts.into_iter().map(|part| match part {
        Part::Text(part) => text(part),
        Part::Reference(part) => reference(part),
    });
    parts.collect()
}

/// The name that a reference begins with.
pub(super) fn root(reference: &str) -> &str {
    reference.split(['.', '[']).next().unwrap_or(reference)
}
