//! A spec and the state that it is compared with, and the desired value of each property.

use std::cell::OnceCell;

use crate::user::{
    Channel, Content, Element, Field, IdentityManagementType, Input, Phone, Property, Settings, UserSpec,
    UserState, Visitor,
};

/// The desired value of a property.
#[derive(Debug)]
pub(super) enum Desired<'a, T> {
    /// The property is not managed: the actual value stays.
    Keep,
    /// The last applied spec set the property, and this spec leaves it out.
    Clear,
    /// A value that is not known yet.
    Unknown,
    /// This value.
    Value(&'a T),
}

/// A spec and the state that it is compared with.
pub(super) struct Comparison<'a> {
    pub(super) spec: &'a UserSpec,
    pub(super) state: &'a UserState,
    pub(super) settings: &'a Settings,
    /// The phone that the user will have, and the phone that the spec asks for; computed when needed.
    pub(super) phones: OnceCell<[Phone; 2]>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(spec: &'a UserSpec, state: &'a UserState, settings: &'a Settings) -> Self {
        Self { spec, state, settings, phones: OnceCell::new() }
    }

    pub(super) fn desired<T>(&self, property: Property, input: Option<&'a Input<T>>) -> Desired<'a, T> {
        match input {
            Some(Input::Known(value)) => Desired::Value(value),
            Some(Input::Unknown) => Desired::Unknown,
            None if self.is_kept_elsewhere(property) || self.is_ignored(property) => Desired::Keep,
            None if self.was_managed(property) && self.is_open_elsewhere(property) => Desired::Unknown,
            None if self.was_managed(property) && !self.is_handed_over(property) => Desired::Clear,
            None => Desired::Keep,
        }
    }

    /// Whether the property is kept outside the program, so that leaving it out does not clear it: the directory keeps
    /// names and e-mail addresses of its users.
    pub(super) fn is_kept_elsewhere(&self, property: Property) -> bool {
        self.settings.identity_management == Some(IdentityManagementType::ExistingDirectory)
            && matches!(property, Property::FirstName | Property::LastName | Property::Email)
    }

    /// Whether changes of the property are ignored, so that leaving it out does not clear it.
    pub(super) fn is_ignored(&self, property: Property) -> bool {
        // The phone type and its number belong together: a desk phone without its number is refused.
        let with_type = property == Property::DeskPhoneNumber && self.settings.ignores(Property::PhoneType);
        with_type || self.settings.ignores(property)
    }

    /// Whether the last applied spec set the property.
    pub(super) fn was_managed(&self, property: Property) -> bool {
        self.state.record.managed.contains(property)
    }

    /// Whether the spec sets the property.
    pub(super) fn is_managed(&self, property: Property) -> bool {
        self.spec.sets(property)
    }

    /// Whether the twin of the property (in the phone block, or in the lists per channel) is not known yet: then it is
    /// not known whether a property that is left out stays.
    fn is_open_elsewhere(&self, property: Property) -> bool {
        twins(property).any(|other| other.visit(IsOpen(self.spec)))
    }

    /// Whether the lists per channel now set the value that the phone block set before, so that leaving it out in the
    /// block changes nothing. If they set another value, the block's property returns to its default.
    fn is_handed_over(&self, property: Property) -> bool {
        let (spec, phone) = (self.spec, &self.state.properties.phone);
        match property {
            // The phone type and its number belong together: a desk phone without its number is refused.
            Property::PhoneType | Property::DeskPhoneNumber => {
                voice(&spec.phone_number_configs, |line| *line == phone.line)
            }
            Property::AutoAccept => {
                voice(&spec.auto_accept_configs, |voice| voice.auto_accept == phone.auto_accept)
            }
            Property::AfterContactWorkTimeLimit => voice(&spec.after_contact_work_configs, |voice| {
                voice.time_limit == phone.after_contact_work_time_limit
            }),
            Property::PersistentConnection => voice(&spec.persistent_connection_configs, |voice| {
                *voice == phone.persistent_connection.unwrap_or(false)
            }),
            _ => false,
        }
    }
}

/// Returns the properties that set the same as this one, in the phone block or in the lists per channel.
pub(super) fn twins(property: Property) -> impl Iterator<Item = Property> {
    let twins = match property {
        // The phone type and its number belong together.
        Property::DeskPhoneNumber => [Some(Property::PhoneNumberConfigs), None],
        Property::PhoneNumberConfigs => [Some(Property::PhoneType), Some(Property::DeskPhoneNumber)],
        property => [property.twin(), None],
    };
    twins.into_iter().flatten()
}

/// Whether a property contains a value that is not known yet.
struct IsOpen<'a>(&'a UserSpec);

impl Visitor for IsOpen<'_> {
    type Output = bool;

    fn visit<F: Field>(self) -> bool {
        F::input(self.0).is_some_and(|input| input.known().is_none_or(Content::has_unknowns))
    }
}

/// Whether a list sets for `VOICE` the value of the phone block.
fn voice<E: Element<Key = Channel>>(
    list: &Option<Input<Vec<E>>>,
    is_same: impl Fn(&E::Value) -> bool,
) -> bool {
    let is_voice = |element: &&E| element.key() == Some(Channel::Voice);
    let list = list.as_ref().and_then(Input::known).into_iter().flatten();
    list.filter(is_voice).filter_map(Element::value).any(|value| is_same(&value))
}
