//! The table of rules. One rule is one function, one code, one test and one row here.

mod channels;
mod found;
mod identity;
mod ids;
mod name;
mod password;
mod phone;
mod proficiencies;
mod subject;
mod tags;
mod texts;

use super::code::{
    Code, RuleInfo,
    Severity::{self, Error, Warning},
};

pub(super) use self::{
    found::{Finding, Found, Weight},
    subject::Subject,
};

/// A row of the table.
pub(super) struct Rule {
    pub(super) info: RuleInfo,
    pub(super) check: fn(&Subject<'_>, &mut Found),
}

const fn rule(
    code: &'static str,
    severity: Severity,
    check: fn(&Subject<'_>, &mut Found),
    summary: &'static str,
    source: &'static str,
) -> Rule {
    Rule { info: RuleInfo { code: Code(code), severity, summary, source, lowerable: true }, check }
}

impl Rule {
    /// No call can carry what breaks the rule: it cannot be lowered.
    const fn always(mut self) -> Self {
        self.info.lowerable = false;
        self
    }
}

const API: &str = "API Reference, CreateUser";
const IDENTITY: &str = "API Reference, UserIdentityInfo";
const PHONE: &str = "API Reference, UserPhoneConfig";
const TAGS: &str = "API Reference, TagResource";
const PROFICIENCY: &str = "API Reference, UserProficiency";
const CHANNELS: &str = "API Reference, UpdateUserConfig";
const GUIDE: &str = "Administrator Guide, Add users";
const OBSERVED: &str = "seen of the service";
const THIS: &str = "this crate";

pub(super) const RULES: &[Rule] = &[
    rule("instance-id-length", Error, ids::instance_length, "an instance id has 1 to 100 characters", API),
    rule("invalid-id", Error, ids::form, "an id is an id or an ARN of its kind", API),
    rule(
        "foreign-arn",
        Error,
        ids::home_of_arn,
        "what an ARN names is in the user's instance, Region and account",
        THIS,
    ),
    rule("name-missing", Error, name::missing, "a user has a name, or a logical name to make it from", API)
        .always(),
    rule("name-length", Error, name::length, "a name has 1 to 100 characters, with `SAML` 1 to 64", API),
    rule(
        "name-characters",
        Error,
        name::characters,
        "with `SAML`, a name is made of ASCII letters, digits and `_.-@`",
        API,
    ),
    rule(
        "name-at-sign",
        Warning,
        name::at_sign,
        "a new user's name with `@` is an e-mail address; some instances have others",
        API,
    ),
    rule(
        "name-over-20",
        Warning,
        name::over_20,
        "without `SAML`, a new user's name has up to 20 characters; more are taken",
        API,
    ),
    rule(
        "surrounding-white-space",
        Error,
        texts::white_space,
        "names and addresses have no white space at either end",
        THIS,
    ),
    rule(
        "control-character",
        Error,
        texts::control_characters,
        "names and addresses have no control characters, and none that is not seen",
        THIS,
    ),
    rule(
        "password-required",
        Error,
        password::required,
        "a new user of a `CONNECT_MANAGED` instance has a password",
        API,
    ),
    rule(
        "password-not-allowed",
        Error,
        password::not_allowed,
        "only users of `CONNECT_MANAGED` instances have a password",
        API,
    ),
    rule("password-length", Error, password::length, "a password has 8 to 64 characters", API),
    rule("password-white-space", Error, password::white_space, "a password has no white space", API),
    rule(
        "password-weak",
        Error,
        password::weak,
        "a password has a lower-case letter, an upper-case letter and a digit",
        API,
    ),
    rule(
        "directory-user-id-not-allowed",
        Error,
        ids::directory_not_allowed,
        "with `SAML`, there is no directory user id",
        API,
    ),
    rule(
        "security-profile-count",
        Error,
        ids::security_profile_count,
        "a user has 1 to 10 security profiles",
        API,
    ),
    rule(
        "duplicate-security-profile",
        Error,
        ids::duplicate_security_profile,
        "a security profile is given once, by id or by ARN",
        THIS,
    ),
    rule(
        "names-required",
        Error,
        identity::names_required,
        "users of `CONNECT_MANAGED` and `SAML` instances have a first and a last name",
        IDENTITY,
    ),
    rule(
        "names-expected",
        Warning,
        identity::names_expected,
        "with a password the instance must be `CONNECT_MANAGED`, where first and last name are required",
        IDENTITY,
    ),
    rule(
        "person-name-length",
        Error,
        identity::name_length,
        "a first name has up to 255 characters, a last name up to 300, or 256 with `CONNECT_MANAGED`",
        IDENTITY,
    ),
    rule("not-nfc", Error, identity::nfc, "first and last name are in Unicode NFC", IDENTITY),
    rule(
        "directory-identity-fixed",
        Error,
        identity::fixed,
        "the directory keeps names and e-mail of `EXISTING_DIRECTORY` users",
        "API Reference, UpdateUserIdentityInfo",
    ),
    rule(
        "email-not-allowed",
        Error,
        identity::email_not_allowed,
        "with `SAML`, there is no e-mail address",
        IDENTITY,
    ),
    rule(
        "email-missing",
        Warning,
        identity::email_missing,
        "new users of `CONNECT_MANAGED` instances have an e-mail address; the service takes them without",
        IDENTITY,
    ),
    rule("email-shape", Warning, identity::email_shape, "an e-mail address has the shape of one", OBSERVED),
    rule(
        "secondary-email-length",
        Error,
        identity::secondary_length,
        "a secondary e-mail address has up to 265 characters",
        IDENTITY,
    ),
    rule(
        "secondary-email-shape",
        Error,
        identity::secondary_shape,
        "a secondary e-mail address has the shape of one",
        IDENTITY,
    ),
    rule("mobile-form", Error, identity::mobile, "a mobile number is in E.164", IDENTITY),
    rule(
        "phone-config-required",
        Error,
        phone::required,
        "there is a phone config, or a phone number config for `VOICE`",
        "Pulumi, aws.connect.User",
    ),
    rule("desk-phone-number-required", Error, phone::number_required, "a desk phone has a number", PHONE),
    rule(
        "desk-phone-number-unused",
        Warning,
        phone::number_unused,
        "a soft phone has no number: it is without effect",
        PHONE,
    ),
    rule(
        "desk-phone-number-form",
        Error,
        phone::number_form,
        "the number of a desk phone is in E.164",
        PHONE,
    ),
    rule(
        "persistent-connection-unused",
        Warning,
        phone::persistent_unused,
        "persistent connection is for soft phones",
        GUIDE,
    ),
    rule(
        "after-contact-work-limit",
        Error,
        phone::work_limit,
        "after contact work lasts 0 to 2,000,000 seconds",
        PHONE,
    ),
    rule(
        "chat-after-contact-work-limit",
        Error,
        phone::chat_limit,
        "after contact work of a chat lasts up to 5,400 seconds",
        GUIDE,
    ),
    rule(
        "conflicting-settings",
        Error,
        channels::conflicts,
        "a setting stands in `phoneConfig` or per channel, not in both",
        API,
    ),
    rule("duplicate-channel", Error, channels::duplicates, "a channel is given once", CHANNELS).always(),
    rule(
        "channel-not-voice",
        Error,
        channels::not_voice,
        "phone number, persistent connection and voice enhancement are for `VOICE`",
        CHANNELS,
    ),
    rule(
        "agent-first-not-voice",
        Error,
        channels::agent_first,
        "agent-first callbacks are for `VOICE`",
        CHANNELS,
    ),
    rule(
        "proficiency-text-length",
        Error,
        proficiencies::length,
        "attribute names and values have 1 to 100 characters",
        PROFICIENCY,
    ),
    rule("proficiency-level", Error, proficiencies::level, "a level is 1 to 5", PROFICIENCY),
    rule(
        "duplicate-proficiency",
        Error,
        proficiencies::duplicates,
        "an attribute and value are given once",
        PROFICIENCY,
    )
    .always(),
    rule(
        "too-many-proficiencies",
        Error,
        proficiencies::count,
        "a user has no more proficiencies than the quota, 10 by default",
        "Administrator Guide, Service quotas",
    ),
    rule("too-many-tags", Error, tags::count, "a user has up to 50 tags, default tags included", TAGS),
    rule("tag-key-length", Error, tags::key_length, "a tag's key has 1 to 128 characters", TAGS),
    rule(
        "tag-key-characters",
        Error,
        tags::key_characters,
        "a tag's key is made of letters, separators, numbers and `_.:/=+-@`",
        TAGS,
    ),
    rule("tag-key-reserved", Error, tags::key_reserved, "a tag's key does not start with `aws:`", TAGS)
        .always(),
    rule(
        "tag-ignored",
        Error,
        tags::ignored,
        "a tag that is set is not one to ignore: it would never be set",
        THIS,
    ),
    rule("tag-value-length", Error, tags::value_length, "a tag's value has up to 256 characters", TAGS),
];
