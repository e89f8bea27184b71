//! The provider's configuration.

use connect_user::{
    client::{Rate, aws::AwsSettings},
    read::Strategy,
    user::{DirectoryUserIdPolicy, IgnoreTags, PasswordPolicy, Path, QuickConnects, Settings, Tags, Value},
};

use crate::{
    schema::{BOOL, Field, Given, NUMBER, STRING, STRING_MAP, STRINGS, Schema},
    wire::Diagnostics,
};

/// What the provider block says.
pub struct Config {
    pub aws: AwsSettings,
    pub rate: Rate,
    pub shared_quota: bool,
    pub refresh: Strategy,
    pub settings: Settings,
    /// Whether a user that has the name already, exactly as the configuration wants it, is taken over.
    pub adopt_existing: bool,
    /// How many users may be deleted or replaced in a run.
    pub max_deletes: Option<usize>,
    /// Whether `default_tags`, or one of them, is unknown.
    pub tags_unknown: bool,
    /// Whether a value is still unknown, as while a plan waits for another provider.
    pub is_unknown: bool,
}

const ON_PASSWORD_CHANGE: [(&str, PasswordPolicy); 3] = [
    ("warn", PasswordPolicy::Warn),
    ("replace", PasswordPolicy::Replace),
    ("refuse", PasswordPolicy::Refuse),
];

const ON_DIRECTORY_USER_ID_CHANGE: [(&str, DirectoryUserIdPolicy); 2] =
    [("refuse", DirectoryUserIdPolicy::Refuse), ("replace", DirectoryUserIdPolicy::Replace)];

const REFRESH: [(&str, Strategy); 2] = [("changed", Strategy::Changed), ("full", Strategy::Full)];

pub fn schema() -> Schema {
    let option = |name, kind, description| Field::new(name, kind, Given::Optional, description);
    Schema {
        fields: vec![
            option("region", STRING, "The AWS Region; otherwise the environment's or the profile's."),
            option("profile", STRING, "A profile of the AWS configuration."),
            option("endpoint_url", STRING, "Another address of the service, such as that of a VPC endpoint."),
            option(
                "on_password_change",
                STRING,
                "What to do about a changed password, which no API can change: `warn` (the default), `replace` the user, or `refuse`.",
            ),
            option(
                "on_directory_user_id_change",
                STRING,
                "What to do about a changed directory user id, which no API can change: `refuse` (the default) or `replace` the user.",
            ),
            option(
                "delete_quick_connects",
                BOOL,
                "Whether the quick connects that lead to a deleted user are deleted with it.",
            ),
            option(
                "refresh",
                STRING,
                "How users are read again: `changed` (the default) lists an instance and reads who has changed, `full` reads everybody.",
            ),
            option(
                "calls_per_second",
                NUMBER,
                "How many calls a second each operation may take: 2 unless AWS has raised the quota.",
            ),
            option(
                "burst",
                NUMBER,
                "How many calls of an operation may be made at once: 5 unless AWS has raised the quota.",
            ),
            option(
                "adopt_existing",
                BOOL,
                "Whether a user that has the name already, exactly as the configuration wants it, is taken over: \
                 for the run after one that was killed. Never together with `create_before_destroy`.",
            ),
            option(
                "max_deletes",
                NUMBER,
                "How many users one run may delete or replace; without it, as many as Terraform has shown. A plan \
                 with more of them fails.",
            ),
            option(
                "shared_quota",
                BOOL,
                "Whether other programs use the same quota at the same time: then its share is found by what the service refuses.",
            ),
        ],
        blocks: vec![
            (
                "default_tags".to_owned(),
                vec![option("tags", STRING_MAP, "Tags for every user, under its own.")],
            ),
            (
                "ignore_tags".to_owned(),
                vec![
                    option("keys", STRINGS, "Keys of tags that others manage: never shown, set or removed."),
                    option("key_prefixes", STRINGS, "What the keys of such tags begin with."),
                ],
            ),
        ],
    }
}

