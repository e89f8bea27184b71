//! Each property as a type, with its place in a spec, in a state and among the settings that calls change.

use super::{
    HierarchyGroupId, Input, InstanceId, Personal, PhoneType, Property, PropertySet, RoutingProfileId,
    Secret, SecurityProfileId, TagInputs,
    element::*,
    properties::{PhoneLine, UserProperties},
    property::properties,
    settle::Settle,
    spec::UserSpec,
    state::UserState,
    table::Shape,
};

/// A property: the type of its value, and the places of the value.
pub(crate) trait Field {
    /// The property.
    const PROPERTY: Property;

    /// Whether the property is a setting that calls can change.
    const IS_SETTING: bool;

    /// The type of the value in a spec.
    type Spec: Settle + 'static;

    /// Returns the value in a spec; `None` if the spec leaves the property out.
    fn input(spec: &UserSpec) -> Option<&Input<Self::Spec>>;

    /// Sets the value in a spec. Removing a required value does nothing.
    fn put(spec: &mut UserSpec, input: Option<Input<Self::Spec>>);

    /// Returns the value among the settings that calls change; `None` if no call changes the property.
    fn setting(properties: &UserProperties) -> Option<&Settled<Self>>;

    /// Returns the value in a state.
    fn actual(state: &UserState) -> Option<&Settled<Self>>;

    /// Sets the value among the settings that calls change; does nothing if no call changes the property.
    fn write(properties: &mut UserProperties, value: Option<Settled<Self>>);
}

/// The settled form of a property's value.
pub(crate) type Settled<F> = <<F as Field>::Spec as Settle>::Settled;

/// The property at an index of the table.
pub(crate) struct At<const PROPERTY: usize>;

/// A function that is generic over the type of the property.
pub(crate) trait Visitor {
    /// The type of the result.
    type Output;

    /// Calls the function for a property.
    fn visit<F: Field>(self) -> Self::Output;
}

macro_rules! declare {
    ($(
        $name:ident: $field:ident $(of $block:ident)? ($type:ty) => $owner:ident $($place:ident).+;
            $path:literal, $shape:expr, $bounds:expr, $on_change:expr, $left_out:expr,
            $sensitivity:ident $($unsearched:ident)?, $summary:literal;
    )+) => {
        $(
            impl Field for At<{ Property::$name as usize }> {
                const PROPERTY: Property = Property::$name;
                const IS_SETTING: bool = declare!(@is_setting $owner);

                type Spec = $type;

                fn input(spec: &UserSpec) -> Option<&Input<$type>> {
                    $(let spec = spec.$block.as_ref()?;)?
                    spec.$field.held()
                }

                fn put(spec: &mut UserSpec, input: Option<Input<$type>>) {
                    $(
                        // No block is created for a member that is left out.
                        let spec = match &mut spec.$block {
                            None if input.is_none() => return,
                            block => block.get_or_insert_default(),
                        };
                    )?
                    spec.$field.hold(input);
                }

                fn actual(state: &UserState) -> Option<&Settled<Self>> {
                    declare!(@owner $owner state).$($place).+.held()
                }

                declare!(@write $owner $($place).+);
            }
        )+

        impl Property {
            /// Calls a visitor with the type of the property.
            pub(crate) fn visit<V: Visitor>(self, visitor: V) -> V::Output {
                match self {
                    $(Self::$name => visitor.visit::<At<{ Property::$name as usize }>>(),)+
                }
            }
        }
    };
    (@is_setting state) => { false };
    (@is_setting properties) => { true };
    (@owner state $state:ident) => { $state };
    (@owner properties $state:ident) => { $state.properties };
    (@write state $($place:ident).+) => {
        fn setting(_: &UserProperties) -> Option<&Settled<Self>> {
            None
        }

        fn write(_: &mut UserProperties, _: Option<Settled<Self>>) {}
    };
    (@write properties $($place:ident).+) => {
        fn setting(properties: &UserProperties) -> Option<&Settled<Self>> {
            properties.$($place).+.held()
        }

        fn write(properties: &mut UserProperties, value: Option<Settled<Self>>) {
            properties.$($place).+.hold(value);
        }
    };
}

properties!(declare);

/// A place that holds a value, or may hold one.
trait Slot<T> {
    fn held(&self) -> Option<&T>;

    /// Sets the value. A required value is not removed.
    fn hold(&mut self, value: Option<T>);
}

impl<T> Slot<T> for T {
    fn held(&self) -> Option<&T> {
        Some(self)
    }

    fn hold(&mut self, value: Option<T>) {
        if let Some(value) = value {
            *self = value;
        }
    }
}

impl<T> Slot<T> for Option<T> {
    fn held(&self) -> Option<&T> {
        self.as_ref()
    }

    fn hold(&mut self, value: Option<T>) {
        *self = value;
    }
}

impl Slot<PhoneType> for PhoneLine {
    fn held(&self) -> Option<&PhoneType> {
        match self {
            Self::Soft => Some(&PhoneType::SoftPhone),
            Self::Desk(_) => Some(&PhoneType::DeskPhone),
        }
    }

    fn hold(&mut self, value: Option<PhoneType>) {
        if let Some(phone_type) = value {
            *self = Self::new(phone_type, self.number().cloned());
        }
    }
}

