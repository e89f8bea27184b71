//! Reads a spec from a [`Value`] and writes it to one: a trait for the members of a spec, and a trait for the values of
//! an [`Input`].

use std::str::FromStr;

use super::{
    Channel, Diagnostic, Id, IdKind, Input, Path, Personal, PhoneType, Secret, UnknownChoice, Value,
    VoiceEnhancementMode, sorted::SortedMap,
};

/// The place of a value, on the stack. A path is only allocated to report something.
pub(crate) enum Place<'a> {
    Root,
    Member(&'a Place<'a>, &'static str),
    Index(&'a Place<'a>, usize),
    Key(&'a Place<'a>, &'a str),
}

impl Place<'_> {
    pub(crate) fn path(&self) -> Path {
        match self {
            Self::Root => Path::root(),
            Self::Member(inside, name) => inside.path().member(*name),
            Self::Index(inside, index) => inside.path().index(*index),
            Self::Key(inside, key) => inside.path().key(*key),
        }
    }
}

/// A type of a member of a spec.
pub(crate) trait Node: Sized {
    /// Reads a value. A value that cannot be read is reported and becomes unknown.
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Self;

    /// Returns the value of a member that is left out; reports an error if it is required.
    fn missing(at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Self {
        errors.push(Diagnostic::missing(&at.path()));
        Self::decode(Value::Unknown, at, errors)
    }

    /// Writes the value; `None` if the member is left out.
    fn encode(&self, secrets: Secrets) -> Option<Value>;

    /// Calls `found` with the path of every unknown value.
    fn unknowns(&self, at: &Place<'_>, found: &mut dyn FnMut(Path));

    /// Whether any value is unknown.
    fn has_unknowns(&self) -> bool;
}

/// Whether passwords are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    Exposed,
    LeftOut,
}

impl<N: Node> Node for Option<N> {
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Self {
        Some(N::decode(value, at, errors))
    }

    fn missing(_: &Place<'_>, _: &mut Vec<Diagnostic>) -> Self {
        None
    }

    fn encode(&self, secrets: Secrets) -> Option<Value> {
        self.as_ref()?.encode(secrets)
    }

    fn unknowns(&self, at: &Place<'_>, found: &mut dyn FnMut(Path)) {
        if let Some(node) = self {
            node.unknowns(at, found);
        }
    }

    fn has_unknowns(&self) -> bool {
        self.as_ref().is_some_and(Node::has_unknowns)
    }
}

impl<C: Content> Node for Input<C> {
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Self {
        match value {
            Value::Unknown => Self::Unknown,
            value => C::decode(value, at, errors).map_or(Self::Unknown, Self::Known),
        }
    }

    fn encode(&self, secrets: Secrets) -> Option<Value> {
        match self {
            Self::Known(content) => content.encode(secrets),
            Self::Unknown => Some(Value::Unknown),
        }
    }

    fn unknowns(&self, at: &Place<'_>, found: &mut dyn FnMut(Path)) {
        match self {
            Self::Known(content) => content.unknowns(at, found),
            Self::Unknown => found(at.path()),
        }
    }

    fn has_unknowns(&self) -> bool {
        self.known().is_none_or(Content::has_unknowns)
    }
}

/// A type of the value of an [`Input`].
pub(crate) trait Content: Sized {
    /// Reads a known value; a value that cannot be read is reported.
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self>;

    fn encode(&self, secrets: Secrets) -> Option<Value>;

    fn unknowns(&self, _: &Place<'_>, _: &mut dyn FnMut(Path)) {}

    fn has_unknowns(&self) -> bool {
        false
    }
}

impl<N: Node> Content for Vec<N> {
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self> {
        let items = read_list(value, at, errors)?;
        Some(
            items
                .into_iter()
                .enumerate()
                .map(|(i, item)| decode_item(item, &Place::Index(at, i), errors))
                .collect(),
        )
    }

    fn encode(&self, secrets: Secrets) -> Option<Value> {
        Some(Value::List(self.iter().filter_map(|node| node.encode(secrets)).collect()))
    }

    fn unknowns(&self, at: &Place<'_>, found: &mut dyn FnMut(Path)) {
        for (index, node) in self.iter().enumerate() {
            node.unknowns(&Place::Index(at, index), found);
        }
    }

    fn has_unknowns(&self) -> bool {
        self.iter().any(Node::has_unknowns)
    }
}

impl<N: Node> Content for SortedMap<String, N> {
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut members = read_object(value, at, errors)?;
        // Of members with the same key, the first one is kept.
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members.dedup_by(|(later, _), (earlier, _)| {
            let is_same = later == earlier;
            if is_same {
                errors.push(Diagnostic::duplicate(&Place::Key(at, later).path(), later, later));
            }
            is_same
        });
        let node = |(key, value): (String, Value)| {
            let place = Place::Key(at, key.as_str());
            let value = match value {
                Value::Null => {
                    errors.push(Diagnostic::no_tag_value(&place.path(), &key));
                    Value::Unknown
                }
                value => value,
            };
            let node = N::decode(value, &place, errors);
            (key, node)
        };
        Some(members.into_iter().map(node).collect())
    }

