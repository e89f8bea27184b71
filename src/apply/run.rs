//! Carries out a plan.

use super::{
    create::{Made, NotMade, create, read_back},
    delete::{NotDeleted, check_instance, delete_quick_connects, delete_user, sign_out},
    failed::{ApplyError, Failed},
    identify::record,
    left::LeftBefore,
    new_name::check_new_name,
    options::ApplyOptions,
    send::{send, without_what_is_there},
};
use crate::{
    client::{ClientError, ClientResult, ConnectClient, Effect, ErrorKind},
    diff::{Call, Plan, Step, drift, plan_deletion},
    read::{describe, is_gone, reread},
    user::{
        CreationAttempt, DesiredUser, Managed, Operation, Path, Record, Replaced, Settings, UserId, UserState,
    },
};

/// The result of an apply that carried out its whole plan.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Applied {
    /// The actual user; `None` if it was deleted.
    pub state: Option<UserState>,
    /// The number of steps that were done.
    pub steps: usize,
    /// Whether an existing user was adopted: an attempt whose answer was lost had made it, or the host allows adoption
    /// ([`ApplyOptions::adopt_taken`]).
    pub adopted: bool,
    /// Whether no attempt of this host made the adopted user: another resource or host may still manage it.
    pub taken_over: bool,
}

/// Carries out a plan, step by step.
///
/// `current` must be the state from which the plan was made; another state is refused as stale. A plan without steps
/// makes no call, but records which properties the spec manages: apply it too.
///
/// # Errors
///
/// [`Failed`], with the actual state and the steps that are left. Planning again from that state and applying
/// finishes the work, and repeats nothing.
pub async fn apply(
    plan: &Plan,
    current: Option<&UserState>,
    client: &dyn ConnectClient,
    options: &ApplyOptions<'_>,
) -> Result<Applied, Failed> {
    let mut run = Run {
        client,
        options,
        desired: plan.desired(),
        state: current.cloned(),
        deleted: None,
        created: false,
        adopted: false,
        taken_over: false,
        certain: true,
        attempt: None,
    };
    if !plan.is_made_from(current) {
        return Err(run.failed(ApplyError::Stale, plan.steps(), 0));
    }
    if options.check_prior_state
        && !plan.steps().is_empty()
        && let Err(error) = run.check_prior_state(plan).await
    {
        return Err(run.failed(error, plan.steps(), 0));
    }
    if let Some(state) = &mut run.state {
        state.record.in_progress = !plan.steps().is_empty();
    }
    for (index, step) in plan.steps().iter().enumerate() {
        let later = plan.steps().get(index + 1..).unwrap_or_default();
        if let Err(error) = run.step(step, later).await {
            if let Some(state) = &mut run.state {
                state.record.in_progress = !run.certain;
                if run.certain {
                    state.record.unfinished.settle(&state.properties);
                }
            }
            return Err(run.failed(error, plan.steps(), index));
        }
    }
    run.finish().await;
    let Run { state, adopted, taken_over, .. } = run;
    Ok(Applied { state, steps: plan.steps().len(), adopted, taken_over })
}

/// Deletes a user, and former users that an unfinished replacement left.
///
/// # Errors
///
/// As for [`apply`]; [`ApplyError::Refused`] if `settings` protect the user.
pub async fn delete(
    state: &UserState,
    client: &dyn ConnectClient,
    settings: &Settings,
    options: &ApplyOptions<'_>,
) -> Result<Applied, Failed> {
    match plan_deletion(state, settings) {
        Ok(plan) => apply(&plan, Some(state), client, options).await,
        Err(refused) => Err(Failed {
            error: refused.into(),
            state: Some(Box::new(state.clone())),
            certain: true,
            attempt: None,
            done: 0,
            left: Vec::new(),
        }),
    }
}

/// The state of an apply.
struct Run<'a> {
    client: &'a dyn ConnectClient,
    options: &'a ApplyOptions<'a>,
    desired: Option<&'a DesiredUser>,
    state: Option<UserState>,
    /// The user that the plan has deleted before creating the new user.
    deleted: Option<UserId>,
    created: bool,
    adopted: bool,
    taken_over: bool,
    certain: bool,
    /// A creation that may have made a user that was not found.
    attempt: Option<CreationAttempt>,
}

