//! The provider's configuration, by the names that Pulumi's `aws` provider has, and our own beside them.

use std::{collections::HashMap, time::Duration};

use connect_user::{
    client::{
        Rate,
        aws::{AccessKey, AssumeRole, AwsSettings},
    },
    read::Strategy,
    user::{DirectoryUserIdPolicy, IgnoreTags, PasswordPolicy, QuickConnects, Secret, Settings, Tags, Value},
};
use prost_types::Struct;
use serde_json::{Value as Json, json};

use crate::wire::Document;

/// What the configuration says.
pub struct Config {
    pub aws: AwsSettings,
    pub rate: Rate,
    pub shared_quota: bool,
    /// After how many failures a call is given up.
    pub attempts: Option<usize>,
    pub refresh: Strategy,
    pub settings: Settings,
    pub adopt_existing: bool,
}

/// What is wrong with a key.
pub struct Mistake {
    pub key: String,
    pub reason: String,
}

/// How a key of the `aws` provider is taken.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
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
const KEYS: [(&str, &str, Taken); 45] = [
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
    ("stsRegion", "string", Taken::Told),
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

const ON_PASSWORD_CHANGE: [(&str, PasswordPolicy); 3] = [
    ("warn", PasswordPolicy::Warn),
    ("replace", PasswordPolicy::Replace),
    ("refuse", PasswordPolicy::Refuse),
];

const ON_DIRECTORY_USER_ID_CHANGE: [(&str, DirectoryUserIdPolicy); 2] =
    [("refuse", DirectoryUserIdPolicy::Refuse), ("replace", DirectoryUserIdPolicy::Replace)];

const REFRESH: [(&str, Strategy); 2] = [("changed", Strategy::Changed), ("full", Strategy::Full)];

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

impl Config {
    /// Reads the configuration: the arguments, or the variables of an older engine.
    pub fn of(args: Option<Struct>, variables: &HashMap<String, String>) -> (Self, Vec<Mistake>) {
        let mut document = Document::read(args);
        if document.is_empty() {
            for (name, value) in variables {
                let key = name.rsplit(':').next().unwrap_or(name);
                document.set(key, Some(value.as_str().into()));
            }
        }
        Self::read(&document.value)
    }

    /// Reads the configuration, with what is wrong with it.
    pub fn read(inputs: &Value) -> (Self, Vec<Mistake>) {
        let mut reader = Reader { inputs, mistakes: Vec::new() };
        reader.check_keys();
        let endpoints = reader.list("endpoints");
        let endpoint = |service: &str| {
            let mut urls = endpoints.iter().filter_map(|one| one.get(service)?.as_str());
            urls.find(|url| !url.is_empty()).map(str::to_owned)
        };
        let roles: Vec<Value> = reader.list("assumeRoles");
        let aws = AwsSettings::builder()
            .maybe_region(reader.text("region"))
            .maybe_profile(reader.text("profile"))
            .maybe_endpoint_url(endpoint("connect"))
            .maybe_sts_endpoint_url(endpoint("sts"))
            .maybe_access_key(reader.access_key())
            .assume_roles(roles.iter().filter_map(|role| reader.role(role)).collect())
            .allowed_account_ids(texts(&reader.list("allowedAccountIds")))
            .forbidden_account_ids(texts(&reader.list("forbiddenAccountIds")))
            .config_files(texts(&reader.list("sharedConfigFiles")))
            .credentials_files(texts(&reader.list("sharedCredentialsFiles")))
            .maybe_ca_bundle(reader.text("customCaBundle"))
            .maybe_use_fips_endpoint(reader.flag("useFipsEndpoint").then_some(true))
            .maybe_use_dualstack_endpoint(reader.flag("useDualstackEndpoint").then_some(true))
            .build();
        let tags = |value: Option<Value>| -> Tags {
            let Some(Value::Map(tags)) = value else { return Tags::new() };
            tags.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
        };
        let ignored = reader.any("ignoreTags").unwrap_or(Value::Null);
        let delete = reader.flag("deleteQuickConnects");
        let settings = Settings::builder()
            .default_tags(tags(reader.any("defaultTags").and_then(|block| block.get("tags").cloned())))
            .ignore_tags(IgnoreTags::new(inside(&ignored, "keys"), inside(&ignored, "keyPrefixes")))
            .password(reader.choice("onPasswordChange", &ON_PASSWORD_CHANGE))
            .directory_user_id(reader.choice("onDirectoryUserIdChange", &ON_DIRECTORY_USER_ID_CHANGE))
            .quick_connects(if delete { QuickConnects::Delete } else { QuickConnects::Leave })
            .build();
        let calls = reader.number("callsPerSecond", 0.001, false).unwrap_or(2.0);
        let burst = reader.number("burst", 1.0, true).unwrap_or(5.0);
        let config = Self {
            aws,
            rate: Rate::per_second(calls, burst as u32).unwrap_or_default(),
            shared_quota: reader.flag("sharedQuota"),
            attempts: reader.number("maxRetries", 0.0, true).map(|retries| retries as usize + 1),
            refresh: reader.choice("refresh", &REFRESH),
            settings,
            adopt_existing: reader.flag("adoptExisting"),
        };
        (config, reader.mistakes)
    }
}

/// What is accepted and has no effect here.
pub fn without_effect(inputs: &Value) -> Vec<&'static str> {
    let is_set = |key| inputs.get(key).is_some_and(|value| *value != Value::Null);
    let told = KEYS.iter().filter(|(key, _, taken)| *taken == Taken::Told && is_set(key));
    told.map(|(key, ..)| *key).collect()
}

