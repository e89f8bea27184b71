//! Encodes a spec as a document.

use serde::{Serialize, Serializer};

use super::{
    UserSpec, Value,
    node::{Node, Secrets},
};

impl UserSpec {
    /// Encodes the spec as a document, in camelCase, without its password. Unknown values stay unknown.
    pub fn encode(&self) -> Value {
        self.document(Secrets::LeftOut)
    }

    pub(crate) fn document(&self, secrets: Secrets) -> Value {
        Node::encode(self, secrets).unwrap_or(Value::Null)
    }
}

impl Serialize for UserSpec {
    /// Writes the spec in camelCase, without its password.
    ///
    /// # Errors
    ///
    /// If a value is not known yet: JSON has no form for it. [`encode`](Self::encode) keeps it unknown, and
    /// [`Value::into_pulumi_unknowns`] writes it in Pulumi's form.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode().serialize(serializer)
    }
}

/// Serialises the wrapped value *with* its password: for hosts that keep an encrypted state.
///
/// ```
/// use connect_user::user::{ExposeSecrets, UserSpec};
///
/// let spec = UserSpec::builder()
///     .instance_id("1c2d")
///     .password("Password123")
///     .routing_profile_id("7a9b")
///     .security_profile_ids(["5e6f"])
///     .build();
/// assert!(!serde_json::to_string(&spec)?.contains("Password123"));
/// assert!(serde_json::to_string(&ExposeSecrets(&spec))?.contains("Password123"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper around one value")]
pub struct ExposeSecrets<'a, T>(pub &'a T);

impl Serialize for ExposeSecrets<'_, UserSpec> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.document(Secrets::Exposed).serialize(serializer)
    }
}
