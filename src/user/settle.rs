//! Conversion between the values of a spec and those of the service: each type of value with its settled form.

use std::collections::BTreeMap;

use super::{
    Channel, Id, IdKind, Input, Personal, PhoneType, Secret, TagInputs, Tags,
    element::{Element, ElementKey},
    node::{Content, Node},
    properties::Phone,
    sorted::SortedSet,
};

/// The phones of a user, which determine the values of channels that the service does not list.
pub(crate) trait Phones {
    /// Returns the phone that the user will have after the plan.
    fn to_be(&self) -> &Phone;

    /// Returns the phone that the spec asks for, with the service's defaults for what it leaves out.
    fn desired(&self) -> &Phone;
}

/// A value of a spec, with its settled form once all of it is known.
pub(crate) trait Settle: Content + Clone {
    /// The form in states and calls.
    type Settled: Clone + PartialEq;

    /// Returns the settled value; `None` while any part is unknown, or out of the bounds of the settled type, which
    /// validation reports.
    fn settle(&self) -> Option<Self::Settled>;

    /// Returns the spec's value for a settled value.
    fn of(settled: &Self::Settled) -> Self;

    /// Whether the value equals the settled value. Allocates nothing.
    fn says(&self, settled: &Self::Settled) -> bool;

    /// Returns the value of the service if nothing is set; `None` if there is none.
    fn default_value() -> Option<Self::Settled> {
        None
    }

    /// Whether the value is the same as no value.
    fn is_default(settled: &Self::Settled) -> bool {
        Self::default_value().is_some_and(|default| *settled == default)
    }

    /// Whether the actual value is the wanted value, or the default if none is wanted. Allocates nothing if nothing
    /// differs.
    fn is_met(wanted: Option<&Self>, actual: Option<&Self::Settled>, _: &dyn Phones) -> bool {
        let is_default = |settled: &Self::Settled| Self::is_default(settled);
        match (wanted, actual) {
            (None, actual) => actual.is_none_or(is_default),
            (Some(wanted), None) => wanted.settle().as_ref().is_some_and(is_default),
            (Some(wanted), Some(actual)) => {
                wanted.says(actual)
                    || (is_default(actual) && wanted.settle().as_ref().is_some_and(is_default))
            }
        }
    }

    /// Returns the value after the plan, if the wanted value is not met; `None` for no value.
    fn target(
        wanted: Option<&Self>,
        _actual: Option<&Self::Settled>,
        _: &dyn Phones,
    ) -> Option<Self::Settled> {
        wanted.map_or_else(Self::default_value, Self::settle)
    }

    /// Returns what a call must contain so that the service has `target`, if it has `actual` and the user has that
    /// phone.
    fn missing(target: &Self::Settled, _actual: &Self::Settled, _: &Phone) -> Self::Settled {
        target.clone()
    }

    /// Returns the text of a name, an address or a number.
    fn text(&self) -> Option<&str> {
        None
    }

    /// Whether the value is an empty text.
    fn is_empty_text(&self) -> bool {
        false
    }

    /// Whether the value contains an empty text that means that a member is left out.
    fn has_empty_texts(&self) -> bool {
        false
    }

    /// Leaves such members out.
    fn drop_empty_texts(&mut self) {}

    /// Returns the channels of a list, in its order; `None` for an unknown channel.
    fn channels(&self) -> Vec<Option<Channel>> {
        Vec::new()
    }
}

macro_rules! same_form {
    ($([$($generics:tt)*] $type:ty { $($more:tt)* })+) => {$(
        impl<$($generics)*> Settle for $type {
            type Settled = Self;

            fn settle(&self) -> Option<Self> {
                Some(self.clone())
            }

            fn of(settled: &Self) -> Self {
                settled.clone()
            }

            fn says(&self, settled: &Self) -> bool {
                self == settled
            }

            $($more)*
        }
    )+};
}

macro_rules! text {
    ($as_str:ident) => {
        fn is_default(settled: &Self) -> bool {
            settled.$as_str().is_empty()
        }

        fn is_empty_text(&self) -> bool {
            self.$as_str().is_empty()
        }
    };
}

same_form! {
    [] String {
        text!(as_str);

        fn text(&self) -> Option<&str> {
            Some(self)
        }
    }
    [] Personal {
        text!(as_str);

        fn text(&self) -> Option<&str> {
            Some(self)
        }
    }
    [K: IdKind] Id<K> { text!(as_str); }
    [] Secret {}
    [] bool {
        fn default_value() -> Option<Self> {
            Some(false)
        }
    }
    [] PhoneType {
        fn default_value() -> Option<Self> {
            Some(Self::SoftPhone)
        }
    }
}

impl Settle for i64 {
    type Settled = u32;

    fn settle(&self) -> Option<u32> {
        u32::try_from(*self).ok()
    }

    fn of(settled: &u32) -> Self {
        Self::from(*settled)
    }

    fn says(&self, settled: &u32) -> bool {
        *self == Self::from(*settled)
    }

    fn default_value() -> Option<u32> {
        Some(0)
    }
}

impl<K: IdKind> Settle for Vec<Input<Id<K>>> {
    type Settled = SortedSet<Id<K>>;

    fn settle(&self) -> Option<SortedSet<Id<K>>> {
        self.iter().map(|id| id.known().cloned()).collect()
    }