struct Reader<'a> {
    inputs: &'a Value,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn check_keys(&mut self) {
        let Value::Map(members) = self.inputs else { return };
        for (key, value) in members.iter().filter(|(key, _)| !key.starts_with("__")) {
            let reason = match KEYS.iter().find(|(known, ..)| known == key) {
                Some((_, _, Taken::Refused(help))) if !is_nothing(&decoded(value)) => {
                    format!("`{key}` is not supported by this provider; {help}")
                }
                Some(_) => continue,
                None => format!("the provider has no configuration `{key}`; take it out"),
            };
            self.mistakes.push(Mistake { key: key.clone(), reason });
        }
    }

    /// The value of a key. A configuration writes what is no text as JSON in a text.
    fn any(&mut self, key: &str) -> Option<Value> {
        self.inputs.get(key).map(decoded).filter(|value| !matches!(value, Value::Null | Value::Unknown))
    }

    fn list(&mut self, key: &str) -> Vec<Value> {
        match self.any(key) {
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        }
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let text = self.inputs.get(key).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.any(key) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(other) => {
                let reason = format!("`{key}` must be `true` or `false`, is {}", other.describe());
                self.mistakes.push(Mistake { key: key.to_owned(), reason });
                false
            }
        }
    }

    fn number(&mut self, key: &str, least: f64, is_whole: bool) -> Option<f64> {
        const MOST: f64 = 1_000_000.0;
        let number = match self.any(key)? {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => f64::NAN,
        };
        if (least..=MOST).contains(&number) && (!is_whole || number.fract() == 0.0) {
            return Some(number);
        }
        let whole = if is_whole { "a whole number from " } else { "" };
        let is = if number.is_nan() { "no number".to_owned() } else { number.to_string() };
        let reason = format!("`{key}` must be {whole}{least} to {MOST}, is {is}");
        self.mistakes.push(Mistake { key: key.to_owned(), reason });
        None
    }

    fn choice<T: Copy + Default>(&mut self, key: &str, choices: &[(&str, T)]) -> T {
        let Some(text) = self.text(key) else { return T::default() };
        if let Some((_, choice)) = choices.iter().find(|(known, _)| *known == text) {
            return *choice;
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let reason = format!("`{key}` must be one of `{}`, is `{text}`", names.join("`, `"));
        self.mistakes.push(Mistake { key: key.to_owned(), reason });
        T::default()
    }

    fn access_key(&mut self) -> Option<AccessKey> {
        match (self.text("accessKey"), self.text("secretKey")) {
            (Some(id), Some(secret)) => {
                let token = self.text("token").map(Secret::from);
                Some(AccessKey::builder().id(id).secret(secret).maybe_session_token(token).build())
            }
            (None, None) => None,
            (id, _) => {
                let key = if id.is_some() { "secretKey" } else { "accessKey" };
                let reason = "`accessKey` and `secretKey` are given together or not at all".to_owned();
                self.mistakes.push(Mistake { key: key.to_owned(), reason });
                None
            }
        }
    }

    fn role(&mut self, role: &Value) -> Option<AssumeRole> {
        let text = |name| role.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let Some(arn) = text("roleArn") else {
            let reason = "a role in `assumeRoles` has no `roleArn`; give it one".to_owned();
            self.mistakes.push(Mistake { key: "assumeRoles".to_owned(), reason });
            return None;
        };
        let tags = match role.get("tags") {
            Some(Value::Map(tags)) => {
                tags.iter().filter_map(|(key, tag)| Some((key.clone(), tag.as_str()?.to_owned()))).collect()
            }
            _ => Vec::new(),
        };
        let duration = text("duration").map(seconds);
        if duration == Some(None) {
            let reason = "`duration` in `assumeRoles` must be a time such as `1h30m`".to_owned();
            self.mistakes.push(Mistake { key: "assumeRoles".to_owned(), reason });
        }
        let role = AssumeRole::builder()
            .role_arn(arn)
            .maybe_session_name(text("sessionName"))
            .maybe_external_id(text("externalId"))
            .maybe_policy(text("policy"))
            .policy_arns(inside(role, "policyArns"))
            .tags(tags)
            .maybe_duration(duration.flatten())
            .build();
        Some(role)
    }
}

/// The texts of a list.
fn texts(items: &[Value]) -> Vec<String> {
    items.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// The texts of a list in an object.
fn inside(object: &Value, list: &str) -> Vec<String> {
    match object.get(list) {
        Some(Value::List(items)) => texts(items),
        _ => Vec::new(),
    }
}

/// A time as Go writes it, in whole hours, minutes and seconds: `1h30m`.
fn seconds(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = (rest.get(..digits)?.parse::<u64>().ok()?, rest.get(digits..digits + 1)?);
        let factor = match unit {
            "h" => 3_600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        total = number.checked_mul(factor).and_then(|more| total.checked_add(more))?;
        rest = rest.get(digits + 1..)?;
    }
    Some(Duration::from_secs(total))
}

fn decoded(value: &Value) -> Value {
    let json = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    json.unwrap_or_else(|| value.clone())
}

/// Whether a value asks for nothing, as the defaults of the SDKs do.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}
