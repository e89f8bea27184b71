//! What a program says of a user, and what it may leave to others.

use connect_user::{
    client::UserDescription,
    fleet::Lifecycle,
    user::{ImportId, UserId},
};
use serde_json::{Value, json};

use super::INSTANCES;

/// What a program says of a user.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Person {
    pub(super) instance: usize,
    pub(super) login: String,
    /// The names that it had before, in this program.
    pub(super) former: Vec<String>,
    pub(super) first: &'static str,
    pub(super) email: Option<&'static str>,
    pub(super) routing: &'static str,
    pub(super) group: Option<&'static str>,
    pub(super) tags: Option<&'static str>,
    /// Counts the changes of the password.
    pub(super) password: u32,
    pub(super) protect: Protect,
    /// Whether its account stays when it is no longer managed.
    pub(super) retain: bool,
    /// Whether it depends on the user before it in the program.
    pub(super) is_after: bool,
    /// The user that is imported, until it is recorded.
    pub(super) import: Option<UserId>,
}

/// What protects a user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Protect {
    Nothing,
    Lifecycle,
    Settings,
}

impl Person {
    pub(super) fn secret(&self) -> String {
        Self::secret_of(&self.password.to_string())
    }

    /// The password, of what is noted of it.
    pub(super) fn secret_of(noted: &str) -> String {
        format!("Password{noted}")
    }

    pub(super) fn import_id(&self) -> Option<ImportId> {
        Some(ImportId::new(&INSTANCES[self.instance].into(), self.import.as_ref()?))
    }

    pub(super) fn lifecycle(&self) -> Lifecycle {
        let is_protected = self.protect == Protect::Lifecycle;
        Lifecycle::builder().protect(is_protected).retain_on_delete(self.retain).build()
    }

    pub(super) fn document(&self) -> Value {
        let mut document = json!({
            "instanceId": INSTANCES[self.instance],
            "name": self.login,
            "password": self.secret(),
            "routingProfileId": self.routing,
            "securityProfileIds": ["s1"],
            "identityInfo": {"firstName": self.first, "lastName": "Agent"},
            "phoneConfig": {"phoneType": "SOFT_PHONE"},
        });
        if let Some(email) = self.email {
            document["identityInfo"]["email"] = json!(email);
        }
        if let Some(group) = self.group {
            document["hierarchyGroupId"] = json!(group);
        }
        if let Some(team) = self.tags {
            document["tags"] = json!({"team": team});
        }
        document
    }
}

/// Something that a program may leave to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Email,
    Mobile,
    Group,
    Tag,
}

pub(super) const PARTS: [Part; 4] = [Part::Email, Part::Mobile, Part::Group, Part::Tag];

impl Part {
    pub(super) fn is_managed(self, person: &Person) -> bool {
        match self {
            Self::Email => person.email.is_some(),
            Self::Mobile => false,
            Self::Group => person.group.is_some(),
            Self::Tag => person.tags.is_some(),
        }
    }

    pub(super) fn of(self, user: &UserDescription) -> Option<String> {
        match self {
            Self::Email => user.identity.email.as_ref().map(|text| text.as_str().to_owned()),
            Self::Mobile => user.identity.mobile.as_ref().map(|text| text.as_str().to_owned()),
            Self::Group => user.hierarchy_group_id.as_ref().map(|id| id.as_str().to_owned()),
            Self::Tag => user.tags.get("by-hand").cloned(),
        }
    }

    pub(super) fn set(self, user: &mut UserDescription, value: &str) {
        match self {
            Self::Email => user.identity.email = Some(value.into()),
            Self::Mobile => user.identity.mobile = Some(value.into()),
            Self::Group => user.hierarchy_group_id = Some(value.into()),
            Self::Tag => drop(user.tags.insert("by-hand".to_owned(), value.to_owned())),
        }
    }

    pub(super) fn values(self) -> [&'static str; 2] {
        match self {
            Self::Email => ["hand-1@example.com", "hand-2@example.com"],
            Self::Mobile => ["+16175550101", "+16175550102"],
            Self::Group => ["hand-1", "hand-2"],
            Self::Tag => ["1", "2"],
        }
    }
}
