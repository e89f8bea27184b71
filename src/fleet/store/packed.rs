//! The form in which a store holds an entry: its JSON, packed.
//!
//! An entry's JSON is mostly names of members and properties that every entry has. Packed with a dictionary of these
//! names, it takes a third of the space.

use std::{fmt, io};

use lz4_flex::block::{
    compress_prepend_size_with_dict, decompress_size_prepended_with_dict, uncompressed_size,
};

use super::{
    entry::{Entry, newer_state},
    error::StoreError,
};
use crate::user::{UserState, one_line};

/// The text that most entries have, in its usual order. A file cannot be read with another dictionary: to change the
/// dictionary, give the store's file another version.
const DICTIONARY: &str = concat!(
    r#"{"creating":[{"instanceId":"","supersedes":"","notes":{"password":"$argon2id$v=19$m="#,
    r#""lastWritten":"2026-","underWay":true,"unread":["identityInfo.email","identityInfo.secondaryEmail","#,
    r#""identityInfo.mobile"],"unfinished":{"replaced":[{"defaultTagKeys":["#,
    r#""voiceEnhancementConfigs":[{"channel":"VOICE","voiceEnhancementMode":"VOICE_ISOLATION"}],"#,
    r#""persistentConnectionConfigs":[{"channel":"VOICE","persistentConnection":true}],"#,
    r#""phoneNumberConfigs":[{"channel":"VOICE","phoneType":"DESK_PHONE","phoneNumber":"+1"}],"#,
    r#""afterContactWorkConfigs":[{"channel":"VOICE","afterContactWorkConfig":{"afterContactWorkTimeLimit":0},"#,
    r#""agentFirstCallbackAfterContactWorkConfig":{"afterContactWorkTimeLimit":0}},{"channel":"CHAT","#,
    r#""autoAcceptConfigs":[{"channel":"TASK","autoAccept":false,"agentFirstCallbackAutoAccept":true}],"#,
    r#""userProficiencies":[{"attributeName":"connect:Language","attributeValue":"connect:English","level":5},"#,
    r#""directoryUserId":"","aws:"#,
    r#"{"state":{"id":"","arn":"arn:aws:connect:us-east-1:","userId":"","instanceId":"","name":"","#,
    r#"@example.com","hierarchyGroupId":"","routingProfileId":"","securityProfileIds":[""],"#,
    r#""identityInfo":{"email":"","firstName":"","lastName":"","secondaryEmail":"","mobile":"+"},"#,
    r#""phoneConfig":{"phoneType":"SOFT_PHONE","afterContactWorkTimeLimit":0,"autoAccept":true,"#,
    r#""deskPhoneNumber":"","persistentConnection":false},"userProficiencies":[],"tags":{},"tagsAll":{},"#,
    r#""lastModifiedTime":"2026-","lastModifiedRegion":"us-east-1","version":1,"managed":["#,
    r#""instanceId","name","password","directoryUserId","hierarchyGroupId","routingProfileId","#,
    r#""securityProfileIds","identityInfo.email","identityInfo.firstName","identityInfo.lastName","#,
    r#""identityInfo.secondaryEmail","identityInfo.mobile","phoneConfig.phoneType","#,
    r#""phoneConfig.afterContactWorkTimeLimit","phoneConfig.autoAccept","phoneConfig.deskPhoneNumber","#,
    r#""phoneConfig.persistentConnection","autoAcceptConfigs","afterContactWorkConfigs","phoneNumberConfigs","#,
    r#""persistentConnectionConfigs","voiceEnhancementConfigs","userProficiencies","tags"],"managedTags":["#,
    r#""created":"2026-"}}"#,
);

/// Maximum number of bytes of an entry: an entry with a larger size is damaged.
const MOST: usize = 64 << 20;

/// Packs an entry.
pub(super) fn pack(entry: &Entry) -> io::Result<Vec<u8>> {
    let text = serde_json::to_vec(entry)?;
    Ok(compress_prepend_size_with_dict(&text, DICTIONARY.as_bytes()))
}

/// Unpacks the entry of a user, in the state that is at `location`.
pub(super) fn unpack(name: &str, bytes: &[u8], location: impl Fn() -> String) -> Result<Entry, StoreError> {
    let unreadable = |error: &dyn fmt::Display| {
        let reason = format!("the entry of `{}` cannot be read: {error}", one_line(name));
        StoreError::Damaged { location: location(), reason }
    };
    let text = json(bytes).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&text).map_err(|error| {
        match serde_json::from_slice(&text).ok().as_ref().and_then(newer_state) {
            Some(found) => {
                StoreError::Version { location: location(), found, known: UserState::VERSION.into() }
            }
            None => unreadable(&error),
        }
    })
}

/// The JSON of a packed entry.
fn json(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (size, _) = uncompressed_size(bytes).map_err(|error| error.to_string())?;
    if size > MOST {
        return Err(format!("it claims to have {size} bytes"));
    }
    decompress_size_prepended_with_dict(bytes, DICTIONARY.as_bytes()).map_err(|error| error.to_string())
}
