//! The provider's configuration, by the names that Pulumi's `aws` provider has, and our own beside them.

mod keys;
mod reader;

use std::collections::HashMap;

use connect_user::{
    client::{Rate, aws::AwsSettings},
    read::Strategy,
    user::{
        DirectoryUserIdPolicy, IgnoreTags, PasswordPolicy, QuickConnects, Settings, SignOutOn,
        UnrecognisedPolicy, Value,
    },
};
use prost_types::Struct;

pub use self::{
    keys::{schema, without_effect},
    reader::Mistake,
};

use self::reader::Reader;
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
        let mut reader = Reader::new(inputs);
        reader.check_keys();
        let defaults = reader.object("defaultTags", &["tags"]);
        let ignored = reader.object("ignoreTags", &["keys", "keyPrefixes"]);
        let delete = reader.flag("deleteQuickConnects").unwrap_or_default();
        let settings = Settings::builder()
            .default_tags(reader.tags("defaultTags", "defaultTags", &defaults).into_iter().collect())
            .ignore_tags(IgnoreTags::new(
                reader.texts_in("ignoreTags", "ignoreTags", &ignored, "keys"),
                reader.texts_in("ignoreTags", "ignoreTags", &ignored, "keyPrefixes"),
            ))
            .password(reader.choice("onPasswordChange", PasswordPolicy::ALL))
            .directory_user_id(reader.choice("onDirectoryUserIdChange", DirectoryUserIdPolicy::ALL))
            .unrecognised(reader.choice("onUnrecognised", UnrecognisedPolicy::ALL))
            .sign_out_on(reader.choices("signOutOn", SignOutOn::ALL))
            .quick_connects(if delete { QuickConnects::Delete } else { QuickConnects::Leave })
            .build();
        let calls = reader.number("callsPerSecond", 0.001, false).unwrap_or(2.0);
        let burst = reader.number("burst", 1.0, true).unwrap_or(5.0);
        let config = Self {
            aws: aws(&mut reader),
            rate: Rate::per_second(calls, burst as u32).unwrap_or_default(),
            shared_quota: reader.flag("sharedQuota").unwrap_or_default(),
            attempts: reader.number("maxRetries", 0.0, true).map(|retries| retries as usize + 1),
            refresh: reader.choice("refresh", &[Strategy::Changed, Strategy::Full]),
            settings,
            adopt_existing: reader.flag("adoptExisting").unwrap_or_default(),
        };
        (config, reader.into_mistakes())
    }
}

fn aws(reader: &mut Reader<'_>) -> AwsSettings {
    let endpoints = reader.objects("endpoints");
    let roles = reader.objects("assumeRoles");
    let settings = AwsSettings::builder()
        .maybe_region(reader.text("region"))
        .maybe_profile(reader.text("profile"))
        .maybe_endpoint_url(reader.endpoint(&endpoints, "connect"))
        .maybe_sts_endpoint_url(reader.endpoint(&endpoints, "sts"))
        .maybe_access_key(reader.access_key())
        .assume_roles(roles.iter().filter_map(|role| reader.role(role)).collect())
        .allowed_account_ids(reader.texts("allowedAccountIds"))
        .forbidden_account_ids(reader.texts("forbiddenAccountIds"))
        .config_files(reader.texts("sharedConfigFiles"))
        .credentials_files(reader.texts("sharedCredentialsFiles"))
        .maybe_ca_bundle(reader.text("customCaBundle"))
        .maybe_use_fips_endpoint(reader.flag("useFipsEndpoint"))
        .maybe_use_dualstack_endpoint(reader.flag("useDualstackEndpoint"))
        .build();
    if let Err(error) = settings.check() {
        reader.refuse(&error);
    }
    settings
}