    fn of(settled: &SortedSet<Id<K>>) -> Self {
        settled.iter().cloned().map(Input::Known).collect()
    }

    fn says(&self, settled: &SortedSet<Id<K>>) -> bool {
        let is_first = |index: usize, id: &Input<Id<K>>| !self.iter().take(index).any(|other| other == id);
        // If every id exists, and there are as many different ids as exist, both sets are equal.
        self.iter().all(|id| id.known().is_some_and(|id| settled.contains(id)))
            && self.iter().enumerate().filter(|(index, id)| is_first(*index, id)).count() == settled.len()
    }
}

impl<E: Element + Node + Clone> Settle for Vec<E> {
    type Settled = BTreeMap<E::Key, E::Value>;

    fn settle(&self) -> Option<BTreeMap<E::Key, E::Value>> {
        self.iter().map(|element| Some((element.key()?, element.value()?))).collect()
    }

    fn of(settled: &BTreeMap<E::Key, E::Value>) -> Self {
        settled.iter().map(|(key, value)| E::of(key, value)).collect()
    }

    fn says(&self, settled: &BTreeMap<E::Key, E::Value>) -> bool {
        let is_there = |element: &E| {
            let there = element.key().and_then(|key| settled.get(&key));
            there.is_some_and(|there| element.value().as_ref() == Some(there))
        };
        self.len() == settled.len() && self.iter().all(is_there)
    }

    fn default_value() -> Option<BTreeMap<E::Key, E::Value>> {
        Some(BTreeMap::new())
    }

    fn is_met(wanted: Option<&Self>, actual: Option<&Self::Settled>, phones: &dyn Phones) -> bool {
        let wanted = wanted.map_or(&[][..], Vec::as_slice);
        let is_named = |key: &E::Key| wanted.iter().any(|element| element.is_about(key));
        let is_reset = |(key, value): (&E::Key, &E::Value)| {
            is_named(key) || E::unnamed(key, phones.desired()).is_some_and(|reset| E::is_same(&reset, value))
        };
        let is_met = |element: &E| {
            let Some(value) = element.value() else { return false };
            match actual.into_iter().flatten().find(|(key, _)| element.is_about(key)) {
                Some((_, actual)) => E::is_same(&value, actual),
                None => element.key().is_some_and(|key| is_unnamed::<E>(&key, &value, phones.to_be())),
            }
        };
        wanted.iter().all(is_met) && actual.into_iter().flatten().all(is_reset)
    }

    /// Returns the actual elements, with the wanted ones; a key that is no longer listed returns to the value that it
    /// has without being listed.
    fn target(
        wanted: Option<&Self>,
        actual: Option<&Self::Settled>,
        phones: &dyn Phones,
    ) -> Option<Self::Settled> {
        let mut target = actual.cloned().unwrap_or_default();
        let reset = |(key, _): (&E::Key, &E::Value)| Some((key.clone(), E::unnamed(key, phones.desired())?));
        let mut desired: Self::Settled = actual.into_iter().flatten().filter_map(reset).collect();
        desired.extend(wanted.map_or_else(|| Some(BTreeMap::new()), Self::settle)?);
        target.retain(|key, _| desired.contains_key(key));
        for (key, value) in desired {
            let actual = actual.and_then(|actual| actual.get(&key));
            if !is_there::<E>(&key, &value, actual, phones.to_be()) {
                target.insert(key, E::over(value, actual));
            }
        }
        Some(target)
    }

    fn missing(target: &Self::Settled, actual: &Self::Settled, phone: &Phone) -> Self::Settled {
        let is_missing =
            |(key, value): &(&E::Key, &E::Value)| !is_there::<E>(key, value, actual.get(key), phone);
        let missing = target.iter().filter(is_missing);
        missing.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn has_empty_texts(&self) -> bool {
        self.iter().any(Element::has_empty_text)
    }

    fn drop_empty_texts(&mut self) {
        self.iter_mut().for_each(Element::drop_empty_text);
    }

    fn channels(&self) -> Vec<Option<Channel>> {
        self.iter().map(|element| element.key().and_then(|key| key.channel())).collect()
    }
}

/// Whether the service has the value of a key, whether it lists the key or not.
fn is_there<E: Element>(key: &E::Key, value: &E::Value, actual: Option<&E::Value>, phone: &Phone) -> bool {
    match actual {
        Some(actual) => E::is_same(value, actual),
        None => is_unnamed::<E>(key, value, phone),
    }
}

/// Whether the value is that of a key that the service does not list.
fn is_unnamed<E: Element>(key: &E::Key, value: &E::Value, phone: &Phone) -> bool {
    E::unnamed(key, phone).is_some_and(|unnamed| E::is_same(value, &unnamed))
}

impl Settle for TagInputs {
    type Settled = Tags;

    fn settle(&self) -> Option<Tags> {
        self.iter().map(|(key, value)| Some((key.clone(), value.known()?.clone()))).collect()
    }

    fn of(settled: &Tags) -> Self {
        settled.iter().map(|(key, value)| (key.clone(), Input::Known(value.clone()))).collect()
    }

    fn says(&self, settled: &Tags) -> bool {
        self.len() == settled.len()
            && self
                .iter()
                .all(|(key, value)| settled.get(key).is_some_and(|there| value.known() == Some(there)))
    }

    fn default_value() -> Option<Tags> {
        Some(Tags::new())
    }
}
