//! The identity of a user for Terraform: its ids and its Region.

use connect_user::user::{ImportId, Value};
use magma_protocol::tfplugin6::{
    ResourceIdentityData, ResourceIdentitySchema, resource_identity_schema::IdentityAttribute,
};

use super::{Diagnostics, encode};

/// The ids of a user, and its Region if that is not the Region of the provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    pub id: ImportId,
    pub region: Option<String>,
}

impl Identity {
    /// Reads `INSTANCE_ID:USER_ID`, or `INSTANCE_ID:USER_ID@REGION`, as in the AWS provider.
    pub fn parse(text: &str, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (id, region) = match text.rsplit_once('@') {
            Some((id, region)) => (id, Some(region.to_owned())),
            None => (text, None),
        };
        match id.parse() {
            Ok(id) => Some(Self { id, region }),
            Err(error) => {
                diagnostics.error(error.to_string(), error.help(), None);
                None
            }
        }
    }

    /// Reads the `identity` of an `import` block.
    pub fn from_terraform(identity: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let text = |name| identity.get(name).and_then(Value::as_str).unwrap_or_default();
        let named = Self::parse(&format!("{}:{}", text("instance_id"), text("user_id")), diagnostics)?;
        let region = Some(text("region")).filter(|region| !region.is_empty());
        Some(Self { region: region.map(str::to_owned), ..named })
    }

    /// The identity of an object; `None` if the user does not exist yet.
    pub fn of(object: &Value) -> Option<Self> {
        let text = |name| object.get(name).and_then(Value::as_str);
        Some(Self { id: text("id")?.parse().ok()?, region: text("region").map(str::to_owned) })
    }

    /// The identity, in the form that Terraform stores.
    pub fn to_proto(&self) -> ResourceIdentityData {
        let region = self.region.as_deref().map_or(Value::Null, Value::from);
        let members = [
            ("instance_id", self.id.instance.bare().into()),
            ("user_id", self.id.user.bare().into()),
            ("region", region),
        ];
        let members = members.map(|(name, value): (&str, Value)| (name.to_owned(), value));
        ResourceIdentityData { identity_data: Some(encode(&Value::Map(members.into()))) }
    }

    /// The schema of identities.
    pub fn schema() -> ResourceIdentitySchema {
        let attribute = |name: &str, required_for_import, description: &str| IdentityAttribute {
            name: name.to_owned(),
            r#type: br#""string""#.to_vec(),
            required_for_import,
            optional_for_import: !required_for_import,
            description: description.to_owned(),
        };
        ResourceIdentitySchema {
            version: 0,
            identity_attributes: vec![
                attribute("instance_id", true, "The id of the instance."),
                attribute("user_id", true, "The id of the user."),
                attribute(
                    "region",
                    false,
                    "The AWS Region of the instance: the provider's unless it is set.",
                ),
            ],
        }
    }
}
