//! The configuration of a provider.

use super::{
    said::Said,
    setting::{Support, settings, spelled},
};
#[cfg(feature = "aws")]
use crate::client::aws::AwsSettings;
use crate::{
    client::{Rate, RateSource},
    engine::{
        forms::{Forms, invalid},
        schema::Field,
    },
    read::Strategy,
    user::{Code, Diagnostic, IgnoreTags, Path, QuickConnects, Settings, SignOutOn, Spelling, Value},
};

/// The configuration of a provider; settings that are left out have their defaults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Configuration {
    /// Region, credentials and endpoints.
    #[cfg(feature = "aws")]
    pub aws: AwsSettings,
    /// The rate of each operation. Default: 2 calls a second, with a burst of 5.
    pub rate: Rate,
    /// The source of the rates: `rate`, if the configuration sets one. Default: [`RateSource::Assumed`].
    pub rates_from: RateSource,
    /// The source of the ceiling up to which higher rates are tried. Default: `None`, no rate is tried.
    pub probe_to: Option<RateSource>,
    /// Whether other programs use the same quota at the same time. Default: no.
    pub shared_quota: bool,
    /// Maximum number of retries of a failed call. Default: `None`, which leaves the number of the retry policy.
    pub max_retries: Option<usize>,
    /// How users are refreshed. Default: [`Strategy::Changed`].
    pub refresh: Strategy,
    /// The decisions about users.
    pub settings: Settings,
    /// Whether an equal user that already has the name is adopted. Default: no.
    pub adopt_existing: bool,
    /// Maximum number of users that a run may delete or replace. Default: `None`, no limit.
    pub max_deletes: Option<usize>,
    unknown: Vec<String>,
    spelling: Spelling,
}

impl Configuration {
    /// Reads a configuration in the host's spelling. Returns the configuration, and diagnostics with paths and names in
    /// the host's spelling. A value with a mistake is left out. Members whose names begin with `__` are ignored: they
    /// belong to the host.
    pub fn read(value: &Value, spelling: Spelling) -> (Self, Vec<Diagnostic>) {
        let settings = settings(spelling);
        let root = Path::root();
        let mut forms = Forms::of("setting");
        for setting in &settings {
            let name = &setting.field.name;
            let at = root.member(name.clone());
            match (setting.support, value.get(name)) {
                (_, None | Some(Value::Null)) => {}
                (Support::WithoutEffect, _) => {
                    let message = format!("`{name}` is accepted, and has no effect on Amazon Connect users");
                    forms.mistakes.push(Diagnostic::new(Code::SETTING_WITHOUT_EFFECT, message).at(at));
                }
                (Support::Refused(help), Some(given)) if !is_nothing(given) => {
                    forms.mistakes.push(invalid(format!("`{name}` is not supported"), help, &at));
                }
                _ => {}
            }
        }
        let fields: Vec<Field> = settings.into_iter().map(|setting| setting.field).collect();
        let empty = Value::Map(Vec::new());
        let value = if *value == Value::Null { &empty } else { value };
        let mut said =
            Said { value: forms.object(&fields, value, &root), spelling, mistakes: forms.mistakes };
        (Self::of(&mut said), said.mistakes)
    }

    /// Whether a setting that has an effect is not known yet.
    pub fn is_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Whether a setting, or a value in it, is not known yet; `name` is in camelCase.
    pub fn has_unknown(&self, name: &str) -> bool {
        self.unknown.contains(&spelled(name, self.spelling))
    }

    fn of(said: &mut Said) -> Self {
        let rate = said.rate();
        let rates_from = said.rates_from(rate);
        let delete = said.flag("deleteQuickConnects").unwrap_or_default();
        let (tags, ignored) = (said.object("defaultTags"), said.object("ignoreTags"));
        let settings = Settings::builder()
            .default_tags(tags.pairs("tags").into_iter().collect())
            .ignore_tags(IgnoreTags::new(ignored.texts("keys"), ignored.texts("keyPrefixes")))
            .password(said.choice("onPasswordChange"))
            .directory_user_id(said.choice("onDirectoryUserIdChange"))
            .unrecognised(said.choice("onUnrecognised"))
            .sign_out_on(said.choices::<SignOutOn>("signOutOn"))
            .quick_connects(if delete { QuickConnects::Delete } else { QuickConnects::Leave })
            .build();
        let members = match &said.value {
            Value::Map(members) => members.as_slice(),
            _ => &[],
        };
        let unknown = members.iter().filter(|(_, value)| value.has_unknowns());
        let unknown = unknown.map(|(name, _)| name.clone()).collect();
        Self {
            unknown,
            #[cfg(feature = "aws")]
            aws: super::aws::read(said),
            rate,
            rates_from,
            probe_to: said.probe_to(rates_from),
            shared_quota: said.flag("sharedQuota").unwrap_or_default(),
            max_retries: said.count("maxRetries"),
            refresh: said.choice("refresh"),
            settings,
            adopt_existing: said.flag("adoptExisting").unwrap_or_default(),
            max_deletes: said.count("maxDeletes"),
            spelling: said.spelling,
        }
    }
}

/// Whether a value requests nothing, as the default values of SDKs do.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => ["", "false", "[]", "{}"].contains(&text.as_str()),
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}
