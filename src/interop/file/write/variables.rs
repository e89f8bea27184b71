//! Names of variables for references of a file to values that are not written.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    interop::program::Part,
    user::{Path, Property, Shape},
};

/// The kind of value of a variable.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    pub(super) is_secret: bool,
    pub(super) form: Form,
}

/// The form of a variable's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// A text; all tools convert it to a number or a boolean where needed.
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
    /// The kind of a reference in an expression at a path of a user.
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

/// The variables that the user of a written file must set: name and kind of each, by reference.
#[derive(Default)]
pub(super) struct Variables {
    names: BTreeMap<String, (String, Kind)>,
    taken: BTreeSet<String>,
    /// The next number for each name that is requested several times.
    next: BTreeMap<String, u64>,
}

impl Variables {
    /// Reserves names, which no variable gets.
    pub(super) fn reserve(&mut self, names: impl IntoIterator<Item = String>) {
        self.taken.extend(names);
    }

    /// Returns the name of the variable for a reference. `is_allowed` says which characters a name may have.
    pub(super) fn name(&mut self, reference: &str, kind: Kind, is_allowed: impl Fn(char) -> bool) -> String {
        if let Some((name, known)) = self.names.get_mut(reference) {
            *known = known.and(kind);
            return name.clone();
        }
        self.add(reference.to_owned(), plain(reference, is_allowed), kind)
    }

    /// Returns the name of a variable, made from `wanted`; variables with different `key`s get different names.
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

    /// Returns the names of all variables, each with its kind.
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

/// Rewrites the texts and the references of an expression.
pub(super) fn rewrite(
    expression: &str,
    text: impl Fn(&str) -> String,
    mut reference: impl FnMut(&str) -> String,
) -> String {
    let parts = Part::all(expression);
    let parts = parts.into_iter().map(|part| match part {
        Part::Text(part) => text(&part),
        Part::Unclosed(part) => text(part),
        Part::Reference(part) => reference(part),
    });
    parts.collect()
}

/// The first name of a reference.
pub(super) fn root(reference: &str) -> &str {
    reference.split(['.', '[']).next().unwrap_or(reference)
}
