//! The codes of diagnostics: one list of everything that the crate reports, with meaning and source.

use std::{fmt, str::FromStr};

use super::{as_text::serde_as_text, choice::choice, suggestion::nearest, text::one_line};

/// The stable code of a diagnostic, such as `name-length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

choice! {
    /// The severity of a diagnostic.
    Severity {
        /// Prevents the plan or the apply of the user, or of the fleet.
        Error = "error",
        /// Prevents nothing, but should be checked.
        Warning = "warning",
        /// Information only.
        Note = "note",
    }
}

/// When a diagnostic is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// While a program is read.
    Program,
    /// While a document is read.
    Document,
    /// While a user is checked against the rules.
    Rule,
    /// While names are looked up in the instance.
    Name,
    /// While users are read.
    Read,
    /// While a user is planned.
    Plan,
    /// While a plan is carried out.
    Apply,
    /// While users are planned together.
    Fleet,
}

/// A row of the list of codes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// The stage at which the diagnostic is found.
    pub stage: Stage,
    /// The severity, unless the host or a policy sets another.
    pub severity: Severity,
    /// Whether a host may lower the error to a warning. It may not if no call could carry the value, because a plan of
    /// it could never be carried out.
    pub lowerable: bool,
    /// The rule that is kept if the diagnostic does not occur: a sentence without a full stop.
    pub summary: &'static str,
    /// The source of the rule.
    pub source: &'static str,
}

macro_rules! codes {
    ($($stage:ident { $($name:ident = $code:literal, $level:ident, $summary:literal, $source:expr;)* })*) => {
        impl Code {
            $($(
                #[doc = concat!("`", $code, "`: ", $summary, ".")]
                pub const $name: Self = Self($code);
            )*)*
        }

        /// Every code, in the order of the stages.
        const CODES: &[CodeInfo] =
            &[$($(CodeInfo::new(Code::$name, Stage::$stage, Level::$level, $summary, $source),)*)*];
    };
}

/// The severity of a row of the list, and whether it is fixed.
enum Level {
    Note,
    Warning,
    Error,
    /// An error that no host can lower: no call can carry the value that breaks the rule.
    Always,
}

const API: &str = "API Reference, CreateUser";
const IDENTITY: &str = "API Reference, UserIdentityInfo";
const PHONE: &str = "API Reference, UserPhoneConfig";
const TAGS: &str = "API Reference, TagResource";
const PROFICIENCY: &str = "API Reference, UserProficiency";
const CHANNELS: &str = "API Reference, UpdateUserConfig";
const GUIDE: &str = "Administrator Guide, Add users";
const OBSERVED: &str = "seen of the service";
const INSTANCE: &str = "the instance";
const THIS: &str = "this crate";

