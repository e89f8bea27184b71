//! The target of each property. All comparison of values is decided here.

use super::{
    comparison::{Comparison, Desired},
    work,
};
use crate::user::{
    Content, Field, Input, Operation, Phone, PhoneType, Phones, Property, Settle, UserProperties, Visitor,
};

/// The target of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// The actual value: the property is not managed, or already is as the spec says.
    Actual,
    /// The value of the spec.
    Set,
    /// No value, or the service's default: the last spec set the property and this spec leaves it out.
    Cleared,
    /// A value that is not known yet.
    Unknown,
}

/// Returns the target of a property that is compared as a whole. Tags are compared key by key, and passwords cannot be
/// read.
pub(super) fn leaf<F: Field>(comparison: &Comparison<'_>) -> Leaf {
    let actual = F::actual(comparison.state);
    match (F::PROPERTY, F::input(comparison.spec)) {
        // A name or a directory user id that is left out stays: it was generated or filled in.
        (Property::Name | Property::DirectoryUserId, None) => return Leaf::Actual,
        // Proficiencies that were not read cannot be compared; a notice says so.
        (Property::UserProficiencies, _) if actual.is_none() => return Leaf::Actual,
        // A soft phone has no number, so an existing number is cleared, also if its changes are ignored.
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

/// Returns the phone type that the user will have; `None` while it is not known.
fn phone_type(comparison: &Comparison<'_>) -> Option<PhoneType> {
    let input = comparison.spec.phone_config.as_ref().map(|phone| &phone.phone_type);
    match comparison.desired(Property::PhoneType, input) {
        Desired::Value(phone_type) => Some(*phone_type),
        Desired::Clear => Some(PhoneType::SoftPhone),
        Desired::Keep => Some(comparison.state.properties.phone.line.phone_type()),
        Desired::Unknown => None,
    }
}

/// Returns the settings that the user should have after the plan; unknown values stay as they are.
///
/// Blocks that the API writes whole are complete: the actual values, with each leaf of the target that differs.
pub(super) fn target(comparison: &Comparison<'_>) -> UserProperties {
    let mut properties = comparison.state.properties.clone();
    for property in Property::ALL {
        write(*property, comparison, &mut properties);
    }
    work::follow(comparison, &mut properties);
    properties
}

/// Writes the target of a property if it differs from the actual value.
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

/// Writes the known values of the spec.
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
