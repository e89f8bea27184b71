//! A user as Terraform stores it.

use std::time::Duration;

use connect_user::{
    engine::{Kept, KeptError, Resource, Snapshot},
    user::Value,
};

use super::user::{object, outputs};
use crate::schema::{TIMEOUTS, VERSION};

/// A user as Terraform stores it: its state, and the record in the private state, which Terraform never shows.
#[derive(Clone)]
pub struct Stored {
    /// The state, without nulls.
    pub object: Value,
    /// The snapshot, with the outputs of the state.
    pub snapshot: Snapshot,
    /// The record as Terraform stores it.
    pub private: Vec<u8>,
}

impl Stored {
    /// Reads a stored user; `None` if the state is null.
    pub fn read(users: &Resource, state: Value, private: &[u8]) -> Result<Option<Self>, KeptError> {
        if state == Value::Null {
            return Ok(None);
        }
        let snapshot = users.read_snapshot_beside(outputs(&state), &String::from_utf8_lossy(private))?;
        Ok(Some(Self { object: state, snapshot, private: private.to_vec() }))
    }

    /// The user of a snapshot, with blocks and tags written as in `like`, and with attributes that only Terraform has.
    pub fn of(users: &Resource, snapshot: Snapshot, like: &Value, region: Option<&str>) -> Self {
        let private = users.write_record(&snapshot).into_bytes();
        Self::beside(private, snapshot, like, region)
    }

    /// The user after a refresh: if the user has not changed, its record stays exactly the same.
    pub fn after(prior: &Self, users: &Resource, snapshot: Snapshot, like: &Value, region: &str) -> Self {
        match snapshot == prior.snapshot {
            true => Self::beside(prior.private.clone(), snapshot, like, Some(region)),
            false => Self::of(users, snapshot, like, Some(region)),
        }
    }

    /// The record of a plan, added to the prior record.
    pub fn planned(prior: Option<&Self>, users: &Resource, planned: Kept) -> String {
        match prior {
            Some(prior) => users.write_planned_record(
                &prior.snapshot,
                &String::from_utf8_lossy(&prior.private),
                &planned,
            ),
            None => users.write_record(&Snapshot::new(planned)),
        }
    }

    fn beside(private: Vec<u8>, snapshot: Snapshot, like: &Value, region: Option<&str>) -> Self {
        let region = region.map_or(Value::Null, Value::from);
        let object = with_own(object(snapshot.outputs.clone(), like, &[like]), like, region);
        Self { snapshot: snapshot.with_outputs(outputs(&object)), object, private }
    }
}

/// Adds the attributes that only Terraform has.
pub fn with_own(mut object: Value, like: &Value, region: Value) -> Value {
    if let Value::Map(members) = &mut object {
        members.push(("region".to_owned(), region));
        let own = |name: &str| Some((name.to_owned(), like.get(name)?.clone()));
        members.extend([VERSION, TIMEOUTS].into_iter().filter_map(own));
    }
    object
}

/// The time limit of a call for an object.
pub fn timeout(object: &Value, call: &str) -> Option<Duration> {
    humantime::parse_duration(object.get(TIMEOUTS)?.get(call)?.as_str()?).ok()
}
