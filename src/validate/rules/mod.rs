//! The table of rules. Each rule has one function, one code, one test and one row here.

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

use crate::user::Code;

pub(super) use self::{
    found::{Finding, Found, Weight},
    subject::Subject,
};

/// The function of a rule.
type Check = fn(&Subject<'_>, &mut Found);

/// The rules. The meaning of each is documented at its [`Code`].
pub(super) const RULES: &[(Code, Check)] = &[
    (Code::INSTANCE_ID_LENGTH, ids::instance_length),
    (Code::INVALID_ID, ids::form),
    (Code::FOREIGN_ARN, ids::home_of_arn),
    (Code::NAME_MISSING, name::missing),
    (Code::NAME_LENGTH, name::length),
    (Code::NAME_CHARACTERS, name::characters),
    (Code::NAME_AT_SIGN, name::at_sign),
    (Code::NAME_OVER_20, name::over_20),
    (Code::SURROUNDING_WHITE_SPACE, texts::white_space),
    (Code::CONTROL_CHARACTER, texts::control_characters),
    (Code::PASSWORD_REQUIRED, password::required),
    (Code::PASSWORD_NOT_ALLOWED, password::not_allowed),
    (Code::PASSWORD_LENGTH, password::form),
    (Code::PASSWORD_WHITE_SPACE, password::form),
    (Code::PASSWORD_WEAK, password::form),
    (Code::DIRECTORY_USER_ID_NOT_ALLOWED, ids::directory_not_allowed),
    (Code::SECURITY_PROFILE_COUNT, ids::security_profile_count),
    (Code::DUPLICATE_SECURITY_PROFILE, ids::duplicate_security_profile),
    (Code::NAMES_REQUIRED, identity::names_required),
    (Code::NAMES_EXPECTED, identity::names_expected),
    (Code::PERSON_NAME_LENGTH, identity::name_length),
    (Code::NOT_NFC, identity::nfc),
    (Code::DIRECTORY_IDENTITY_FIXED, identity::fixed),
    (Code::EMAIL_NOT_ALLOWED, identity::email_not_allowed),
    (Code::EMAIL_MISSING, identity::email_missing),
    (Code::EMAIL_SHAPE, identity::email_shape),
    (Code::SECONDARY_EMAIL_LENGTH, identity::secondary_length),
    (Code::SECONDARY_EMAIL_SHAPE, identity::secondary_shape),
    (Code::MOBILE_FORM, identity::mobile),
    (Code::PHONE_CONFIG_REQUIRED, phone::required),
    (Code::DESK_PHONE_NUMBER_REQUIRED, phone::number_required),
    (Code::DESK_PHONE_NUMBER_UNUSED, phone::number_unused),
    (Code::DESK_PHONE_NUMBER_FORM, phone::number_form),
    (Code::PERSISTENT_CONNECTION_UNUSED, phone::persistent_unused),
    (Code::AFTER_CONTACT_WORK_LIMIT, phone::work_limit),
    (Code::CHAT_AFTER_CONTACT_WORK_LIMIT, phone::chat_limit),
    (Code::CONFLICTING_SETTINGS, channels::conflicts),
    (Code::DUPLICATE_CHANNEL, channels::duplicates),
    (Code::CHANNEL_NOT_VOICE, channels::not_voice),
    (Code::AGENT_FIRST_NOT_VOICE, channels::agent_first),
    (Code::PROFICIENCY_TEXT_LENGTH, proficiencies::length),
    (Code::PROFICIENCY_LEVEL, proficiencies::level),
    (Code::DUPLICATE_PROFICIENCY, proficiencies::duplicates),
    (Code::TOO_MANY_PROFICIENCIES, proficiencies::count),
    (Code::TOO_MANY_TAGS, tags::count),
    (Code::TAG_KEY_LENGTH, tags::key_length),
    (Code::TAG_KEY_CHARACTERS, tags::key_characters),
    (Code::TAG_KEY_RESERVED, tags::key_reserved),
    (Code::TAG_IGNORED, tags::ignored),
    (Code::TAG_VALUE_LENGTH, tags::value_length),
];
