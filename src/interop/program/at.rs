//! Where a value is that is being evaluated.

use super::reference::{Reference, Step, path_text};
use crate::user::{Path, Property, Segment, to_camel_case};

/// Where a value is: on the stack, so that nothing is made of it where there is nothing to say.
pub(super) enum At<'a> {
    /// The properties of the user.
    User,
    /// What a reference stands for, which is somewhere else.
    Inside(&'a Reference, &'a At<'a>),
    Member(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

impl At<'_> {
    /// Whether it stands in the user itself.
    pub(super) fn is_in_user(&self) -> bool {
        match self {
            Self::User => true,
            Self::Inside(..) => false,
            Self::Member(at, _) | Self::Index(at, _) => at.is_in_user(),
        }
    }

    /// Whether it is in the password of the user, or references of the password have led here.
    pub(super) fn is_in_password(&self) -> bool {
        matches!(self.in_user().first(), Some(Step::Member(name)) if name == "password")
    }

    /// The property of the user that stands here as a whole.
    pub(super) fn property(&self) -> Option<Property> {
        let Self::Member(Self::User, name) = self else { return None };
        let name = to_camel_case(name);
        Property::from_path(&name)
    }

    /// The place as a reference names it.
    pub(super) fn reference(&self, user: &Reference) -> Reference {
        match self {
            Self::User => user.clone(),
            Self::Inside(reference, _) => (*reference).clone(),
            Self::Member(at, name) => at.reference(user).then(&[Step::member(name)]),
            Self::Index(at, index) => at.reference(user).then(&[Step::Index(*index)]),
        }
    }

    /// The place in the user from which references have led here.
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

    /// The same as the place of a property.
    pub(super) fn path(&self) -> Path {
        let path: Path = path_text(&self.in_user()).parse().unwrap_or_default();
        path.segments().iter().fold(Path::root(), |path, segment| match segment {
            Segment::Member(name) => path.member(to_camel_case(name)),
            Segment::Key(key) => path.key(key.as_str()),
            Segment::Index(index) => path.index(*index),
        })
    }
}
