//! Reads values of which only some forms are used.

use std::{fmt, marker::PhantomData};

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A type that is read from a value of any form, and ignores some forms.
pub(super) trait Shape<'de>: Sized {
    /// Reads a map.
    fn map<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;

    /// Reads a list; the default ignores it.
    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::scalar(None))
    }

    /// Returns the result for any other value, with its text if it is a text.
    fn scalar(text: Option<&str>) -> Self;

    /// Reads the value.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor(PhantomData))
    }
}

struct ShapeVisitor<T>(PhantomData<T>);

/// Visitors of scalars that are ignored.
macro_rules! scalars {
    ($($visit:ident: $type:ty),* $(,)?) => {
        $(fn $visit<E>(self, _: $type) -> Result<T, E> {
            Ok(T::scalar(None))
        })*
    };
}

impl<'de, T: Shape<'de>> Visitor<'de> for ShapeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    scalars! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64 }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::scalar(Some(text)))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::scalar(None))
    }

    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::scalar(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::map(members)
    }
}
