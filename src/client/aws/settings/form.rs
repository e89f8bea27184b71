//! The forms of Regions and accounts.

use super::error::AwsSettingsError;
use crate::user::one_line;

pub(super) fn malformed(setting: &'static str, value: &str, allowed: &'static str) -> AwsSettingsError {
    AwsSettingsError::Malformed { setting, value: Some(one_line(value).to_string()), allowed }
}

/// Returns the error without the value, which may be secret.
pub(super) const fn malformed_secret(setting: &'static str, allowed: &'static str) -> AwsSettingsError {
    AwsSettingsError::Malformed { setting, value: None, allowed }
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// Whether a text has the form of a Region, such as `us-gov-west-1`. The list of Regions changes too often to check it.
pub(super) fn is_region(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [words @ .., number] => {
            words.len() >= 2 && words.iter().all(|word| is_word(word)) && is_number(number)
        }
        [] => false,
    }
}
