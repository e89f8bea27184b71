//! Creates a user, also if the answer of the service is lost.

use std::time::Duration;

use super::{
    ApplyError,
    identify::{Verdict, differences, identify, identify_earlier, record, recorded},
    look_up::{Looked, look_for},
    options::ApplyOptions,
};
use crate::{
    client::{ClientError, ConnectClient, CreateUser, CreatedUser, Effect, ErrorKind},
    read::reread,
    user::{CreationAttempt, DesiredUser, Phone, Proficiencies, UserId, UserProperties, UserState},
};

/// Number of repetitions of a creation whose outcome is unknown and whose user was not found.
const REPETITIONS: u32 = 3;

/// How long a user is searched for before its creation is repeated. Names are unique: if the user becomes visible
/// later, the service refuses the repetition, and the user is searched for again.
pub(super) const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// A user that exists now, and whether it existed before.
pub(super) struct Made {
    pub(super) state: UserState,
    pub(super) adopted: bool,
    /// Whether no attempt of this host has made the user.
    pub(super) taken_over: bool,
}

/// A creation that ended without a user.
pub(super) struct NotMade {
    pub(super) error: ApplyError,
    /// Whether the creation may have made a user nevertheless.
    pub(super) is_uncertain: bool,
    /// The user that an earlier attempt has made.
    pub(super) recovered: Option<UserState>,
}

/// Creates the desired user.
///
/// If the service does not answer, or says that the name is taken, the user is looked up. It is recognised as the
/// host's own user if this attempt, or an earlier remembered attempt, made it. `freed` are users that were just
/// deleted: for a while they may still be found, and their names may still be taken.
pub(super) async fn create(
    client: &dyn ConnectClient,
    desired: &DesiredUser,
    attempt: &CreationAttempt,
    freed: &[UserId],
    options: &ApplyOptions<'_>,
) -> Result<Made, NotMade> {
    let mut creation =
        Creation { client, desired, attempt, freed, options, may_be_made: false, recovered: None };
    match creation.run().await {
        Ok(made) => Ok(made),
        Err(error) => {
            Err(NotMade { error, is_uncertain: creation.may_be_made, recovered: creation.recovered })
        }
    }
}

struct Creation<'a> {
    client: &'a dyn ConnectClient,
    desired: &'a DesiredUser,
    attempt: &'a CreationAttempt,
    freed: &'a [UserId],
    options: &'a ApplyOptions<'a>,
    /// Whether a call of this attempt may have made a user that was not found yet.
    may_be_made: bool,
    recovered: Option<UserState>,
}

