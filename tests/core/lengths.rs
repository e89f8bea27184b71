//! What is serialized has as many members as it announces: formats that write the length first depend on it.

use std::fmt;

use connect_user::{
    diff::preview,
    user::{PULUMI_UNKNOWN, Settings},
    validate::{Context, validate},
};
use serde::{Serialize, Serializer, ser};
use serde_json::json;

use crate::support::{base, spec, state, with};

/// Counts what is written, and compares it with what was announced.
struct Lengths;

/// A list or a map that is being written.
struct Counted {
    announced: Option<usize>,
    written: usize,
}

#[derive(Debug)]
struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

impl ser::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Counted {
    fn of(announced: Option<usize>) -> Result<Self, Wrong> {
        Ok(Self { announced, written: 0 })
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        self.written += 1;
        value.serialize(Lengths)
    }

    fn checked(self) -> Result<(), Wrong> {
        let Self { announced, written } = self;
        match announced.filter(|announced| *announced != written) {
            Some(announced) => Err(Wrong(format!("{announced} announced, {written} written"))),
            None => Ok(()),
        }
    }
}

macro_rules! counted {
    ($($of:ident $write:ident($($key:ident: $key_type:ty)?)),+) => { $(
        impl ser::$of for Counted {
            type Ok = ();
            type Error = Wrong;

            fn $write<T: Serialize + ?Sized>(&mut self, $($key: $key_type,)? value: &T) -> Result<(), Wrong> {
                self.add(value)
            }

            fn end(self) -> Result<(), Wrong> {
                self.checked()
            }
        }
    )+ };
}

counted!(
    SerializeSeq serialize_element(),
    SerializeTuple serialize_element(),
    SerializeTupleStruct serialize_field(),
    SerializeTupleVariant serialize_field(),
    SerializeStruct serialize_field(_key: &'static str),
    SerializeStructVariant serialize_field(_key: &'static str)
);

impl ser::SerializeMap for Counted {
    type Ok = ();
    type Error = Wrong;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Wrong> {
        key.serialize(Lengths)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        self.add(value)
    }

    fn end(self) -> Result<(), Wrong> {
        self.checked()
    }
}

macro_rules! single {
    ($($method:ident($($value:ty),*)),+) => { $(
        fn $method(self, $(_: $value),*) -> Result<(), Wrong> {
            Ok(())
        }
    )+ };
}

impl Serializer for Lengths {
    type Ok = ();
    type Error = Wrong;
    type SerializeSeq = Counted;
    type SerializeTuple = Counted;
    type SerializeTupleStruct = Counted;
    type SerializeTupleVariant = Counted;
    type SerializeMap = Counted;
    type SerializeStruct = Counted;
    type SerializeStructVariant = Counted;

    single!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str)
    );

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Wrong> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &str, value: &T) -> Result<(), Wrong> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &str,
        _: u32,
        _: &str,
        value: &T,
    ) -> Result<(), Wrong> {
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Counted, Wrong> {
        Counted::of(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<Counted, Wrong> {
        Counted::of(Some(length))
    }

    fn serialize_tuple_struct(self, _: &str, length: usize) -> Result<Counted, Wrong> {
        Counted::of(Some(length))
    }

    fn serialize_tuple_variant(self, _: &str, _: u32, _: &str, length: usize) -> Result<Counted, Wrong> {
        Counted::of(Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Counted, Wrong> {
        Counted::of(length)
    }

    fn serialize_struct(self, _: &str, length: usize) -> Result<Counted, Wrong> {
        Counted::of(Some(length))
    }

    fn serialize_struct_variant(self, _: &str, _: u32, _: &str, length: usize) -> Result<Counted, Wrong> {
        Counted::of(Some(length))
    }
}

#[test]
fn what_is_serialized_has_the_announced_length() {
    let after = spec(&with(&[
        ("routingProfileId", json!("r2")),
        ("hierarchyGroupId", json!(PULUMI_UNKNOWN)),
        ("tags", json!({ "team": "x" })),
    ]));
    let before = state(&base());
    let preview = preview(&after, Some(&before), &Settings::default());
    assert_eq!(preview.diff.changes.len(), 3);
    let check = |what: &str, written: Result<(), Wrong>| assert!(written.is_ok(), "{what}: {written:?}");
    check("a preview", preview.serialize(Lengths));
    for change in &preview.diff.changes {
        check("a change", change.serialize(Lengths));
    }
    check("a state", before.serialize(Lengths));
    let known = spec(&with(&[("tags", json!({ "team": "x" }))]));
    check("a spec", known.serialize(Lengths));
    check("a report", validate(&after, &Context::default()).serialize(Lengths));
}
