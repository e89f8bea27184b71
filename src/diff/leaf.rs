//! What a user should be, property by property: the one decision of what is the same.

use super::{
    comparison::{Comparison, Desired},
    work,
};
use crate::user::{
    Content, Field, Input, Operation, Phone, PhoneType, Phones, Property, Settle, UserProperties, Visitor,
};

/// What the target has of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// What is there: nobody manages it, or it already is as the spec says.
    Actual,
    /// What the spec says.
    Set,
    /// Nothing, or the service's default: the last spec set it and this one leaves it out.
    Cleared,
    /// A value that is not known yet.
    Unknown,
}

/// What the target has of a property that is compared as a whole; tags are compared key by key, and nobody
/// reads passwords.
pub(super) fn leaf<F: Field>(comparison: &Comparison<'_>) -> Leaf {
    let actual = F::actual(comparison.state);
    match (F::PROPERTY, F::input(comparison.spec)) {
        // A name was made once and a directory's id filled in: they stay where they are left out.
        (Property::Name | Property::DirectoryUserId, None) => return Leaf::Actual,
        // Without having been read they cannot be compared, which a notice says.
        (Property::UserProficiencies, _) if actual.is_none() => return Leaf::Actual,
        // A soft phone has no number, so one that is there is cleared, also where changes of it are ignored.
        (Property::DeskPhoneNumber, _) if phone_type(comparison) == Some(PhoneType::SoftPhone) => {
            return if actual.is_some() { Leaf::Cleared } else { Leaf::Actual };
        }
        (Property::DeskPhoneNumber, _) if comparison.settings.ignores(Property::DeskPhoneNumber) => {
            return Leaf::Actual;
        }
        _ => {}
    }
    let (wanted, leaf) = match comparison.desired(F::PROPERTY, F::input(comparison.spec)) {
        Desired::Keep => return Leaf::Actual,
        Desired::Unknown => return Leaf::Unknown,
        Desired::Value(value) if value.has_unknowns() => return Leaf::Unknown,
        Desired::Clear => (None, Leaf::Cleared),
        Desired::Value(value) => (Some(value), Leaf::Set),
    };
    if F::Spec::is_met(wanted, actual, comparison) { Leaf::Actual } else { leaf }
}

/// The phone type that the user will have; `None` while it is not known.
fn phone_type(comparison: &Comparison<'_>) -> Option<PhoneType> {
    let input = comparison.spec.phone_config.as_ref().map(|phone| &phone.phone_type);
    match comparison.desired(Property::PhoneType, input) {
        Desired::Value(phone_type) => Some(*phone_type),
        Desired::Clear => Some(PhoneType::SoftPhone),
        Desired::Keep => Some(comparison.state.properties.phone.line.phone_type()),
        Desired::Unknown => None,
    }
}

/// The settings that the user should have in the end; what is still unknown stays as it is.
///
/// Blocks that the API writes whole come out whole: what is there, with each leaf of the target that is not.
pub(super) fn target(comparison: &Comparison<'_>) -> UserProperties {
    let mut properties = comparison.state.properties.clone();
    for property in Property::ALL {
        write(*property, comparison, &mut properties);
    }
    work::follow(comparison, &mut properties);
    properties
}

/// Writes the target's leaf where it is not what is there.
pub(super) fn write(property: Property, comparison: &Comparison<'_>, properties: &mut UserProperties) {
    property.visit(Write { comparison, properties });
}

struct Write<'a, 'b> {
    comparison: &'a Comparison<'b>,
    properties: &'a mut UserProperties,
}

impl Visitor for Write<'_, '_> {
    type Output = ();

    fn visit<F: Field>(self) {
        let wanted = match leaf::<F>(self.comparison) {
            _ if !F::IS_SETTING => return,
            Leaf::Actual | Leaf::Unknown => return,
            Leaf::Cleared => None,
            Leaf::Set => F::input(self.comparison.spec).and_then(Input::known),
        };
        F::write(self.properties, F::Spec::target(wanted, F::actual(self.comparison.state), self.comparison));
    }
}

impl Phones for Comparison<'_> {
    fn to_be(&self) -> &Phone {
        let [to_be, _] = phones(self);
        to_be
    }

    fn desired(&self) -> &Phone {
        let [_, desired] = phones(self);
        desired
    }
}

fn phones<'a>(comparison: &'a Comparison<'_>) -> &'a [Phone; 2] {
    let is_of_phone = |property: &&Property| {
        property.info().on_change.operations().contains(&Operation::UpdateUserPhoneConfig)
    };
    let of_phone = || Property::ALL.iter().filter(is_of_phone);
    comparison.phones.get_or_init(|| {
        let mut properties = UserProperties::new(comparison.state.properties.routing_profile_id.clone());
        of_phone()
            .for_each(|property| property.visit(WriteDesired { comparison, properties: &mut properties }));
        let desired = std::mem::replace(&mut properties.phone, comparison.state.properties.phone.clone());
        of_phone().for_each(|property| write(*property, comparison, &mut properties));
        [properties.phone, desired]
    })
}

/// Writes what the spec says, as far as it is known.
struct WriteDesired<'a, 'b> {
    comparison: &'a Comparison<'b>,
    properties: &'a mut UserProperties,
}

impl Visitor for WriteDesired<'_, '_> {
    type Output = ();

    fn visit<F: Field>(self) {
        if let Some(settled) = F::input(self.comparison.spec).and_then(Input::known).and_then(Settle::settle)
        {
            F::write(self.properties, Some(settled));
        }
    }
}