codes! {
    Program {
        INVALID_PROGRAM = "invalid-program", Always, "a program is one that its tool accepts", THIS;
        INVALID_FILE = "invalid-file", Always, "a file is one of its format", THIS;
        NOT_EDITED = "not-edited", Always, "a value that is set in a program stands in the user alone", THIS;
        NOT_CONVERTED = "not-converted", Warning, "a conversion keeps all that a file says of a user", THIS;
        INVALID_SETTING = "invalid-setting", Always, "a setting of a provider, or a condition of a query, is one that there is, and has a value that it takes", THIS;
        SETTING_WITHOUT_EFFECT = "setting-without-effect", Warning, "a setting has an effect", THIS;
        UNDEFINED_REFERENCE = "undefined-reference", Error, "a program defines what it refers to", THIS;
    }
    Document {
        UNKNOWN_MEMBER = "unknown-member", Error, "every member is a property of a user", THIS;
        DUPLICATE_MEMBER = "duplicate-member", Error, "a member is given once", THIS;
        MISSING_REQUIRED = "missing-required", Error, "required properties are given", THIS;
        WRONG_TYPE = "wrong-type", Error, "a value has the form of its property", THIS;
        NOT_SETTABLE = "not-settable", Error, "what is set of a user that exists is what a call can change", THIS;
        INVALID_VALUE = "invalid-value", Error, "a value is one of the allowed choices", THIS;
    }
    Rule {
        INSTANCE_ID_LENGTH = "instance-id-length", Error, "an instance id has 1 to 100 characters", API;
        INVALID_ID = "invalid-id", Error, "an id is an id or an ARN of its kind", API;
        FOREIGN_ARN = "foreign-arn", Error, "what an ARN names is in the user's instance, Region and account", THIS;
        NAME_MISSING = "name-missing", Always, "a user has a name, or a resource name to generate it from", API;
        NAME_LENGTH = "name-length", Error, "a name has 1 to 100 characters, with `SAML` 1 to 64", API;
        NAME_CHARACTERS = "name-characters", Error, "with `SAML`, a name is made of ASCII letters, digits and `_.-@`", API;
        NAME_AT_SIGN = "name-at-sign", Warning, "a new user's name with `@` is an e-mail address; some instances have others", API;
        NAME_OVER_20 = "name-over-20", Warning, "without `SAML`, a new user's name has up to 20 characters; more are taken", API;
        SURROUNDING_WHITE_SPACE = "surrounding-white-space", Error, "names and addresses have no white space at either end", THIS;
        CONTROL_CHARACTER = "control-character", Error, "names and addresses have no control characters and no invisible ones", THIS;
        PASSWORD_REQUIRED = "password-required", Error, "a new user of a `CONNECT_MANAGED` instance has a password", API;
        PASSWORD_NOT_ALLOWED = "password-not-allowed", Error, "only users of `CONNECT_MANAGED` instances have a password", API;
        PASSWORD_LENGTH = "password-length", Error, "a password has 8 to 64 characters", API;
        PASSWORD_WHITE_SPACE = "password-white-space", Error, "a password has no white space", API;
        PASSWORD_WEAK = "password-weak", Error, "a password has a lower-case letter, an upper-case letter and a digit", API;
        DIRECTORY_USER_ID_NOT_ALLOWED = "directory-user-id-not-allowed", Error, "with `SAML`, there is no directory user id", API;
        SECURITY_PROFILE_COUNT = "security-profile-count", Error, "a user has 1 to 10 security profiles", API;
        DUPLICATE_SECURITY_PROFILE = "duplicate-security-profile", Error, "a security profile is given once, by id or by ARN", THIS;
        NAMES_REQUIRED = "names-required", Error, "users of `CONNECT_MANAGED` and `SAML` instances have a first and a last name", IDENTITY;
        NAMES_EXPECTED = "names-expected", Warning, "with a password the instance must be `CONNECT_MANAGED`, where first and last name are required", IDENTITY;
        PERSON_NAME_LENGTH = "person-name-length", Error, "a first name has up to 255 characters, a last name up to 300, or 256 with `CONNECT_MANAGED`", IDENTITY;
        NOT_NFC = "not-nfc", Error, "first and last name are in Unicode NFC", IDENTITY;
        DIRECTORY_IDENTITY_FIXED = "directory-identity-fixed", Error, "the directory keeps names and e-mail of `EXISTING_DIRECTORY` users", "API Reference, UpdateUserIdentityInfo";
        EMAIL_NOT_ALLOWED = "email-not-allowed", Error, "with `SAML`, there is no e-mail address", IDENTITY;
        EMAIL_MISSING = "email-missing", Warning, "new users of `CONNECT_MANAGED` instances have an e-mail address; the service takes them without", IDENTITY;
        EMAIL_SHAPE = "email-shape", Warning, "an e-mail address is well-formed", OBSERVED;
        SECONDARY_EMAIL_LENGTH = "secondary-email-length", Error, "a secondary e-mail address has up to 265 characters", IDENTITY;
        SECONDARY_EMAIL_SHAPE = "secondary-email-shape", Error, "a secondary e-mail address is well-formed", IDENTITY;
        MOBILE_FORM = "mobile-form", Error, "a mobile number is in E.164", IDENTITY;
        PHONE_CONFIG_REQUIRED = "phone-config-required", Error, "there is a phone config, or a phone number config for `VOICE`", "Pulumi, aws.connect.User";
        DESK_PHONE_NUMBER_REQUIRED = "desk-phone-number-required", Error, "a desk phone has a number", PHONE;
        DESK_PHONE_NUMBER_UNUSED = "desk-phone-number-unused", Warning, "a soft phone has no number: it is without effect", PHONE;
        DESK_PHONE_NUMBER_FORM = "desk-phone-number-form", Error, "the number of a desk phone is in E.164", PHONE;
        PERSISTENT_CONNECTION_UNUSED = "persistent-connection-unused", Warning, "persistent connection is for soft phones", GUIDE;
        AFTER_CONTACT_WORK_LIMIT = "after-contact-work-limit", Error, "after contact work lasts 0 to 2,000,000 seconds", PHONE;
        CHAT_AFTER_CONTACT_WORK_LIMIT = "chat-after-contact-work-limit", Error, "after contact work of a chat lasts up to 5,400 seconds", GUIDE;
        CONFLICTING_SETTINGS = "conflicting-settings", Error, "a setting is in `phoneConfig` or per channel, not in both", API;
        DUPLICATE_CHANNEL = "duplicate-channel", Always, "a channel is given once", CHANNELS;
        CHANNEL_NOT_VOICE = "channel-not-voice", Error, "phone number, persistent connection and voice enhancement are for `VOICE`", CHANNELS;
        AGENT_FIRST_NOT_VOICE = "agent-first-not-voice", Error, "agent-first callbacks are for `VOICE`", CHANNELS;
        PROFICIENCY_TEXT_LENGTH = "proficiency-text-length", Error, "attribute names and values have 1 to 100 characters", PROFICIENCY;
        PROFICIENCY_LEVEL = "proficiency-level", Error, "a level is 1 to 5", PROFICIENCY;
        DUPLICATE_PROFICIENCY = "duplicate-proficiency", Always, "an attribute and value are given once", PROFICIENCY;
        TOO_MANY_PROFICIENCIES = "too-many-proficiencies", Error, "a user has no more proficiencies than the quota, 10 by default", "Administrator Guide, Service quotas";
        TOO_MANY_TAGS = "too-many-tags", Error, "a user has up to 50 tags, default tags included", TAGS;
        TAG_KEY_LENGTH = "tag-key-length", Error, "a tag's key has 1 to 128 characters", TAGS;
        TAG_KEY_CHARACTERS = "tag-key-characters", Error, "a tag's key is made of letters, separators, numbers and `_.:/=+-@`", TAGS;
        TAG_KEY_RESERVED = "tag-key-reserved", Always, "a tag's key does not start with `aws:`", TAGS;
        TAG_IGNORED = "tag-ignored", Error, "a program sets no ignored tag: it would never be set", THIS;
        TAG_VALUE_LENGTH = "tag-value-length", Error, "a tag's value has up to 256 characters", TAGS;
    }
    Name {
        UNKNOWN_ROUTING_PROFILE = "unknown-routing-profile", Error, "a routing profile is one that the instance has", INSTANCE;
        UNKNOWN_SECURITY_PROFILE = "unknown-security-profile", Error, "a security profile is one that the instance has", INSTANCE;
        UNKNOWN_HIERARCHY_GROUP = "unknown-hierarchy-group", Error, "a hierarchy group is one that the instance has", INSTANCE;
        UNKNOWN_PROFICIENCY = "unknown-proficiency", Error, "a proficiency is a predefined attribute that the instance has, and one of its values", INSTANCE;
        AMBIGUOUS_NAME = "ambiguous-name", Error, "a name is that of one resource", INSTANCE;
        NAMES_NOT_LISTED = "names-not-listed", Error, "names can be looked up", INSTANCE;
    }
    Read {
        GONE = "gone", Note, "a recorded user exists", THIS;
        RECREATED = "recreated", Note, "the name of a recorded user that is gone is free", THIS;
        RENAMED = "renamed", Note, "a recorded user has the recorded name", THIS;
        NOT_VISIBLE_YET = "not-visible-yet", Note, "a user that was just created can be read", THIS;
        NOT_READABLE = "not-readable", Note, "a user that is listed can be read", THIS;
        NOT_ADOPTED = "not-adopted", Note, "a user of a file is found by its name and recorded under its resource name", THIS;
        NOT_CHECKED = "not-checked", Note, "everything that a plan needs can be read", THIS;
        CREATION_FOUND = "creation-found", Note, "no earlier run has left a user that it could not record", THIS;
        CREATION_NOT_MADE = "creation-not-made", Note, "a creation of an earlier run has created its user", THIS;
        CREATION_UNCLEAR = "creation-unclear", Note, "the user that an earlier run created can be recognised", THIS;
        CREATION_NOT_KNOWN = "creation-not-known", Note, "the outcome of a creation of an earlier run is known", THIS;
    }
    Plan {
        PASSWORD_UNCHANGEABLE = "password-unchangeable", Warning, "a password changes only with a new user; the policy decides whether it is an error", THIS;
        DIRECTORY_USER_ID_UNCHANGEABLE = "directory-user-id-unchangeable", Error, "a directory user id changes only with a new user", THIS;
        REPLACEMENT_NEEDS_PASSWORD = "replacement-needs-password", Error, "a user of a `CONNECT_MANAGED` instance is replaced only with a password", THIS;
        PROTECTED = "protected", Error, "a protected user is neither deleted nor replaced", THIS;
        NOT_READ = "not-read", Error, "no call writes what was not read", THIS;
        PROFICIENCIES_NOT_READ = "proficiencies-not-read", Error, "proficiencies were read before they are compared", THIS;
        NOT_SHOWN = "not-shown", Error, "no call is made that the preview did not show", THIS;
        UNRECOGNISED_SETTINGS = "unrecognised-settings", Warning, "no call resets what the service has and this version does not know; the policy decides whether it is an error", THIS;
        UNFINISHED = "unfinished", Warning, "an earlier apply has done all that it was to do", THIS;
        REPLACEMENT_LOSES = "replacement-loses", Note, "a user that is replaced has nothing but what its spec sets", THIS;
        SETTINGS_DIFFER = "settings-differ", Error, "a user is planned with the settings that it was validated with", THIS;
    }
    Apply {
        NOT_ALLOWED = "not-allowed", Note, "the caller may make every call that helps an apply", THIS;
        CALL_FAILED = "call-failed", Error, "a call succeeds", THIS;
        STORE_FAILED = "store-failed", Error, "what is remembered can be read and written", THIS;
        STALE = "stale", Error, "a plan is applied to the state that it was made from", THIS;
        NAME_TAKEN = "name-taken", Error, "the name of a new user is free", THIS;
        OUTCOME_UNKNOWN = "outcome-unknown", Error, "the outcome of a creation is known", THIS;
        REPLACEMENT_NOT_PLANNED = "replacement-not-planned", Error, "a user is replaced only by deleting and creating it", THIS;
        TAKEN_OVER = "taken-over", Warning, "a new user did not exist before", THIS;
    }
    Fleet {
        DUPLICATE_RESOURCE_NAME = "duplicate-resource-name", Error, "a resource name is given once in a program", THIS;
        DUPLICATE_USER = "duplicate-user", Error, "a user is given once in a program", THIS;
        TOO_MANY_DELETIONS = "too-many-deletions", Error, "a plan deletes and replaces no more users than the guard allows", THIS;
        UNKNOWN_TARGET = "unknown-target", Error, "a target is a user of the program, or recorded", THIS;
        NOBODY_MEANT = "nobody-meant", Warning, "a filter selects a user", THIS;
        EMPTY_PROGRAM = "empty-program", Error, "a program that deletes every recorded user is meant to be empty", THIS;
        INSTANCE_FULL = "instance-full", Error, "an instance has no more users than its quota allows", THIS;
        NOT_KNOWN_YET = "not-known-yet", Error, "a plan is carried out, and users are looked for, once every value is known", THIS;
        VALUE_NOT_NEEDED = "value-not-needed", Error, "a value that is given is used: by a template, or as a password by a saved plan", THIS;
        RETAINED_NAME = "retained-name", Error, "an account that stays keeps its name from the user that replaces it", THIS;
        IMPORTED_TWICE = "imported-twice", Error, "a user is imported once", THIS;
        RECORDED_OTHERWISE = "recorded-otherwise", Error, "a user that is imported is not recorded as another one", THIS;
        IMPORT_REPLACED = "import-replaced", Error, "a user that is imported is not replaced before it is recorded", THIS;
        SHARED_ACCOUNT = "shared-account", Error, "no account is deleted that another record has", THIS;
        CIRCULAR_DEPENDENCY = "circular-dependency", Error, "no user depends on one that waits for it", THIS;
        IMPORTED = "imported", Note, "a user of the program is recorded, or created", THIS;
        MOVED = "moved", Note, "a recorded user keeps its resource name", THIS;
        RELEASED = "released", Note, "a recorded user stays managed until it is deleted", THIS;
        NAME_NOT_RECORDED = "name-not-recorded", Note, "the user that has the name of a new user is recorded", THIS;
        COPY_REFUSED = "copy-refused", Error, "users are copied to an instance that can have them", THIS;
        NOT_COPIED = "not-copied", Warning, "a copy keeps all that the source has of a user", THIS;
        STATE_BEHIND = "state-behind", Warning, "the changes of a shared state are moved to its other objects", THIS;
        REPLACEMENT_POSSIBLE = "replacement-possible", Note, "whether a user is replaced is known before an apply", THIS;
        DELETE_BEFORE_CREATE = "delete-before-create", Note, "a replaced user is deleted first, where names or room ask for it", THIS;
    }
}

