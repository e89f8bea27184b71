//! A shared state as it was read.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;
use object_store::{Error, UpdateVersion};

use super::{
    super::error::StoreError,
    form::{Rows, Unreadable, VERSION, decode},
    head::{Head, SHARDS, Shard},
    objects::{Objects, is_without_bucket},
};
use crate::user::{one_line, with_causes};

/// Maximum number of attempts to read a state while another run writes it.
const ATTEMPTS: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// The header of the first object, the recent changes, and the versions of the objects.
pub(super) struct Known {
    pub(super) head: Head,
    /// The version of the first object, if there is one.
    pub(super) version: Option<UpdateVersion>,
    /// The changes that are not in a shard yet.
    pub(super) recent: Rows,
    /// The versions of the shards that exist.
    pub(super) shards: [Option<UpdateVersion>; SHARDS],
}

/// The users, packed.
pub(super) type Users = BTreeMap<String, Arc<[u8]>>;

/// Reads a state.
pub(super) async fn load(objects: &Objects) -> Result<(Known, Users), StoreError> {
    for _ in 0..ATTEMPTS {
        let Some((head, recent, version)) = load_head(objects).await? else {
            let known = Known {
                head: Head::default(),
                version: None,
                recent: Rows::new(),
                shards: Default::default(),
            };
            return Ok((known, Users::new()));
        };
        let mut known = Known { head, version: Some(version), recent, shards: Default::default() };
        if let Some(users) = load_shards(objects, &mut known).await? {
            return Ok((known, users));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::Damaged {
        location: objects.shown(0),
        reason: "its objects are of different moments: restore those of one".to_owned(),
    })
}

/// The first object, if there is one.
pub(super) async fn load_head(objects: &Objects) -> Result<Option<(Head, Rows, UpdateVersion)>, StoreError> {
    let Some((bytes, version)) = objects.get(0).await.map_err(|error| failed(objects, 0, &error))? else {
        return Ok(None);
    };
    let (head, recent) = decode(0, &bytes).map_err(|error| unreadable(objects, 0, error))?;
    Ok(Some((head, recent, version)))
}

/// Reads the shards, and returns the users; `None` if a shard is of another moment than the first object.
async fn load_shards(objects: &Objects, known: &mut Known) -> Result<Option<Users>, StoreError> {
    let needed = known.head.shards.iter().enumerate().filter(|(_, number)| number.is_some());
    let needed: Vec<usize> = needed.map(|(shard, _)| shard).collect();
    let read = join_all(needed.iter().map(|shard| load_shard(objects, *shard))).await;
    let mut users = Users::new();
    for (shard, found) in needed.into_iter().zip(read) {
        let Some((Shard { state, number, .. }, rows, version)) = found? else { return Ok(None) };
        let first = known.head.shards.get(shard).copied().flatten();
        let is_of_then = first.is_none_or(|first| first <= number) && number <= known.head.number;
        if state != known.head.state || !is_of_then {
            return Ok(None);
        }
        users.extend(rows.into_iter().filter_map(|(name, entry)| Some((name, entry?))));
        if let Some(place) = known.shards.get_mut(shard) {
            *place = Some(version);
        }
    }
    change(&mut users, &known.recent);
    Ok(Some(users))
}

/// The object of a shard, if there is one.
pub(super) async fn load_shard(
    objects: &Objects,
    shard: usize,
) -> Result<Option<(Shard, Rows, UpdateVersion)>, StoreError> {
    let number = shard + 1;
    let found = objects.get(number).await.map_err(|error| failed(objects, number, &error))?;
    let Some((bytes, version)) = found else { return Ok(None) };
    let (header, rows) = decode(number, &bytes).map_err(|error| unreadable(objects, number, error))?;
    Ok(Some((header, rows, version)))
}

/// Makes changes in `users`.
pub(super) fn change(users: &mut Users, changes: &Rows) {
    for (name, entry) in changes {
        match entry {
            Some(entry) => drop(users.insert(name.clone(), entry.clone())),
            None => drop(users.remove(name)),
        }
    }
}

/// The error of reading or writing an object.
pub(super) fn failed(objects: &Objects, number: usize, error: &Error) -> StoreError {
    let location = objects.shown(number);
    if is_without_bucket(error) {
        return StoreError::NoBucket { location, bucket: objects.0.bucket.clone() };
    }
    StoreError::Failed { location, reason: reason(with_causes(error)) }
}

/// The text of an error, on one line; of the answer of a service, only the code and the message.
fn reason(said: String) -> String {
    let answer = said.split_once('<').and_then(|(before, answer)| Some(format!("{before}{}", code(answer)?)));
    let words = answer.unwrap_or(said).split_whitespace().collect::<Vec<_>>().join(" ");
    one_line(&words).into_owned()
}

/// The code and the message of an answer in XML, which also names the request.
fn code(answer: &str) -> Option<String> {
    let member = |name: &str| {
        let (_, after) = answer.split_once(&format!("<{name}>"))?;
        // Azure names the request in the lines after the first.
        after.split_once("</")?.0.lines().next()
    };
    let code = member("Code")?;
    Some(member("Message").map_or_else(|| code.to_owned(), |message| format!("{code}: {message}")))
}

fn unreadable(objects: &Objects, number: usize, error: Unreadable) -> StoreError {
    let location = objects.shown(number);
    match error {
        Unreadable::Version(found) => StoreError::Version { location, found, known: VERSION },
        Unreadable::Damaged(reason) => StoreError::Damaged { location, reason },
    }
}
