//! The structs of a spec, which are read from and written to a [`Value`] member by member.

use super::{
    decode_error::MOST_LISTED,
    diagnostic::Diagnostic,
    node::{Node, Place, read_object},
    value::Value,
};

/// Declares a struct whose fields have the given names in a document.
macro_rules! object {
    ($(#[$meta:meta])* $type:ident { $($(#[$field_meta:meta])* $name:literal $field:ident: $value:ty,)+ }) => {
        $(#[$meta])*
        #[derive(bon::Builder, Clone, Debug, PartialEq)]
        #[builder(on(Input<_>, into))]
        #[non_exhaustive]
        pub struct $type {
            $($(#[$field_meta])* pub $field: $value,)+
        }

        #[cfg(test)]
        impl $type {
            /// The names of the members in a document.
            pub(in crate::user) const MEMBERS: &[&str] = &[$($name),+];
        }

        impl $crate::user::node::Node for $type {
            fn decode(
                value: $crate::user::Value,
                at: &$crate::user::node::Place<'_>,
                errors: &mut Vec<$crate::user::Diagnostic>,
            ) -> Self {
                let mut object = $crate::user::object::ObjectReader::new(value, at, errors);
                let node = Self { $($field: object.member($name, stringify!($field))),+ };
                object.finish(&[$(stringify!($field)),+]);
                node
            }

            fn encode(&self, secrets: $crate::user::node::Secrets) -> Option<$crate::user::Value> {
                let mut members = Vec::new();
                $(if let Some(value) = self.$field.encode(secrets) {
                    members.push(($name.to_owned(), value));
                })+
                Some($crate::user::Value::Map(members))
            }

            fn unknowns(
                &self,
                at: &$crate::user::node::Place<'_>,
                found: &mut dyn FnMut($crate::user::Path),
            ) {
                $(self.$field.unknowns(&$crate::user::node::Place::Member(at, $name), found);)+
            }

            fn has_unknowns(&self) -> bool {
                $(self.$field.has_unknowns())||+
            }
        }
    };
}
pub(super) use object;

/// Reads the members of one object, each once.
pub(super) struct ObjectReader<'a> {
    /// The members that have not been read yet; `None` if the whole object is unknown.
    members: Option<Vec<(String, Value)>>,
    at: &'a Place<'a>,
    errors: &'a mut Vec<Diagnostic>,
}

impl<'a> ObjectReader<'a> {
    pub(super) fn new(value: Value, at: &'a Place<'a>, errors: &'a mut Vec<Diagnostic>) -> Self {
        let members = match value {
            Value::Unknown => None,
            value => read_object(value, at, errors),
        };
        Self { members, at, errors }
    }

    /// Reads the member with this name, in camelCase or snake_case; the last one if it occurs twice.
    pub(super) fn member<N: Node>(&mut self, camel: &'static str, snake: &str) -> N {
        let place = Place::Member(self.at, camel);
        let Some(members) = &mut self.members else {
            return N::decode(Value::Unknown, &place, self.errors);
        };
        let is_it = |(name, _): &(String, Value)| name == camel || name == snake;
        let mut found: Option<(String, Value)> = None;
        while let Some(index) = members.iter().position(is_it) {
            let (name, value) = members.remove(index);
            if let Some((first, _)) = &found {
                let at = self.at.path().member(name.clone());
                self.errors.push(Diagnostic::duplicate(&at, first, &name));
            }
            found = Some((name, value));
        }
        match found {
            None | Some((_, Value::Null)) => N::missing(&place, self.errors),
            Some((_, value)) => N::decode(value, &place, self.errors),
        }
    }

    /// Reports the members that have not been read.
    pub(super) fn finish(self, known: &[&str]) {
        let unknown = self.members.unwrap_or_default();
        if unknown.is_empty() {
            return;
        }
        let at = self.at.path();
        let listed = unknown.iter().take(MOST_LISTED);
        self.errors.extend(listed.map(|(name, _)| Diagnostic::unknown_member(&at, name, known)));
        if unknown.len() > MOST_LISTED {
            self.errors.push(Diagnostic::more_unknown_members(&at, unknown.len() - MOST_LISTED));
        }
    }
}