impl CodeInfo {
    const fn new(
        code: Code,
        stage: Stage,
        level: Level,
        summary: &'static str,
        source: &'static str,
    ) -> Self {
        let lowerable =
            matches!(stage, Stage::Program | Stage::Rule | Stage::Name) && !matches!(level, Level::Always);
        let severity = match level {
            Level::Note => Severity::Note,
            Level::Warning => Severity::Warning,
            Level::Error | Level::Always => Severity::Error,
        };
        Self { code, stage, severity, lowerable, summary, source }
    }
}

impl Code {
    /// Creates a code for a diagnostic of the host. With 1 to 100 ASCII characters and no white space, the diagnostic can
    /// be read back from JSON; a process reads at most 1,000 codes that are not the crate's.
    pub const fn new(code: &'static str) -> Self {
        Self(code)
    }

    /// Returns the code as text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns every code of the crate, with its row.
    pub fn all() -> impl Iterator<Item = &'static CodeInfo> {
        CODES.iter()
    }

    /// Returns the row of the code; `None` for a code of the host.
    pub fn info(self) -> Option<&'static CodeInfo> {
        CODES.iter().find(|info| info.code == self)
    }

    /// Returns the list of codes as Markdown, for the reference.
    pub fn table() -> String {
        let mut table = String::from(
            "| code | found in | severity | reported unless | source |\n| --- | --- | --- | --- | --- |\n",
        );
        for CodeInfo { code, stage, severity, lowerable, summary, source } in CODES {
            let is_fixed = !lowerable && *stage <= Stage::Name;
            let always = if is_fixed { ", always" } else { "" };
            table.push_str(&format!("| `{code}` | {stage} | {severity}{always} | {summary} | {source} |\n"));
        }
        table
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Program => "program",
            Self::Document => "document",
            Self::Rule => "user",
            Self::Name => "instance",
            Self::Read => "reading",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Fleet => "fleet",
        })
    }
}

/// The error of reading a code: the crate has none with this text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no code `{}`", one_line(code))]
#[non_exhaustive]
pub struct UnknownCode {
    /// The text.
    pub code: String,
    /// A similar code, if there is one.
    pub nearest: Option<&'static str>,
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads a code of the crate; [`Code::all`] lists them.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = CODES.iter().find(|info| info.code.0 == text);
        found.map(|info| info.code).ok_or_else(|| UnknownCode {
            code: text.to_owned(),
            nearest: nearest(text, CODES.iter().map(|info| info.code.0)),
        })
    }
}

serde_as_text!(Code);