impl Creation<'_> {
    async fn run(&mut self) -> Result<Made, ApplyError> {
        let request = request(self.desired);
        let mut repetitions = REPETITIONS;
        let mut pauses = self.options.pauses();
        let mut is_first = true;
        loop {
            let error = match self.client.create_user(&request).await {
                Ok(created) => {
                    return Ok(Made {
                        state: created_state(self.desired, created, self.attempt),
                        adopted: false,
                        taken_over: false,
                    });
                }
                Err(error) => error,
            };
            if error.effect() == Effect::Unknown {
                self.may_be_made = true;
                match self.look(SETTLED_WITHIN).await {
                    Looked::Found(users) => return self.take(users, error).await,
                    // A repetition is harmless even if the user becomes visible now: its name is taken then.
                    Looked::NotFound if repetitions > 0 => repetitions -= 1,
                    _ => return Err(self.ended(error)),
                }
                continue;
            }
            if error.kind() != ErrorKind::Duplicate {
                return Err(self.ended(error));
            }
            // If the name is about to be freed, look once whether another user has it.
            let is_waited_for = self.is_name_about_to_be_free();
            if std::mem::take(&mut is_first) || !is_waited_for {
                match self.look(Duration::ZERO).await {
                    Looked::Found(users) => return self.take(users, error).await,
                    Looked::Unsure(Some(failed)) if !failed.is_retryable() && !is_waited_for => {
                        return Err(self.ended(error));
                    }
                    // The user with the name cannot be found yet, or was just deleted.
                    Looked::NotFound | Looked::Unsure(_) => {}
                }
            }
            match pauses.next() {
                Some(pause) => self.options.pause(pause).await,
                None => return self.take_at_last(error).await,
            }
        }
    }

    /// The name is still taken, and the time to wait is over.
    async fn take_at_last(&mut self, error: ClientError) -> Result<Made, ApplyError> {
        match self.look(Duration::ZERO).await {
            Looked::Found(users) => self.take(users, error).await,
            _ => Err(self.ended(error)),
        }
    }

    /// Whether the name is probably still that of a user that was just deleted: there are such users, and no attempt
    /// may have made a user.
    fn is_name_about_to_be_free(&self) -> bool {
        !self.freed.is_empty() && !self.may_be_made && self.remembered().next().is_none()
    }

    /// Returns the earlier attempts to create this user.
    fn remembered(&self) -> impl Iterator<Item = &CreationAttempt> {
        let (instance, name) = (self.desired.instance_id(), self.desired.name());
        let is_same =
            move |attempt: &&CreationAttempt| attempt.instance_id() == instance && attempt.name() == name;
        self.options.attempts.iter().filter(is_same)
    }

    async fn look(&self, most: Duration) -> Looked {
        let (instance, name) = (self.desired.instance_id(), self.desired.name());
        let pauses = self.options.pauses_within(most);
        look_for(self.client, instance, name, self.freed, pauses, self.options).await
    }

    /// Decides what to do with the users that have the name.
    async fn take(&mut self, users: Vec<UserState>, error: ClientError) -> Result<Made, ApplyError> {
        let clock_skew = self.options.clock_skew;
        for found in &users {
            if self.options.is_owned(&found.user_id).await.map_err(ApplyError::Observer)? {
                self.may_be_made = false;
                return Err(ApplyError::Owned { id: Box::new(found.id()), source: error });
            }
        }
        let verdicts = users.iter().map(|found| identify(self.attempt, found, clock_skew));
        let verdicts: Vec<Verdict> = verdicts.collect();
        let is_made = |verdict: &Verdict| matches!(verdict, Verdict::Made);
        if self.may_be_made
            && let Some(place) = verdicts.iter().position(is_made)
            && let Some(found) = users.get(place)
        {
            let state = recorded(self.attempt, self.desired.password(), found.clone());
            return Ok(Made { state, adopted: true, taken_over: false });
        }
        for found in &users {
            let made = |attempt: &&CreationAttempt| is_made(&identify_earlier(attempt, found, clock_skew));
            // The desired user, and with it the password, may have changed since: the caller plans again.
            let attempt = self.remembered().find(made).cloned();
            if let Some(attempt) = attempt {
                self.recovered = Some(recorded(&attempt, None, found.clone()));
                self.may_be_made = false;
                return Err(ApplyError::Recovered { id: Box::new(found.id()), attempt: Box::new(attempt) });
            }
        }
        let Some(found) = users.into_iter().next() else { return Err(error.into()) };
        let differing = differences(self.attempt, &found);
        if self.options.adopt_taken && differing.is_empty() {
            let state = recorded(self.attempt, self.desired.password(), found);
            return Ok(Made { state, adopted: true, taken_over: true });
        }
        // Another user had the name before: the attempt made no user.
        self.may_be_made &= !matches!(verdicts.first(), Some(Verdict::Older));
        let id = Box::new(found.id());
        Err(match self.may_be_made {
            true => ApplyError::Unclear { id, differing, source: error },
            false => ApplyError::NotAdopted { id, differing, source: error },
        })
    }

    /// Returns why there is no user: the last error, unless an earlier call may have made a user.
    fn ended(&self, source: ClientError) -> ApplyError {
        match self.may_be_made {
            true => ApplyError::OutcomeUnknown { name: self.desired.name().to_owned(), source },
            false => source.into(),
        }
    }
}

fn request(desired: &DesiredUser) -> CreateUser {
    let properties = desired.properties();
    CreateUser {
        instance_id: desired.instance_id().clone(),
        name: desired.name().to_owned(),
        password: desired.password().cloned(),
        directory_user_id: desired.directory_user_id().map(str::to_owned),
        identity: properties.identity,
        // The channels may set the phone instead.
        phone: Some(properties.phone).filter(|_| desired.spec().phone_config.is_some()),
        routing_profile_id: properties.routing_profile_id,
        security_profile_ids: properties.security_profile_ids,
        hierarchy_group_id: properties.hierarchy_group_id,
        channels: properties.channels,
        tags: desired.tags_all(),
    }
}

fn created_state(desired: &DesiredUser, created: CreatedUser, attempt: &CreationAttempt) -> UserState {
    let mut record = record(desired.to_managed(), desired.password(), Vec::new());
    record.created = Some(attempt.began());
    let mut properties = UserProperties { proficiencies: Some(Proficiencies::new()), ..desired.properties() };
    if desired.spec().phone_config.is_none() {
        properties.phone = Phone::default();
    }
    UserState {
        instance_id: desired.instance_id().clone(),
        user_id: created.user_id,
        arn: created.arn,
        name: desired.name().to_owned(),
        directory_user_id: desired.directory_user_id().map(str::to_owned),
        properties,
        tags_all: desired.tags_all(),
        last_modified_time: None,
        last_modified_region: None,
        proficiencies_last_modified: None,
        record,
    }
}

/// Reads a new user until it can be read; `None` if that takes too long or fails.
pub(super) async fn read_back(
    client: &dyn ConnectClient,
    made: &UserState,
    options: &ApplyOptions<'_>,
) -> Option<UserState> {
    let mut pauses = options.pauses();
    loop {
        match reread(client, made, false).await {
            Ok(Some(read)) => return Some(read),
            Ok(None) => options.pause(pauses.next()?).await,
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                options.did_without(error.operation());
                return None;
            }
            Err(_) => return None,
        }
    }
}
