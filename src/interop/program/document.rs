//! The document of a program, read resource by resource: the value of a resource is dropped before the next resource is
//! read. A duplicate key is an error.

use serde::de::{Deserialize, Deserializer, Error, MapAccess};
use serde_saphyr::Spanned;

use super::{
    distinct::{Distinct, TWICE, refuse_twice},
    error::Mistake,
    resource::Parsed,
    shape::Shape,
};
use crate::user::Value;

/// A document.
pub(super) struct Document {
    pub(super) resources: Resources,
    /// The other members of the document; the text if the document is a text.
    pub(super) members: Value,
}

/// The resources of a document.
pub(super) enum Resources {
    Missing,
    /// The value of `resources` is not a map.
    NoMap,
    Map(Vec<(String, Result<Parsed, Vec<Mistake>>)>),
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl<'de> Shape<'de> for Document {
    fn map<A: MapAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        let (mut resources, mut members) = (Resources::Missing, Vec::new());
        while let Some(name) = access.next_key::<String>()? {
            match name.as_str() {
                "resources" if !matches!(resources, Resources::Missing) => {
                    return Err(A::Error::custom(format_args!("{TWICE}{name}")));
                }
                "resources" => resources = access.next_value()?,
                _ => members.push((name, access.next_value::<Distinct>()?.into())),
            }
        }
        refuse_twice(&members)?;
        Ok(Self { resources, members: Value::Map(members) })
    }

    fn scalar(text: Option<&str>) -> Self {
        Self { resources: Resources::Missing, members: text.map_or(Value::Null, Value::from) }
    }
}

impl<'de> Deserialize<'de> for Resources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl<'de> Shape<'de> for Resources {
    fn map<A: MapAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        let mut resources = Vec::new();
        while let Some((name, resource)) = access.next_entry::<Spanned<String>, Distinct>()? {
            let at = (name.referenced.line(), name.referenced.column());
            let parsed = Parsed::of(&name.value, at, resource.into());
            resources.push((name.value, parsed));
        }
        refuse_twice(&resources)?;
        Ok(Self::Map(resources))
    }

    fn scalar(_: Option<&str>) -> Self {
        Self::NoMap
    }
}
