//! Deletes a user of which a host has only a reference, and no state.

use super::{
    delete::check_instance,
    failed::{ApplyError, Failed},
    look_up::{Looked, look_for},
    options::ApplyOptions,
    run::{Applied, delete},
};
use crate::{
    client::{ClientError, ConnectClient, ErrorKind},
    read::describe,
    user::{Arn, ImportId, InstanceId, Operation, Settings, Timestamp, UserId, UserState},
};

/// A reference to a user: enough to find it, and to delete no other user.
///
/// ```
/// use connect_user::{apply::UserReference, user::{Arn, ImportId}};
///
/// let id: ImportId = "1c2d:7a9b".parse()?;
/// let by_id = UserReference::id(&id).with_name("jane");
/// let arn: Arn = "arn:aws:connect:eu-west-2:123456789012:instance/1c2d/agent/7a9b".parse()?;
/// let by_arn = UserReference::arn(arn).expect("the ARN of a user");
/// let by_name = UserReference::name("1c2d", "jane");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserReference {
    instance_id: InstanceId,
    user: Known,
    /// The ARN that the user must have.
    arn: Option<Arn>,
    created: Option<Timestamp>,
}

/// How to find the user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Known {
    Id(UserId, Option<String>),
    Name(String),
}

impl UserReference {
    /// Refers to a user by its instance and its id.
    pub fn id(id: &ImportId) -> Self {
        Self {
            instance_id: id.instance.clone(),
            user: Known::Id(id.user.clone(), None),
            arn: None,
            created: None,
        }
    }

    /// Refers to a user by its ARN. The found user must have this ARN: a user in another account or Region is another
    /// user. `None` if it is not the ARN of a user.
    pub fn arn(arn: Arn) -> Option<Self> {
        let (segment, id) = arn.resource()?;
        let user = (segment == "agent").then(|| Known::Id(UserId::new(id), None))?;
        Some(Self { instance_id: InstanceId::new(arn.instance()), user, arn: Some(arn), created: None })
    }

    /// Refers to a user by its instance and its exact name. Prefer an id: another user may have the name by now.
    pub fn name(instance: impl Into<InstanceId>, name: impl Into<String>) -> Self {
        Self { instance_id: instance.into(), user: Known::Name(name.into()), arn: None, created: None }
    }

    /// Sets the name that the user must have, too: a renamed user is not deleted.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.user = match self.user {
            Known::Id(id, _) => Known::Id(id, Some(name.into())),
            Known::Name(_) => Known::Name(name.into()),
        };
        self
    }

    /// Sets when the user was created, if the host knows. For a while ([`ApplyOptions::visible_within`]) a new user may
    /// exist without being found: then the deletion waits as long as [`ApplyOptions::wait`] says, and does not count
    /// the user as deleted. Without this time, a user that cannot be found counts as deleted.
    #[must_use]
    pub const fn created(mut self, created: Timestamp) -> Self {
        self.created = Some(created);
        self
    }

    /// Returns the text for the user in a message.
    fn text(&self) -> &str {
        match &self.user {
            Known::Id(_, Some(name)) | Known::Name(name) => name,
            Known::Id(id, None) => id.bare(),
        }
    }

    fn mismatch(&self, reason: String) -> ApplyError {
        ApplyError::UserMismatch { user: self.text().to_owned(), reason }
    }

    async fn find(
        &self,
        client: &dyn ConnectClient,
        options: &ApplyOptions<'_>,
    ) -> Result<Option<UserState>, ApplyError> {
        let is_recent = options.is_recent(self.created);
        let mut pauses = options.pauses().filter(|_| is_recent);
        let found = loop {
            match (self.look(client, options).await?, pauses.next()) {
                (None, Some(pause)) => options.pause(pause).await,
                (found, _) => break found,
            }
        };
        match &found {
            Some(state) => self.check(state, options).await?,
            None => check_instance(client, &self.instance_id, self.text(), options).await?,
        }
        if found.is_none() && is_recent {
            let source = ClientError::new(Operation::DescribeUser, ErrorKind::NotFound);
            return Err(ApplyError::NotVisible { name: self.text().to_owned(), source });
        }
        Ok(found)
    }

    async fn look(
        &self,
        client: &dyn ConnectClient,
        options: &ApplyOptions<'_>,
    ) -> Result<Option<UserState>, ApplyError> {
        let name = match &self.user {
            Known::Id(id, _) => {
                let read = describe(client, &self.instance_id, id).await?;
                return Ok(read.map(|read| read.into_state(self.instance_id.clone(), None)));
            }
            Known::Name(name) => name,
        };
        let once = std::iter::empty();
        match look_for(client, &self.instance_id, name, options.freed, once, options).await {
            Looked::Found(users) => Ok(users.into_iter().next()),
            Looked::NotFound => Ok(None),
            Looked::Unsure(Some(error)) => Err(error.into()),
            Looked::Unsure(None) => Err(self.mismatch("it is listed and cannot be read".to_owned())),
        }
    }

    /// Checks that the found user is the one of the reference.
    async fn check(&self, state: &UserState, options: &ApplyOptions<'_>) -> Result<(), ApplyError> {
        if let Known::Id(_, Some(name)) = &self.user
            && *name != state.name
        {
            return Err(self.mismatch(format!("the user `{}` has the name `{}`", state.id(), state.name)));
        }
        if let Some(arn) = &self.arn
            && state.arn.parse().ok().is_none_or(|found: Arn| found != *arn)
        {
            return Err(self.mismatch(format!("the user's ARN is `{}`", state.arn)));
        }
        if options.is_owned(&state.user_id).await.map_err(ApplyError::Observer)? {
            return Err(self.mismatch(format!("the user `{}` is managed as another resource", state.id())));
        }
        Ok(())
    }
}

/// Deletes a user of which the host has only a reference: its id, its ARN, or its instance and name.
///
/// The user is looked for first, and deleted only if it matches the reference and is not one of
/// [`ApplyOptions::owned`]: one call more than [`delete`], or a search and a list for a name. A user that is gone
/// counts as deleted, provided that its instance exists: in a wrong Region or account, no user is found either.
///
/// # Errors
///
/// As for [`delete`]; [`ApplyError::UserMismatch`] if another user was found; [`ApplyError::NotVisible`] if the user
/// was just [created](UserReference::created) and cannot be found yet.
pub async fn delete_by_reference(
    reference: &UserReference,
    client: &dyn ConnectClient,
    settings: &Settings,
    options: &ApplyOptions<'_>,
) -> Result<Applied, Failed> {
    match reference.find(client, options).await {
        Ok(Some(state)) => delete(&state, client, settings, options).await,
        Ok(None) => Ok(Applied { state: None, steps: 0, adopted: false, taken_over: false }),
        Err(error) => {
            Err(Failed { error, state: None, certain: false, attempt: None, done: 0, left: Vec::new() })
        }
    }
}
