//! The provider's configuration.

mod aws;
mod reader;

use connect_user::{
    client::{Rate, aws::AwsSettings},
    read::Strategy,
    user::{
        DirectoryUserIdPolicy, IgnoreTags, PasswordPolicy, QuickConnects, Settings, SignOutOn, Tags,
        UnrecognisedPolicy, Value,
    },
};

pub use self::aws::refuse;
use self::reader::Reader;
use crate::{
    schema::{BOOL, Block, Field, Given, NUMBER, STRING, STRING_MAP, STRINGS, Schema},
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
    /// How often a call that failed is made again; as often as is usual where it is not said.
    pub max_retries: Option<usize>,
    /// Whether `default_tags`, or one of them, is unknown.
    pub tags_unknown: bool,
    /// Whether a value is still unknown, as while a plan waits for another provider.
    pub is_unknown: bool,
}

/// How users are read: the strategies that give an engine whole users.
const REFRESH: [Strategy; 2] = [Strategy::Changed, Strategy::Full];

pub fn schema() -> Schema {
    let option = |name, kind, description| Field::new(name, kind, Given::Optional, description);
    let mut schema = Schema {
        fields: vec![
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
                "on_unrecognised",
                STRING,
                "What to do before a call that may reset what the service has and this provider does not know: `warn` (the default) or `refuse`.",
            ),
            option(
                "sign_out_on",
                STRINGS,
                "What signs a user out everywhere: `deletion`, `lost-security-profile`, `changed-email`.",
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
                "max_retries",
                NUMBER,
                "How often a call that failed is made again: 7 by default. What waits for its turn does not count.",
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
            Block::one(
                "default_tags",
                vec![option("tags", STRING_MAP, "Tags for every user, under its own.")],
            ),
            Block::one(
                "ignore_tags",
                vec![
                    option("keys", STRINGS, "Keys of tags that others manage: never shown, set or removed."),
                    option("key_prefixes", STRINGS, "What the keys of such tags begin with."),
                ],
            ),
            aws::assume_role(),
        ],
    };
    schema.fields.extend(aws::fields());
    schema
}

impl Config {
    /// Reads the provider block; mistakes become diagnostics.
    pub fn read(block: &Value, diagnostics: &mut Diagnostics) -> Self {
        let mut reader = Reader { block, diagnostics, is_unknown: false };
        let aws = aws::read(&mut reader);
        let quick_connects =
            if reader.flag("delete_quick_connects") { QuickConnects::Delete } else { QuickConnects::Leave };
        let mut tags_unknown = false;
        let default_tags = reader.blocks("default_tags", |block| (block.map("tags"), block.is_unknown));
        let default_tags = default_tags.into_iter().flat_map(|(tags, is_unknown)| {
            tags_unknown |= is_unknown;
            tags
        });
        let default_tags: Tags = default_tags.collect();
        let ignored =
            reader.blocks("ignore_tags", |block| (block.texts("keys"), block.texts("key_prefixes")));
        let (ignored_keys, ignored_prefixes) = ignored.into_iter().next().unwrap_or_default();
        let settings = Settings::builder()
            .default_tags(default_tags)
            .password(reader.choice("on_password_change", PasswordPolicy::ALL))
            .directory_user_id(reader.choice("on_directory_user_id_change", DirectoryUserIdPolicy::ALL))
            .quick_connects(quick_connects)
            .unrecognised(reader.choice("on_unrecognised", UnrecognisedPolicy::ALL))
            .sign_out_on(reader.choices("sign_out_on", SignOutOn::ALL))
            .ignore_tags(IgnoreTags::new(ignored_keys, ignored_prefixes))
            .build();
        let calls = reader.number("calls_per_second", 0.001..=1_000_000.0).unwrap_or(2.0);
        let burst = reader.number("burst", 1.0..=1_000_000.0).unwrap_or(5.0);
        let max_retries = reader.number("max_retries", 0.0..=1_000.0).map(|number| number as usize);
        let max_deletes = reader.number("max_deletes", 0.0..=1_000_000.0).map(|number| number as usize);
        Self {
            aws,
            rate: Rate::per_second(calls, burst as u32).unwrap_or_default(),
            shared_quota: reader.flag("shared_quota"),
            refresh: reader.choice("refresh", &REFRESH),
            adopt_existing: reader.flag("adopt_existing"),
            max_deletes,
            max_retries,
            tags_unknown,
            settings,
            is_unknown: reader.is_unknown,
        }
    }
}
