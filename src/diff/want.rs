//! What a spec wants of each property, given what the last one set.

use super::Options;
use crate::user::{Input, Property, PropertySet, UserSpec, UserState};

/// What a spec wants of a property.
#[derive(Debug)]
pub(super) enum Want<'a, T> {
    /// Nobody manages it: whatever the service has stays.
    Keep,
    /// The last spec set it and this one leaves it out.
    Clear,
    /// It has a value that is not known yet.
    Unknown,
    /// It has this value.
    Value(&'a T),
}

impl<'a, T> Want<'a, T> {
    /// What to have in the end, where the service has `actual` and both may be nothing.
    pub(super) fn settle(self, actual: Option<&T>, same: impl Fn(Option<&T>, Option<&T>) -> bool) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Keep | Self::Unknown => actual.cloned(),
            Self::Clear => actual.filter(|_| same(None, actual)).cloned(),
            // Two ways to write the same are no reason to write it.
            Self::Value(value) if same(Some(value), actual) => actual.cloned(),
            Self::Value(value) => Some(value.clone()),
        }
    }
}

/// A spec beside the state that it is compared with.
pub(super) struct Sides<'a> {
    pub(super) spec: &'a UserSpec,
    pub(super) state: &'a UserState,
    pub(super) options: &'a Options,
    managed: PropertySet,
}

impl<'a> Sides<'a> {
    pub(super) fn new(spec: &'a UserSpec, state: &'a UserState, options: &'a Options) -> Self {
        Self { spec, state, options, managed: spec.managed() }
    }

    pub(super) fn want<T>(&self, property: Property, input: Option<&'a Input<T>>) -> Want<'a, T> {
        match input {
            Some(Input::Known(value)) => Want::Value(value),
            Some(Input::Unknown) => Want::Unknown,
            None if self.was_managed(property) && !self.is_handed_over(property) => Want::Clear,
            None => Want::Keep,
        }
    }

    /// Whether the last applied spec set the property.
    pub(super) fn was_managed(&self, property: Property) -> bool {
        self.state.record.managed.contains(property)
    }

    /// Whether the spec sets the property.
    pub(super) fn is_managed(&self, property: Property) -> bool {
        self.managed.contains(property)
    }

    /// Whether the spec says the same thing elsewhere now, so that leaving it out here means nothing.
    fn is_handed_over(&self, property: Property) -> bool {
        TWINS.iter().any(|(block, channels)| *block == property && self.is_managed(*channels))
    }
}

/// The values of the phone block that the API keeps per channel too.
const TWINS: &[(Property, Property)] = &[
    (Property::PhoneType, Property::PhoneNumberConfigs),
    (Property::DeskPhoneNumber, Property::PhoneNumberConfigs),
    (Property::AutoAccept, Property::AutoAcceptConfigs),
    (Property::AfterContactWorkTimeLimit, Property::AfterContactWorkConfigs),
    (Property::PersistentConnection, Property::PersistentConnectionConfigs),
];