impl Run<'_> {
    async fn step(&mut self, step: &Step, later: &[Step]) -> Result<(), ApplyError> {
        // Everything in a plan is known: each of its steps has a call.
        let Some(call) = step.call() else { return Err(ApplyError::Stale) };
        let left = self.state.as_mut().map(|state| LeftBefore::note(state, call, later));
        let current = self.state.as_ref().filter(|_| call.changes_user());
        let before = current.map(|state| Managed::recorded(&state.record));
        if before.is_some() {
            self.manage_more(step, call);
        }
        let observer = self.options.observer;
        if let Err(stopped) = observer.before(step, self.state.as_ref()).await {
            self.restore(before, left);
            return Err(ApplyError::Observer(stopped));
        }
        let result = self.call(call).await;
        if matches!(&result, Err(error) if error.client().is_none_or(|error| error.effect() == Effect::None))
        {
            self.restore(before, left);
        }
        if let Some(state) = &mut self.state {
            state.record.in_progress = !(later.is_empty() && result.is_ok());
            let is_created = matches!(call, Call::Create) && state.last_modified_time.is_none();
            if result.is_ok() && (call.changes_user() || is_created) {
                state.record.last_written = Some((self.options.now)());
            }
        }
        let seen = match &result {
            Ok(()) => Ok(()),
            Err(error) => match error.client() {
                Some(error) => Err(error),
                None => return result,
            },
        };
        observer.after(step, seen, self.state.as_ref()).await.map_err(ApplyError::Observer)?;
        result
    }

    /// Adds what a call is about to set to the managed properties, before the call is made. So whatever happens, the
    /// next plan removes what must go, and nothing that was not set from here.
    fn manage_more(&mut self, step: &Step, call: &Call) {
        let (Some(state), Some(desired)) = (&mut self.state, self.desired) else { return };
        let Managed { properties, tag_keys, default_tag_keys } = desired.to_managed();
        let covered = step.covers.iter().filter_map(Path::property).collect();
        let record = &mut state.record;
        record.managed = record.managed.union(properties.intersection(covered));
        if let Call::Tag(tags) = call {
            record.tag_keys.extend(tag_keys.into_iter().filter(|key| tags.contains_key(key)));
            record.default_tag_keys.extend(default_tag_keys.into_iter().filter(|key| tags.contains_key(key)));
        }
    }

    /// Restores what was recorded before a call that was not made, or was refused.
    fn restore(&mut self, managed: Option<Managed>, left: Option<LeftBefore>) {
        if let (Some(state), Some(managed)) = (&mut self.state, managed) {
            managed.record(&mut state.record);
        }
        if let Some(left) = left {
            left.restore(self.state.as_mut());
        }
    }

    async fn call(&mut self, call: &Call) -> Result<(), ApplyError> {
        match call {
            Call::Create => self.create().await,
            Call::Delete(user) => self.delete(user).await,
            Call::SignOut(user) => {
                sign_out(self.client, user, self.options).await?;
                self.state.iter_mut().for_each(|state| call.done(state));
                Ok(())
            }
            Call::DeleteQuickConnects(user) => {
                Ok(delete_quick_connects(self.client, user, self.options).await?)
            }
            call => self.update(call).await,
        }
    }

    async fn create(&mut self) -> Result<(), ApplyError> {
        let Some(desired) = self.desired else { return Err(ApplyError::Stale) };
        let attempt = CreationAttempt::new(desired, (self.options.now)());
        self.options.observer.creating(&attempt).await.map_err(ApplyError::Observer)?;
        let freed: Vec<UserId> = self.options.freed.iter().chain(&self.deleted).cloned().collect();
        match create(self.client, desired, &attempt, &freed, self.options).await {
            Ok(Made { state, adopted, taken_over }) => {
                self.supersede(state);
                self.created = true;
                (self.adopted, self.taken_over) = (adopted, taken_over);
                Ok(())
            }
            Err(NotMade { error, is_uncertain, recovered }) => {
                if is_uncertain {
                    self.certain = false;
                    self.attempt = Some(attempt);
                }
                if let Some(state) = recovered {
                    self.supersede(state);
                }
                Err(error)
            }
        }
    }

    /// Continues with a new user, and records the users that it replaces.
    fn supersede(&mut self, mut new: UserState) {
        if let Some(old) = &self.state {
            let unfinished = &mut new.record.unfinished;
            unfinished.replaced.push(old.to_replaced());
            unfinished.replaced.extend(old.record.unfinished.replaced.iter().cloned());
        }
        self.state = Some(new);
    }

    /// Deletes a user; a user that is gone counts as deleted.
    async fn delete(&mut self, user: &Replaced) -> Result<(), ApplyError> {
        let is_current = self.state.as_ref().is_some_and(|state| state.user_id == user.user_id);
        if is_current && self.created {
            return Err(ApplyError::WouldDeleteItself);
        }
        if let Some(desired) = self.desired.filter(|_| is_current) {
            check_new_name(self.client, user, desired, self.options).await?;
        }
        if let Err(NotDeleted { error, is_uncertain }) = delete_user(self.client, user, self.options).await {
            self.certain &= !is_uncertain;
            return Err(error);
        }
        if is_current {
            self.deleted = Some(user.user_id.clone());
            self.state = None;
        } else if let Some(state) = &mut self.state {
            Call::Delete(user.clone()).done(state);
        }
        Ok(())
    }

    /// Changes the user. A new user may not be visible to every part of the service yet.
    async fn update(&mut self, call: &Call) -> Result<(), ApplyError> {
        if matches!(call, Call::Tag(_) | Call::Untag(_)) {
            self.find_arn().await?;
        }
        let Some(state) = &self.state else { return Err(ApplyError::Stale) };
        let call = without_what_is_there(call, state);
        // Earlier runs may have created it, too.
        let is_new = self.created || self.options.is_recent(state.created_unseen());
        let mut pauses = self.options.pauses();
        let error = loop {
            match send(self.client, state, &call).await {
                Ok(()) => break None,
                Err(error) if is_gone(&error) && is_new => match pauses.next() {
                    Some(pause) => self.options.pause(pause).await,
                    None => break Some(error),
                },
                Err(error) => break Some(error),
            }
        };
        let Some(error) = error else {
            if let Some(state) = &mut self.state {
                call.done(state);
            }
            return Ok(());
        };
        let name = (is_gone(&error) && is_new).then(|| state.name.clone());
        // A user that is not found may have been deleted outside the program.
        if error.effect() == Effect::Unknown || (is_gone(&error) && !self.created) {
            self.look_again(call.operation()).await;
        }
        Err(match name {
            Some(name) => ApplyError::NotVisible { name, source: error },
            None => error.into(),
        })
    }

    /// Tags are set by ARN, which the answer from which the state was made may have left out.
    async fn find_arn(&mut self) -> ClientResult<()> {
        if let Some(state) = &mut self.state
            && state.arn.is_empty()
            && let Some(read) = describe(self.client, &state.instance_id, &state.user_id).await?
        {
            state.arn = read.arn;
        }
        Ok(())
    }

    /// Checks, before the first call, that the user is still as in the state from which the plan was made.
    async fn check_prior_state(&mut self, plan: &Plan) -> Result<(), ApplyError> {
        let Some(known) = &self.state else { return Ok(()) };
        let proficiencies = plan.steps().iter().any(|step| writes_proficiencies(step.operation));
        let mut pauses = self.options.pauses();
        let read = loop {
            match reread(self.client, known, proficiencies).await? {
                // The deletion will find that the user is gone, and counts it as deleted.
                None if self.desired.is_none() => return Ok(()),
                None if self.options.is_recent(known.record.created) => match pauses.next() {
                    Some(pause) => self.options.pause(pause).await,
                    None => {
                        let source = ClientError::new(Operation::DescribeUser, ErrorKind::NotFound);
                        return Err(ApplyError::NotVisible { name: known.name.clone(), source });
                    }
                },
                read => break read,
            }
        };
        let watched = Settings::builder().ignore_tags(plan.settings().ignore_tags.clone()).build();
        if read.is_none() {
            check_instance(self.client, &known.instance_id, &known.name, self.options).await?;
        } else if read.as_ref().is_some_and(|read| drift(known, read, &watched).is_empty()) {
            return Ok(());
        }
        self.state = read;
        Err(ApplyError::Stale)
    }

    /// Reads the user again after a lost answer.
    async fn look_again(&mut self, operation: Operation) {
        let Some(state) = &self.state else { return };
        match reread(self.client, state, writes_proficiencies(operation)).await {
            Ok(Some(read)) => self.state = Some(read),
            _ => self.certain = false,
        }
    }

    async fn finish(&mut self) {
        let (Some(state), Some(desired)) = (&mut self.state, self.desired) else { return };
        let password = state.record.password.take();
        let Record { unread, last_written, created, .. } = state.record;
        let unrecognised = std::mem::take(&mut state.record.unrecognised);
        state.record = record(desired.to_managed(), desired.password(), unrecognised);
        state.record.unread = unread;
        state.record.created = created;
        state.record.last_written = last_written;
        // The recorded password is that of the user's creation.
        if let Some(password) = password {
            state.record.password = Some(password);
        }
        let is_new = self.created && !self.adopted;
        if is_new
            && (self.options.read_back || state.arn.is_empty())
            && let Some(read) = read_back(self.client, state, self.options).await
        {
            self.state = Some(read);
        }
    }

    fn failed(self, error: ApplyError, steps: &[Step], done: usize) -> Failed {
        Failed {
            error,
            state: self.state.map(Box::new),
            certain: self.certain,
            attempt: self.attempt.map(Box::new),
            done,
            left: steps.get(done..).unwrap_or_default().to_vec(),
        }
    }
}

const fn writes_proficiencies(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::AssociateUserProficiencies
            | Operation::DisassociateUserProficiencies
            | Operation::UpdateUserProficiencies
    )
}
