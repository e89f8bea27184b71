//! The place of a value that is being evaluated.

use super::reference::{Reference, Step, path_text};
use crate::user::{Path, Property, Segment, to_camel_case};

/// The place of a value. It is a linked list on the stack, so that it allocates nothing unless a mistake is reported.
pub(super) enum At<'a> {
    /// The properties of the user.
    User,
    /// The value of a reference, which is in another part of the program.
    Inside(&'a Reference, &'a At<'a>),
    Member(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

impl At<'_> {
    /// Whether the value is written in the user itself.
    pub(super) fn is_in_user(&self) -> bool {
        match self {
            Self::User => true,
            Self::Inside(..) => false,
            Self::Member(at, _) | Self::Index(at, _) => at.is_in_user(),
        }
    }

    /// Whether the value is in the password of the user, or references in the password led to it.
    pub(super) fn is_in_password(&self) -> bool {
        matches!(self.in_user().first(), Some(Step::Member(name)) if name == "password")
    }

    /// The property whose whole value is here.
    pub(super) fn property(&self) -> Option<Property> {
        let Self::Member(Self::User, name) = self else { return None };
        let name = to_camel_case(name);
        Property::from_path(&name)
    }

    /// The place as a reference.
    pub(super) fn reference(&self, user: &Reference) -> Reference {
        match self {
            Self::User => user.clone(),
            Self::Inside(reference, _) => (*reference).clone(),
            Self::Member(at, name) => at.reference(user).then(&[Step::member(name)]),
            Self::Index(at, index) => at.reference(user).then(&[Step::Index(*index)]),
        }
    }

    /// The place in the user whose references led here.
    pub(super) fn in_user(&self) -> Vec<Step> {
        let (at, step) = match self {
            Self::User => return Vec::new(),
            Self::Inside(_, from) => return from.in_user(),
            Self::Member(at, name) => (at, Step::member(name)),
            Self::Index(at, index) => (at, Step::Index(*index)),
        };
        let mut steps = at.in_user();
        if at.is_in_user() {
            steps.push(step);
        }
        steps
    }

    /// The [place in the user](Self::in_user) as the path of a property.
    pub(super) fn path(&self) -> Path {
        let path: Path = path_text(&self.in_user()).parse().unwrap_or_default();
        path.segments().iter().fold(Path::root(), |path, segment| match segment {
            Segment::Member(name) => path.member(to_camel_case(name)),
            Segment::Key(key) => path.key(key.as_str()),
            Segment::Index(index) => path.index(*index),
        })
    }
}