impl Slot<Personal> for PhoneLine {
    fn held(&self) -> Option<&Personal> {
        self.number()
    }

    /// A soft phone has no number. The phone type is set before: it comes first in the table.
    fn hold(&mut self, value: Option<Personal>) {
        if let Self::Desk(number) = self {
            *number = value;
        }
    }
}

impl UserSpec {
    /// Returns the properties that the spec sets.
    pub fn managed(&self) -> PropertySet {
        Property::ALL.iter().copied().filter(|property| self.sets(*property)).collect()
    }

    /// Whether the spec sets the property.
    pub(crate) fn sets(&self, property: Property) -> bool {
        property.visit(IsSet(self))
    }

    /// Returns the settings of the spec; `None` while any value is unknown or out of the bounds of its type, which
    /// validation reports.
    pub(crate) fn settle(&self) -> Option<UserProperties> {
        let mut properties = UserProperties::new(self.routing_profile_id.known()?.clone());
        let is_settled =
            |property: &Property| property.visit(WriteTo { spec: self, properties: &mut properties });
        Property::ALL.iter().all(is_settled).then_some(properties)
    }

    /// Returns the text of a property that is a name, an address or a number, if it is known.
    pub(crate) fn text(&self, property: Property) -> Option<&str> {
        property.visit(TextOf(self))
    }

    /// Returns the channels of a list, in its order; `None` for an unknown channel.
    pub(crate) fn channels(&self, property: Property) -> Vec<Option<super::Channel>> {
        property.visit(ChannelsOf(self))
    }

    /// Copies the value of the property from another spec, if this spec sets the property.
    pub(super) fn take_from(&mut self, other: &Self, property: Property) {
        property.visit(TakeFrom { spec: self, other });
    }
}

impl UserState {
    /// Returns the text of a property that is a name, an address or a number.
    pub(crate) fn text(&self, property: Property) -> Option<String> {
        property.visit(ActualText(self))
    }

    /// Copies the setting from another state; does nothing if no call changes the property.
    #[cfg(feature = "interop")]
    pub(crate) fn take_setting(&mut self, other: &Self, property: Property) {
        property.visit(TakeSetting { state: self, other });
    }

    /// Writes the value of the property in the state to a spec.
    pub(super) fn say(&self, property: Property, spec: &mut UserSpec) {
        property.visit(Say { state: self, spec });
    }
}

struct TextOf<'a>(&'a UserSpec);

impl<'a> Visitor for TextOf<'a> {
    type Output = Option<&'a str>;

    fn visit<F: Field>(self) -> Self::Output {
        F::input(self.0)?.known()?.text()
    }
}

struct ActualText<'a>(&'a UserState);

impl Visitor for ActualText<'_> {
    type Output = Option<String>;

    fn visit<F: Field>(self) -> Self::Output {
        F::Spec::of(F::actual(self.0)?).text().map(str::to_owned)
    }
}

struct IsSet<'a>(&'a UserSpec);

impl Visitor for IsSet<'_> {
    type Output = bool;

    fn visit<F: Field>(self) -> bool {
        let is_left_out = |value: &F::Spec| value.is_empty_text() && F::PROPERTY.is_left_out_by_empty_text();
        F::input(self.0).is_some_and(|input| !input.known().is_some_and(is_left_out))
    }
}

struct WriteTo<'a> {
    spec: &'a UserSpec,
    properties: &'a mut UserProperties,
}

impl Visitor for WriteTo<'_> {
    /// Whether the value is settled.
    type Output = bool;

    fn visit<F: Field>(self) -> bool {
        let Some(input) = F::input(self.spec).filter(|_| F::IS_SETTING) else { return true };
        let settled = input.known().and_then(Settle::settle);
        let is_settled = settled.is_some();
        F::write(self.properties, settled);
        is_settled
    }
}

struct ChannelsOf<'a>(&'a UserSpec);

impl Visitor for ChannelsOf<'_> {
    type Output = Vec<Option<super::Channel>>;

    fn visit<F: Field>(self) -> Self::Output {
        F::input(self.0).and_then(Input::known).map(Settle::channels).unwrap_or_default()
    }
}

struct TakeFrom<'a> {
    spec: &'a mut UserSpec,
    other: &'a UserSpec,
}

impl Visitor for TakeFrom<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        if F::input(self.spec).is_some() {
            F::put(self.spec, F::input(self.other).cloned());
        }
    }
}

#[cfg(feature = "interop")]
struct TakeSetting<'a> {
    state: &'a mut UserState,
    other: &'a UserState,
}

#[cfg(feature = "interop")]
impl Visitor for TakeSetting<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        F::write(&mut self.state.properties, F::setting(&self.other.properties).cloned());
    }
}

struct Say<'a> {
    state: &'a UserState,
    spec: &'a mut UserSpec,
}

impl Visitor for Say<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        // An empty list would mean that the user must have none.
        let is_said = |settled: &&Settled<F>| {
            F::PROPERTY.info().shape != Shape::Channels || !F::Spec::is_default(settled)
        };
        let actual = F::actual(self.state).filter(is_said);
        F::put(self.spec, actual.map(|settled| Input::Known(F::Spec::of(settled))));
    }
}
