//! Every key that Pulumi's `aws` provider has, and how it is taken here.

use connect_user::user::Value;
use serde_json::{Value as Json, json};

/// How a key of the `aws` provider is taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Taken {
    Read,
    /// It changes nothing that this provider does.
    Accepted,
    /// It is said that it has no effect here.
    Told,
    /// Calls would go elsewhere, or be made as somebody else, than it says: so there are none.
    Refused(&'static str),
}

const FROM_ENVIRONMENT: &str = "set it in the environment or the AWS configuration";

/// Every key, with the type of its value in the schema.
pub(super) const KEYS: [(&str, &str, Taken); 47] = [
    ("region", "string", Taken::Read),
    ("profile", "string", Taken::Read),
    ("accessKey", "string", Taken::Read),
    ("secretKey", "string", Taken::Read),
    ("token", "string", Taken::Read),
    ("endpoints", "array", Taken::Read),
    ("defaultTags", "object", Taken::Read),
    ("ignoreTags", "object", Taken::Read),
    ("maxRetries", "integer", Taken::Read),
    ("onPasswordChange", "string", Taken::Read),
    ("onDirectoryUserIdChange", "string", Taken::Read),
    ("onUnrecognised", "string", Taken::Read),
    ("signOutOn", "array", Taken::Read),
    ("deleteQuickConnects", "boolean", Taken::Read),
    ("refresh", "string", Taken::Read),
    ("callsPerSecond", "number", Taken::Read),
    ("burst", "integer", Taken::Read),
    ("sharedQuota", "boolean", Taken::Read),
    ("adoptExisting", "boolean", Taken::Read),
    ("assumeRoles", "array", Taken::Read),
    ("assumeRoleWithWebIdentity", "object", Taken::Refused(FROM_ENVIRONMENT)),
    ("allowedAccountIds", "array", Taken::Read),
    ("forbiddenAccountIds", "array", Taken::Read),
    ("customCaBundle", "string", Taken::Read),
    ("httpProxy", "string", Taken::Refused(FROM_ENVIRONMENT)),
    ("httpsProxy", "string", Taken::Refused(FROM_ENVIRONMENT)),
    ("noProxy", "string", Taken::Refused(FROM_ENVIRONMENT)),
    ("useFipsEndpoint", "boolean", Taken::Read),
    ("useDualstackEndpoint", "boolean", Taken::Read),
    ("sharedConfigFiles", "array", Taken::Read),
    ("sharedCredentialsFiles", "array", Taken::Read),
    ("ec2MetadataServiceEndpoint", "string", Taken::Refused(FROM_ENVIRONMENT)),
    ("ec2MetadataServiceEndpointMode", "string", Taken::Refused(FROM_ENVIRONMENT)),
    ("insecure", "boolean", Taken::Refused("leave it out: certificates are always checked")),
    ("retryMode", "string", Taken::Told),
    (
        "stsRegion",
        "string",
        Taken::Refused("give the address of that Region's service: `endpoints: [{sts: URL}]`"),
    ),
    ("s3UsEast1RegionalEndpoint", "string", Taken::Told),
    ("tagPolicyCompliance", "string", Taken::Told),
    ("tokenBucketRateLimiterCapacity", "integer", Taken::Told),
    ("userAgents", "array", Taken::Told),
    ("s3UsePathStyle", "boolean", Taken::Accepted),
    ("skipCredentialsValidation", "boolean", Taken::Accepted),
    ("skipMetadataApiCheck", "boolean", Taken::Accepted),
    ("skipRegionValidation", "boolean", Taken::Accepted),
    ("skipRequestingAccountId", "boolean", Taken::Accepted),
    ("version", "string", Taken::Accepted),
    ("pluginDownloadURL", "string", Taken::Accepted),
];

const SECRETS: [&str; 3] = ["accessKey", "secretKey", "token"];

/// The keys as a schema has them: the variables of a configuration, and the inputs of an explicit provider.
pub fn schema() -> Json {
    let of = |(key, kind, _): &(&str, &str, Taken)| {
        let property = match *kind {
            "object" => json!({ "type": "object", "additionalProperties": { "$ref": "pulumi.json#/Any" } }),
            "array" => json!({ "type": "array", "items": { "$ref": "pulumi.json#/Any" } }),
            kind if SECRETS.contains(key) => json!({ "type": kind, "secret": true }),
            kind => json!({ "type": kind }),
        };
        ((*key).to_owned(), property)
    };
    let keys = KEYS.iter().filter(|(key, ..)| !["version", "pluginDownloadURL"].contains(key));
    Json::Object(keys.map(of).collect())
}

/// What is accepted and has no effect here.
pub fn without_effect(inputs: &Value) -> Vec<&'static str> {
    let is_set = |key| inputs.get(key).is_some_and(|value| *value != Value::Null);
    let told = KEYS.iter().filter(|(key, _, taken)| *taken == Taken::Told && is_set(key));
    told.map(|(key, ..)| *key).collect()
}