impl Config {
    /// Reads the provider block; mistakes become diagnostics.
    pub fn read(block: &Value, diagnostics: &mut Diagnostics) -> Self {
        let mut reader = Reader { block, diagnostics, is_unknown: false };
        let aws = AwsSettings::builder()
            .maybe_region(reader.text("region"))
            .maybe_profile(reader.text("profile"))
            .maybe_endpoint_url(reader.text("endpoint_url"))
            .build();
        let quick_connects =
            if reader.flag("delete_quick_connects") { QuickConnects::Delete } else { QuickConnects::Leave };
        let (default_tags, tags_unknown) = reader.default_tags();
        let settings = Settings::builder()
            .default_tags(default_tags)
            .password(reader.choice("on_password_change", &ON_PASSWORD_CHANGE))
            .directory_user_id(reader.choice("on_directory_user_id_change", &ON_DIRECTORY_USER_ID_CHANGE))
            .quick_connects(quick_connects)
            .ignore_tags(IgnoreTags::new(reader.ignored("keys"), reader.ignored("key_prefixes")))
            .build();
        let calls = reader.number("calls_per_second", 0.001..=1_000_000.0).unwrap_or(2.0);
        let burst = reader.number("burst", 1.0..=1_000_000.0).unwrap_or(5.0);
        let max_deletes = reader.number("max_deletes", 0.0..=1_000_000.0).map(|number| number as usize);
        Self {
            aws,
            rate: Rate::per_second(calls, burst as u32).unwrap_or_default(),
            shared_quota: reader.flag("shared_quota"),
            refresh: reader.choice("refresh", &REFRESH),
            adopt_existing: reader.flag("adopt_existing"),
            max_deletes,
            tags_unknown,
            settings,
            is_unknown: reader.is_unknown,
        }
    }
}

struct Reader<'a> {
    block: &'a Value,
    diagnostics: &'a mut Diagnostics,
    is_unknown: bool,
}

impl<'a> Reader<'a> {
    fn get(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.block.get(name).filter(|value| **value != Value::Null)?;
        self.is_unknown |= *value == Value::Unknown;
        Some(value)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    fn flag(&mut self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }

    fn number(&mut self, name: &'static str, bounds: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let number = match self.get(name)? {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            _ => return None,
        };
        if bounds.contains(&number) && (name == "calls_per_second" || number.fract() == 0.0) {
            return Some(number);
        }
        let (least, most) = (bounds.start(), bounds.end());
        let whole = if name == "calls_per_second" { "" } else { "a whole number from " };
        self.diagnostics.error(
            format!("`{name}` must be {whole}{least} to {most}, is {number}"),
            "",
            Some(&Path::root().member(name)),
        );
        None
    }

    fn choice<T: Copy + Default>(&mut self, name: &'static str, choices: &[(&str, T)]) -> T {
        let Some(text) = self.text(name) else { return T::default() };
        if let Some((_, choice)) = choices.iter().find(|(known, _)| *known == text) {
            return *choice;
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let message = format!("`{name}` cannot be `{text}`");
        let help = format!("give one of `{}`", names.join("`, `"));
        self.diagnostics.error(message, help, Some(&Path::root().member(name)));
        T::default()
    }

    /// The texts of one of the sets in `ignore_tags`.
    fn ignored(&mut self, name: &str) -> Vec<String> {
        let Some(Value::List(blocks)) = self.get("ignore_tags") else { return Vec::new() };
        match blocks.first().and_then(|block| block.get(name)) {
            Some(Value::List(texts)) => {
                self.is_unknown |= texts.contains(&Value::Unknown);
                texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
            }
            other => {
                self.is_unknown |= other == Some(&Value::Unknown);
                Vec::new()
            }
        }
    }

    /// The tags, and whether any is unknown.
    fn default_tags(&mut self) -> (Tags, bool) {
        let tags = match self.get("default_tags") {
            Some(Value::List(blocks)) => blocks.first().and_then(|block| block.get("tags")),
            other => other,
        };
        let (known, is_unknown): (Tags, bool) = match tags {
            Some(Value::Map(tags)) => {
                let known = |(key, value): &(String, Value)| Some((key.clone(), value.as_str()?.to_owned()));
                let is_unknown = tags.iter().any(|(_, value)| *value == Value::Unknown);
                (tags.iter().filter_map(known).collect(), is_unknown)
            }
            Some(Value::Unknown) => (Tags::new(), true),
            _ => (Tags::new(), false),
        };
        self.is_unknown |= is_unknown;
        (known, is_unknown)
    }
}
