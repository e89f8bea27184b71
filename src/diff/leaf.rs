//! What a user should be, property by property: the one decision of what is the same.

use super::{
    sides::{Sides, Want},
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
pub(super) fn leaf<F: Field>(sides: &Sides<'_>) -> Leaf {
    let actual = F::actual(sides.state);
    match (F::PROPERTY, F::input(sides.spec)) {
        // A name was made once and a directory's id filled in: they stay where they are left out.
        (Property::Name | Property::DirectoryUserId, None) => return Leaf::Actual,
        // Without having been read they cannot be compared, which a notice says.
        (Property::UserProficiencies, _) if actual.is_none() => return Leaf::Actual,
        // A soft phone has no number, so one that is there is cleared, also where changes of it are ignored.
        (Property::DeskPhoneNumber, _) if phone_type(sides) == Some(PhoneType::SoftPhone) => {
            return if actual.is_some() { Leaf::Cleared } else { Leaf::Actual };
        }
        (Property::DeskPhoneNumber, _) if sides.settings.ignores(Property::DeskPhoneNumber) => {
            return Leaf::Actual;
        }
        _ => {}
    }
    let (wanted, leaf) = match sides.want(F::PROPERTY, F::input(sides.spec)) {
        Want::Keep => return Leaf::Actual,
        Want::Unknown => return Leaf::Unknown,
        Want::Value(value) if value.has_unknowns() => return Leaf::Unknown,
        Want::Clear => (None, Leaf::Cleared),
        Want::Value(value) => (Some(value), Leaf::Set),
    };
    if F::Spec::is_met(wanted, actual, sides) { Leaf::Actual } else { leaf }
}

/// The phone type that the user will have; `None` while it is not known.
fn phone_type(sides: &Sides<'_>) -> Option<PhoneType> {
    let input = sides.spec.phone_config.as_ref().map(|phone| &phone.phone_type);
    match sides.want(Property::PhoneType, input) {
        Want::Value(phone_type) => Some(*phone_type),
        Want::Clear => Some(PhoneType::SoftPhone),
        Want::Keep => Some(sides.state.properties.phone.line.phone_type()),
        Want::Unknown => None,
    }
}

/// The settings that the user should have in the end; what is still unknown stays as it is.
///
/// Blocks that the API writes whole come out whole: what is there, with each leaf of the target that is not.
pub(super) fn target(sides: &Sides<'_>) -> UserProperties {
    let mut properties = sides.state.properties.clone();
    for property in Property::ALL {
        write(*property, sides, &mut properties);
    }
    work::follow(sides, &mut properties);
    properties
}

/// Writes the target's leaf where it is not what is there.
pub(super) fn write(property: Property, sides: &Sides<'_>, properties: &mut UserProperties) {
    property.visit(Write { sides, properties });
}

struct Write<'a, 'b> {
    sides: &'a Sides<'b>,
    properties: &'a mut UserProperties,
}

impl Visitor for Write<'_, '_> {
    type Output = ();

    fn visit<F: Field>(self) {
        let wanted = match leaf::<F>(self.sides) {
            _ if !F::IS_SETTING => return,
            Leaf::Actual | Leaf::Unknown => return,
            Leaf::Cleared => None,
            Leaf::Set => F::input(self.sides.spec).and_then(Input::known),
        };
        F::write(self.properties, F::Spec::target(wanted, F::actual(self.sides.state), self.sides));
    }
}

impl Phones for Sides<'_> {
    fn to_be(&self) -> &Phone {
        let [to_be, _] = phones(self);
        to_be
    }

    fn desired(&self) -> &Phone {
        let [_, desired] = phones(self);
        desired
    }
}

fn phones<'a>(sides: &'a Sides<'_>) -> &'a [Phone; 2] {
    let is_of_phone = |property: &&Property| {
        property.info().on_change.operations().contains(&Operation::UpdateUserPhoneConfig)
    };
    let of_phone = || Property::ALL.iter().filter(is_of_phone);
    sides.phones.get_or_init(|| {
        let mut properties = UserProperties::new(sides.state.properties.routing_profile_id.clone());
        of_phone().for_each(|property| property.visit(WriteDesired { sides, properties: &mut properties }));
        let desired = std::mem::replace(&mut properties.phone, sides.state.properties.phone.clone());
        of_phone().for_each(|property| write(*property, sides, &mut properties));
        [properties.phone, desired]
    })
}

/// Writes what the spec says, as far as it is known.
struct WriteDesired<'a, 'b> {
    sides: &'a Sides<'b>,
    properties: &'a mut UserProperties,
}

impl Visitor for WriteDesired<'_, '_> {
    type Output = ();

    fn visit<F: Field>(self) {
        if let Some(settled) = F::input(self.sides.spec).and_then(Input::known).and_then(Settle::settle) {
            F::write(self.properties, Some(settled));
        }
    }
}
