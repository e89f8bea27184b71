//! Reading the configuration key by key. What cannot be read is a mistake: an account to allow, a role or a tag that is
//! passed over in silence would be an incident.

use std::{collections::BTreeSet, fmt::Display};

use connect_user::{
    client::aws::{AccessKey, AssumeRole, AwsSettingsError},
    user::{Secret, Value},
};

use super::keys::{KEYS, Taken};

const ROLES: &str = "assumeRoles";
const ROLE: &str = "assumeRoles[]";

/// The settings of AWS whose values are checked, and what they are named here.
const SETTINGS: [(&str, &str); 7] = [
    ("access_key", "accessKey"),
    ("secret_key", "secretKey"),
    ("allowed_account_ids", "allowedAccountIds"),
    ("forbidden_account_ids", "forbiddenAccountIds"),
    ("role_arn", "assumeRoles[].roleArn"),
    ("session_name", "assumeRoles[].sessionName"),
    ("duration", "assumeRoles[].duration"),
];

/// What is wrong with a key.
pub struct Mistake {
    pub key: String,
    pub reason: String,
}

pub(super) struct Reader<'a> {
    inputs: &'a Value,
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(inputs: &'a Value) -> Self {
        Self { inputs, mistakes: Vec::new() }
    }

    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }

    fn mistake(&mut self, key: &str, reason: String) {
        self.mistakes.push(Mistake { key: key.to_owned(), reason });
    }

    pub(super) fn check_keys(&mut self) {
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
    fn any(&self, key: &str) -> Option<Value> {
        self.inputs.get(key).map(decoded).filter(|value| !matches!(value, Value::Null | Value::Unknown))
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.inputs.get(key)?.clone();
        self.scalar(key, key, &value).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        match self.any(key)? {
            Value::Bool(flag) => Some(flag),
            other => {
                self.mistake(key, format!("`{key}` must be `true` or `false`, is {}", other.describe()));
                None
            }
        }
    }

    pub(super) fn number(&mut self, key: &str, least: f64, is_whole: bool) -> Option<f64> {
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
        self.mistake(key, format!("`{key}` must be {whole}{least} to {MOST}, is {is}"));
        None
    }

    pub(super) fn choice<T: Copy + Default + Display>(&mut self, key: &str, choices: &[T]) -> T {
        let Some(text) = self.text(key) else { return T::default() };
        self.one_of(key, choices, &text).unwrap_or_default()
    }

    /// The choices in a list.
    pub(super) fn choices<T: Copy + Ord + Display>(&mut self, key: &str, choices: &[T]) -> BTreeSet<T> {
        let texts = self.texts(key);
        texts.iter().filter_map(|text| self.one_of(key, choices, text)).collect()
    }

    fn one_of<T: Copy + Display>(&mut self, key: &str, choices: &[T], text: &str) -> Option<T> {
        if let Some(choice) = choices.iter().find(|choice| choice.to_string() == text) {
            return Some(*choice);
        }
        let names: Vec<String> = choices.iter().map(T::to_string).collect();
        self.mistake(key, format!("`{key}` must be one of `{}`, is `{text}`", names.join("`, `")));
        None
    }

    /// An object with these members; an empty one where there is none.
    pub(super) fn object(&mut self, key: &str, members: &[&str]) -> Value {
        let value = self.any(key).unwrap_or(Value::Map(Vec::new()));
        self.must_be_object(key, key, &value);
        self.check_members(key, key, &value, members);
        value
    }

    /// A list of objects.
    pub(super) fn objects(&mut self, key: &str) -> Vec<Value> {
        let items = match self.any(key) {
            Some(value) => self.items(key, key, &value),
            None => Vec::new(),
        };
        items.into_iter().filter(|item| self.must_be_object(key, &format!("{key}[]"), item)).collect()
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        self.any(key).map(|value| self.list_of_texts(key, key, &value)).unwrap_or_default()
    }

    /// A list of texts in an object.
    pub(super) fn texts_in(&mut self, key: &str, place: &str, object: &Value, member: &str) -> Vec<String> {
        let place = format!("{place}.{member}");
        object.get(member).map(|value| self.list_of_texts(key, &place, value)).unwrap_or_default()
    }

    /// The tags in an object.
    pub(super) fn tags(&mut self, key: &str, place: &str, object: &Value) -> Vec<(String, String)> {
        let place = format!("{place}.tags");
        let Some(tags) = object.get("tags").filter(|tags| self.must_be_object(key, &place, tags)) else {
            return Vec::new();
        };
        let Value::Map(tags) = tags else { return Vec::new() };
        let text = |(tag, value): &(String, Value)| {
            Some((tag.clone(), self.scalar(key, &format!("{place}.{tag}"), value)?))
        };
        tags.iter().filter_map(text).collect()
    }

    /// The address of a service: the first that is given.
    pub(super) fn endpoint(&mut self, endpoints: &[Value], service: &str) -> Option<String> {
        let place = format!("endpoints[].{service}");
        let urls = endpoints.iter().filter_map(|one| one.get(service));
        let mut urls = urls.filter_map(|url| self.scalar("endpoints", &place, url));
        urls.find(|url| !url.is_empty())
    }

    pub(super) fn access_key(&mut self) -> Option<AccessKey> {
        const KEYS: [&str; 3] = ["accessKey", "secretKey", "token"];
        if KEYS.iter().any(|key| self.inputs.get(key) == Some(&Value::Unknown)) {
            return None;
        }
        let [id, secret, token] = KEYS.map(|key| self.text(key));
        let missing = match (&id, &secret, &token) {
            (Some(_), Some(_), _) | (None, None, None) => None,
            (None, ..) => Some("accessKey"),
            (_, None, _) => Some("secretKey"),
        };
        if let Some(key) = missing {
            let reason = "`accessKey` and `secretKey` are given together, and `token` with both".to_owned();
            self.mistake(key, reason);
        }
        let key = AccessKey::builder().id(id?).secret(secret?);
        Some(key.maybe_session_token(token.map(Secret::from)).build())
    }

    pub(super) fn role(&mut self, role: &Value) -> Option<AssumeRole> {
        const TEXTS: [&str; 5] = ["roleArn", "sessionName", "externalId", "policy", "duration"];
        self.check_members(ROLES, ROLE, role, &[&TEXTS[..], &["policyArns", "tags"]].concat());
        if role.get("roleArn") == Some(&Value::Unknown) {
            return None;
        }
        let text = |name: &str| {
            let text = self.scalar(ROLES, &format!("{ROLE}.{name}"), role.get(name)?)?;
            Some(text).filter(|text| !text.is_empty())
        };
        let [arn, session, external_id, policy, duration] = TEXTS.map(text);
        if arn.is_none() {
            self.mistake(ROLES, format!("`{ROLE}.roleArn` is missing; give it"));
        }
        let duration = duration.and_then(|text| match humantime::parse_duration(&text) {
            Ok(duration) => Some(duration),
            Err(_) => {
                let place = format!("{ROLE}.duration");
                self.mistake(ROLES, format!("`{place}` must be a time such as `1h30m`, is `{text}`"));
                None
            }
        });
        let role = AssumeRole::builder()
            .role_arn(arn?)
            .maybe_session_name(session)
            .maybe_external_id(external_id)
            .maybe_policy(policy)
            .policy_arns(self.texts_in(ROLES, ROLE, role, "policyArns"))
            .tags(self.tags(ROLES, ROLE, role))
            .maybe_duration(duration)
            .build();
        Some(role)
    }

    /// Tells what is wrong with the settings of AWS, under the names that they have here.
    pub(super) fn refuse(&mut self, error: &AwsSettingsError) {
        let message = format!("{error}; {}", error.help());
        let AwsSettingsError::Malformed { setting, .. } = error else {
            return self.mistake("endpoints", message);
        };
        let place = SETTINGS.iter().find(|(name, _)| name == setting).map_or(*setting, |(_, place)| *place);
        let key = place.split('[').next().unwrap_or(place);
        self.mistake(key, message.replacen(&format!("`{setting}`"), &format!("`{place}`"), 1));
    }

    fn list_of_texts(&mut self, key: &str, place: &str, value: &Value) -> Vec<String> {
        let items = self.items(key, place, value);
        items.iter().filter_map(|item| self.scalar(key, &format!("{place}[]"), item)).collect()
    }

    fn items(&mut self, key: &str, place: &str, value: &Value) -> Vec<Value> {
        match value {
            Value::List(items) => items.clone(),
            Value::Null => Vec::new(),
            other => {
                self.mistake(key, format!("`{place}` must be a list, is {}", other.describe()));
                Vec::new()
            }
        }
    }

    fn check_members(&mut self, key: &str, place: &str, object: &Value, known: &[&str]) {
        let Value::Map(members) = object else { return };
        for (name, _) in members.iter().filter(|(name, _)| !name.starts_with("__")) {
            if !known.contains(&name.as_str()) {
                let known = known.join("`, `");
                self.mistake(key, format!("`{place}` has no member `{name}`; it may have `{known}`"));
            }
        }
    }

    fn must_be_object(&mut self, key: &str, place: &str, value: &Value) -> bool {
        let is_object = matches!(value, Value::Map(_));
        if !is_object && *value != Value::Null {
            self.mistake(key, format!("`{place}` must be an object, is {}", value.describe()));
        }
        is_object
    }

    /// A text. `pulumi config set --path` makes numbers and booleans of texts that look like them.
    fn scalar(&mut self, key: &str, place: &str, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Float(number) if number.fract() == 0.0 => Some(format!("{number:.0}")),
            Value::Null | Value::Unknown => None,
            other => {
                self.mistake(key, format!("`{place}` must be a text, is {}", other.describe()));
                None
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn read(json: &str) -> (Config, Vec<String>) {
        let inputs: Value = serde_json::from_str(json).expect("JSON");
        let (config, mistakes) = Config::read(&inputs);
        (config, mistakes.into_iter().map(|mistake| mistake.reason).collect())
    }

    #[test]
    fn what_looks_like_a_number_is_the_text_that_was_meant() {
        let (config, mistakes) = read(
            r#"{
                "allowedAccountIds": "[123456789012]",
                "defaultTags": "{\"tags\": {\"centre\": 5, \"on\": true}}"
            }"#,
        );
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(config.aws.allowed_account_ids, ["123456789012"]);
        let tags: Vec<_> =
            config.settings.default_tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(tags, ["centre=5", "on=true"]);
    }

    #[test]
    fn nothing_is_passed_over_in_silence() {
        for (inputs, reason) in [
            (r#"{"allowedAccountIds": "123456789012"}"#, "`allowedAccountIds` must be a list, is a number"),
            (r#"{"forbiddenAccountIds": [[]]}"#, "`forbiddenAccountIds[]` must be a text, is a list"),
            (r#"{"defaultTags": ["a"]}"#, "`defaultTags` must be an object, is a list"),
            (r#"{"defaultTags": {"tags": {"a": {}}}}"#, "`defaultTags.tags.a` must be a text, is an object"),
            (r#"{"ignoreTags": {"keys": "a"}}"#, "`ignoreTags.keys` must be a list, is a string"),
            (r#"{"endpoints": {"connect": "http://localhost"}}"#, "`endpoints` must be a list, is an object"),
            (r#"{"assumeRoles": ["arn"]}"#, "`assumeRoles[]` must be an object, is a string"),
            (r#"{"region": ["eu-central-1"]}"#, "`region` must be a text, is a list"),
            (
                r#"{"ignoreTags": {"key": ["a"]}}"#,
                "`ignoreTags` has no member `key`; it may have `keys`, `keyPrefixes`",
            ),
            (r#"{"defaultTags": {"team": "ops"}}"#, "`defaultTags` has no member `team`; it may have `tags`"),
            (
                r#"{"assumeRoles": [{"roleArn": "arn:aws:iam::111122223333:role/a", "duration": "soon"}]}"#,
                "`assumeRoles[].duration` must be a time such as `1h30m`, is `soon`",
            ),
            (r#"{"assumeRoles": [{}]}"#, "`assumeRoles[].roleArn` is missing; give it"),
            (
                r#"{"assumeRoles": [{"roleArn": "arn:aws:iam::111122223333:role/a", "sourceIdentity": "a"}]}"#,
                "`assumeRoles[]` has no member `sourceIdentity`; it may have `roleArn`, `sessionName`, `externalId`, \
                 `policy`, `duration`, `policyArns`, `tags`",
            ),
            (r#"{"token": "a"}"#, "`accessKey` and `secretKey` are given together, and `token` with both"),
            (
                r#"{"forbiddenAccountIds": ["7"]}"#,
                "`forbiddenAccountIds` must be ids of 12 digits, is `7`; give it such a value, or leave it out",
            ),
            (
                r#"{"assumeRoles": [{"roleArn": "arn"}]}"#,
                "`assumeRoles[].roleArn` must be the ARN of a role such as `arn:aws:iam::111122223333:role/NAME`, \
                 is `arn`; give it such a value, or leave it out",
            ),
            (
                r#"{"onPasswordChange": "ask"}"#,
                "`onPasswordChange` must be one of `warn`, `replace`, `refuse`, is `ask`",
            ),
        ] {
            assert_eq!(read(inputs).1, [reason], "{inputs}");
        }
    }

    #[test]
    fn a_switch_that_is_off_is_not_unset() {
        let flags = |json| read(json).0.aws.use_fips_endpoint;
        assert_eq!(flags(r#"{"useFipsEndpoint": false}"#), Some(false));
        assert_eq!(flags(r#"{"useFipsEndpoint": "true"}"#), Some(true));
        assert_eq!(flags("{}"), None);
    }

    #[test]
    fn what_is_not_known_yet_is_no_mistake() {
        let unknown = |name: &str| (name.to_owned(), Value::Unknown);
        let secret = ("secretKey".to_owned(), Value::from("a"));
        let role = Value::Map(vec![unknown("roleArn")]);
        let inputs = Value::Map(vec![
            unknown("accessKey"),
            secret,
            unknown("region"),
            unknown("allowedAccountIds"),
            ("assumeRoles".to_owned(), Value::List(vec![role])),
        ]);
        let mistakes: Vec<String> =
            Config::read(&inputs).1.into_iter().map(|mistake| mistake.reason).collect();
        assert_eq!(mistakes, [""; 0]);
    }
}