    fn encode(&self, secrets: Secrets) -> Option<Value> {
        let members = self.iter().filter_map(|(key, node)| Some((key.clone(), node.encode(secrets)?)));
        Some(Value::Map(members.collect()))
    }

    fn unknowns(&self, at: &Place<'_>, found: &mut dyn FnMut(Path)) {
        for (key, node) in self {
            node.unknowns(&Place::Key(at, key.as_str()), found);
        }
    }

    fn has_unknowns(&self) -> bool {
        self.values().any(Node::has_unknowns)
    }
}

/// Reads an element of a list: `null` is a mistake, not a member that is left out.
fn decode_item<N: Node>(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> N {
    let value = match value {
        Value::Null => {
            errors.push(Diagnostic::no_element(&at.path()));
            Value::Unknown
        }
        value => value,
    };
    N::decode(value, at, errors)
}

macro_rules! text {
    ($([$($generics:tt)*] $type:ty, $write:expr;)+) => {$(
        impl<$($generics)*> Content for $type {
            fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self> {
                match value {
                    Value::String(text) => Some(text.into()),
                    value => {
                        errors.push(Diagnostic::wrong_type(&at.path(), "a string", &value));
                        None
                    }
                }
            }

            fn encode(&self, secrets: Secrets) -> Option<Value> {
                let write: fn(&Self, Secrets) -> Option<&str> = $write;
                write(self, secrets).map(Value::from)
            }
        }
    )+};
}

text! {
    [] String, |text, _| Some(text);
    [] Personal, |text, _| Some(text.as_str());
    [] Secret, |secret, secrets| (secrets == Secrets::Exposed).then(|| secret.expose());
    [K: IdKind] Id<K>, |id, _| Some(id.as_str());
}

impl Content for i64 {
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            Value::Float(number) => {
                let whole = whole(number);
                if whole.is_none() {
                    errors.push(Diagnostic::not_a_whole_number(&at.path(), number));
                }
                whole
            }
            value => {
                errors.push(match value.as_str().and_then(inexact) {
                    Some(number) => Diagnostic::not_a_whole_number(&at.path(), number),
                    None => Diagnostic::wrong_type(&at.path(), "a whole number", &value),
                });
                None
            }
        }
    }

    fn encode(&self, _: Secrets) -> Option<Value> {
        Some(Value::Integer(*self))
    }
}

/// Reads a number that does not fit an `i64` from its text: Terraform sends numbers that a double cannot hold exactly
/// as text.
fn inexact(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && (number.fract() != 0.0 || number.abs() >= MAX_EXACT)).then_some(number)
}

/// Returns a whole number that is written as a double, as hosts write it that only have doubles.
pub(crate) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < MAX_EXACT).then_some(number as i64)
}

/// Up to this limit, a double can hold every whole number exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

impl Content for bool {
    fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(flag),
            value => {
                errors.push(Diagnostic::wrong_type(&at.path(), "`true` or `false`", &value));
                None
            }
        }
    }

    fn encode(&self, _: Secrets) -> Option<Value> {
        Some(Value::Bool(*self))
    }
}

macro_rules! choices {
    ($($type:ty),+) => {$(
        impl Content for $type {
            fn decode(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Self> {
                match value {
                    Value::String(text) => <$type>::from_str(&text)
                        .map_err(|error: UnknownChoice| errors.push(Diagnostic::not_a_choice(&at.path(), &error)))
                        .ok(),
                    value => {
                        errors.push(Diagnostic::wrong_type(&at.path(), "a string", &value));
                        None
                    }
                }
            }

            fn encode(&self, _: Secrets) -> Option<Value> {
                Some(self.as_str().into())
            }
        }
    )+};
}

choices!(Channel, PhoneType, VoiceEnhancementMode);

pub(crate) fn read_object(
    value: Value,
    at: &Place<'_>,
    errors: &mut Vec<Diagnostic>,
) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Map(members) => Some(members),
        value => {
            errors.push(Diagnostic::wrong_type(&at.path(), "an object", &value));
            None
        }
    }
}

pub(crate) fn read_list(value: Value, at: &Place<'_>, errors: &mut Vec<Diagnostic>) -> Option<Vec<Value>> {
    match value {
        Value::List(items) => Some(items),
        value => {
            errors.push(Diagnostic::wrong_type(&at.path(), "a list", &value));
            None
        }
    }
}
