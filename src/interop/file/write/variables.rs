//! Names for what references of a file stand for, where a reference leads to nothing that is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    interop::program::Part,
    user::{Path, Property, Shape},
};

/// What a variable stands for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    pub(super) is_secret: bool,
    pub(super) form: Form,
}

/// The form of a variable's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// A text, of which every tool makes a number or a boolean too.
    #[default]
    Text,
    /// A set of texts.
    Texts,
    /// An object of texts.
    TextsByKey,
    /// A list of objects.
    Objects,
}

impl Kind {
    /// That of a reference, which stands in an expression at a place of a user.
    pub(super) fn at(path: &Path, expression: &str) -> Self {
        let property = path.property().filter(|property| Path::from(*property) == *path);
        let shape =
            property.filter(|_| Part::alone(expression).is_some()).map(|property| property.info().shape);
        let form = match shape {
            Some(Shape::Set) => Form::Texts,
            Some(Shape::Map) => Form::TextsByKey,
            Some(Shape::Channels | Shape::Proficiencies) => Form::Objects,
            _ => Form::Text,
        };
        Self { is_secret: property == Some(Property::Password), form }
    }

    fn and(self, other: Self) -> Self {
        Self { is_secret: self.is_secret || other.is_secret, form: self.form.max(other.form) }
    }
}

/// The values that whoever uses a written file has to give: by reference, the name, and what it stands for.
#[derive(Default)]
pub(super) struct Variables {
    names: BTreeMap<String, (String, Kind)>,
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
    pub(super) fn name(&mut self, reference: &str, kind: Kind, is_allowed: impl Fn(char) -> bool) -> String {
        if let Some((name, known)) = self.names.get_mut(reference) {
            *known = known.and(kind);
            return name.clone();
        }
        self.add(reference.to_owned(), plain(reference, is_allowed), kind)
    }

    /// A name like `wanted` for what is told apart by `key`.
    pub(super) fn named(&mut self, wanted: &str, key: &str, is_allowed: impl Fn(char) -> bool) -> String {
        let reference = format!("{wanted} {key}");
        match self.names.get(&reference) {
            Some((name, _)) => name.clone(),
            None => self.add(reference, plain(wanted, is_allowed), Kind::default()),
        }
    }

    fn add(&mut self, reference: String, first: String, kind: Kind) -> String {
        let mut name = first.clone();
        while !self.taken.insert(name.clone()) {
            let number = self.next.entry(first.clone()).or_insert(1);
            *number += 1;
            name = format!("{first}{number}");
        }
        self.names.insert(reference, (name.clone(), kind));
        name
    }

    /// The names, each with what it stands for.
    pub(super) fn all(&self) -> BTreeMap<&str, Kind> {
        self.names.values().map(|(name, kind)| (name.as_str(), *kind)).collect()
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
