//! What Terraform keeps of a user: its state, and the record beside it, which it shows to nobody.

use connect_user::{
    engine::{Kept as Record, KeptError, Resource, Snapshot},
    user::Value,
};

use crate::wire::user::{object, outputs};

/// A user as Terraform keeps it.
#[derive(Clone)]
pub struct Kept {
    /// The state, without what is null.
    pub object: Value,
    /// What the engine knows of the user: its outputs are those of the state.
    pub snapshot: Snapshot,
    /// The record as Terraform keeps it.
    pub private: Vec<u8>,
}

impl Kept {
    /// Reads what is kept; nothing where the state is null.
    pub fn read(users: &Resource, state: &Value, private: &[u8]) -> Result<Option<Self>, KeptError> {
        if *state == Value::Null {
            return Ok(None);
        }
        let shown = outputs(state);
        let record = users.read_record(&String::from_utf8_lossy(private), &shown)?;
        let snapshot = Snapshot::new(record).with_outputs(shown);
        Ok(Some(Self { object: state.clone(), snapshot, private: private.to_vec() }))
    }

    /// A user of whom the state is to be this.
    pub fn new(users: &Resource, state: Value, record: Record) -> Self {
        let snapshot = Snapshot::new(record).with_outputs(outputs(&state));
        let private = users.write_record(&snapshot).into_bytes();
        Self { object: state, snapshot, private }
    }

    /// The user of a snapshot, written with blocks and tags as `like` has them, and with what only Terraform knows.
    pub fn of(users: &Resource, snapshot: Snapshot, like: &Value, region: &str) -> Self {
        let mut state = object(&snapshot.outputs, like, &[like]);
        if let Value::Map(members) = &mut state {
            members.push(("region".to_owned(), region.into()));
            members.extend(like.get(VERSION).map(|version| (VERSION.to_owned(), version.clone())));
        }
        Self::new(users, state, snapshot.kept)
    }
}

/// What says, by the convention of Terraform's providers, that a write-only password is another.
pub const VERSION: &str = "password_wo_version";
