//! Applying a preview, stage by stage.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;

use super::{
    super::{
        Capacity, Estimate, FleetOptions, FleetOutcome, FleetPreview, FleetRefused, OnFailure, Others,
        UserOutcome, UserPreview, UserResult, apply_among,
    },
    base::Session,
    written::Written,
};
use crate::{
    apply::ApplyOptions,
    diff::Action,
    user::{DesiredUser, Diagnostic, one_line},
};

/// Supplies the values that become known during an apply.
///
/// ```
/// use connect_user::{
///     async_trait,
///     fleet::{Resolve, Session, UserPreview},
///     user::{Code, DesiredUser, Diagnostic, Input, TagInputs, UserSpec},
///     validate::{Context, resolve},
/// };
///
/// /// Users with the ARN of `lead` in a tag, which is known once `lead` is created.
/// struct Program<'a> {
///     specs: std::collections::HashMap<String, UserSpec>,
///     context: Context<'a>,
/// }
///
/// #[async_trait]
/// impl Resolve for Program<'_> {
///     async fn resolve(&mut self, user: &UserPreview, session: &mut Session<'_>) -> Result<DesiredUser, Diagnostic> {
///         let failed = |message: String| Diagnostic::new(Code::new("not-resolved"), message).about(&user.name);
///         let lead = session.state("lead").ok_or_else(|| failed("there is no `lead`".to_owned()))?;
///         let spec = self.specs.remove(&user.name);
///         let mut spec = spec.ok_or_else(|| failed("the program has no such user".to_owned()))?;
///         let tags = TagInputs::from([("lead".to_owned(), Input::Known(lead.arn.clone()))]);
///         spec.tags = Some(Input::Known(tags));
///         let (desired, _warnings) = resolve(spec, &self.context).map_err(|report| failed(report.to_string()))?;
///         Ok(desired)
///     }
/// }
/// ```
#[async_trait]
pub trait Resolve: Send {
    /// Returns the desired user with all values known. The users that it depends on are done: `session` has
    /// their [states](Session::state).
    ///
    /// # Errors
    ///
    /// The reason why the values are not known. The user fails, and users that depend on it wait for the next run.
    async fn resolve(
        &mut self,
        user: &UserPreview,
        session: &mut Session<'_>,
    ) -> Result<DesiredUser, Diagnostic>;
}

/// A [`Resolve`] for previews in which all values are known: an unknown value is an error.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it holds nothing")]
pub struct AllKnown;

#[async_trait]
impl Resolve for AllKnown {
    async fn resolve(&mut self, user: &UserPreview, _: &mut Session<'_>) -> Result<DesiredUser, Diagnostic> {
        Err(user.not_known())
    }
}

impl Session<'_> {
    /// Applies a preview, with all users in parallel. Users that depend on others are applied after them, and `resolve`
    /// then supplies their values. No call that writes is made that the preview did not show.
    ///
    /// An apply can be stopped safely at any moment; see [`apply`](super::super::apply()).
    ///
    /// # Errors
    ///
    /// [`FleetRefused`] if the preview cannot be applied; nothing is done then. Every other failure is in the outcome,
    /// also [`ReadOnlySession`](super::super::StoreError::ReadOnlySession).
    pub async fn apply(
        &mut self,
        preview: FleetPreview,
        resolve: &mut dyn Resolve,
        options: &FleetOptions<'_>,
    ) -> Result<FleetOutcome, FleetRefused> {
        if !preview.reasons.is_empty() {
            return Err(FleetRefused { reasons: preview.reasons, deletions: preview.deletions });
        }
        let has_steps = preview.users.iter().any(|user| !user.steps().is_empty());
        if let Err(error) = self.lock(has_steps).await {
            return Ok(FleetOutcome { store: Some(error), ..FleetOutcome::default() });
        }
        let mut whole = self.carry_out_stages(preview, resolve, options).await;
        if has_steps && let Err(error) = self.store.unlock().await {
            whole.store.get_or_insert(error);
        }
        Ok(whole)
    }

    async fn carry_out_stages(
        &mut self,
        preview: FleetPreview,
        resolve: &mut dyn Resolve,
        options: &FleetOptions<'_>,
    ) -> FleetOutcome {
        let FleetPreview { users, unchanged, released, mut capacity, .. } = preview;
        let released_already = self.forgotten.len();
        let mut whole = FleetOutcome { unchanged, released: released_already, ..FleetOutcome::default() };
        if let Err(error) = self.record_imports().await {
            whole.store = Some(error);
            return whole;
        }
        let mut stages: BTreeMap<usize, Vec<UserPreview>> = BTreeMap::from([(0, Vec::new())]);
        for user in users {
            stages.entry(user.stage).or_default().push(user);
        }
        let mut others = Others::default();
        for (number, users) in stages.values().enumerate() {
            others.add(&share(users, options, number + 1 < stages.len()));
        }
        let mut released = Some(released);
        let mut failed: HashSet<String> = HashSet::new();
        while let Some((_, users)) = stages.pop_first() {
            let is_depended_on = !stages.is_empty();
            others.begin(&share(&users, options, is_depended_on));
            let mut stage = FleetPreview {
                released: released.take().unwrap_or_default(),
                capacity: capacity.clone(),
                ..FleetPreview::default()
            };
            for mut user in users {
                let needed = user.depends_on.iter().find(|needed| failed.contains(&***needed));
                let made = match needed {
                    Some(needed) => {
                        Err(not_tried(&user, format!("`{needed}`, which it waits for, has failed")))
                    }
                    None if is_stopped(&whole, options) => {
                        Err(not_tried(&user, "stopped before its first step".to_owned()))
                    }
                    None => self.make_known(&mut user, resolve).await,
                };
                match made {
                    Ok(()) => stage.users.push(user),
                    Err(outcome) => {
                        others.skip(user.steps().len());
                        failed.insert(user.name);
                        whole.users.push(outcome);
                    }
                }
            }
            let before = self.present();
            let steps = stage.calls();
            let outcome = self.carry_out(stage, options, is_depended_on, others.clone()).await;
            others.end(steps, &outcome);
            count_again(&mut capacity, &before, &self.present());
            let undone = outcome.users.iter().filter(|user| user.result != UserResult::Done);
            failed.extend(undone.map(|user| user.user.clone()));
            whole.add(outcome);
            if whole.store.is_some() {
                break;
            }
        }
        whole
    }

    async fn make_known(
        &mut self,
        user: &mut UserPreview,
        resolve: &mut dyn Resolve,
    ) -> Result<(), UserOutcome> {
        if user.is_known() {
            return Ok(());
        }
        let desired = resolve.resolve(user, self).await;
        let made = desired.map_err(|notice| vec![notice]).and_then(|desired| user.resolve(desired));
        made.map_err(|notices| failed(user.name.clone(), user.action(), &notices))
    }

    /// Applies a stage in which all values are known.
    async fn carry_out(
        &mut self,
        mut stage: FleetPreview,
        options: &FleetOptions<'_>,
        is_depended_on: bool,
        others: Others,
    ) -> FleetOutcome {
        stage.settle();
        let users: Vec<(String, Action)> =
            stage.users.iter().map(|user| (user.name.clone(), user.action())).collect();
        let read_back = reads_back(options, is_depended_on);
        let options = FleetOptions { apply: ApplyOptions { read_back, ..options.apply }, ..options.clone() };
        match stage.into_plan() {
            Ok(plan) => {
                let written = Written::new(self.store, &mut self.entries);
                apply_among(&plan, &written, self.service, &options, others).await
            }
            Err(FleetRefused { reasons, .. }) => FleetOutcome {
                users: users.into_iter().map(|(name, action)| failed(name, action, &reasons)).collect(),
                ..FleetOutcome::default()
            },
        }
    }

    /// The number of recorded users in each instance.
    fn present(&self) -> BTreeMap<String, usize> {
        let mut present = BTreeMap::new();
        for (_, state) in self.users() {
            *present.entry(state.instance_id.bare().to_owned()).or_default() += 1;
        }
        present
    }
}

/// Whether new users are read after their creation: users that depend on them may need values that only the service
/// knows.
const fn reads_back(options: &FleetOptions<'_>, is_depended_on: bool) -> bool {
    options.apply.read_back || is_depended_on
}

/// The users, steps and calls of a stage.
fn share(users: &[UserPreview], options: &FleetOptions<'_>, is_depended_on: bool) -> Others {
    let mut share = Others::default();
    let steps = || users.iter().flat_map(UserPreview::steps);
    share.progress.users = users.iter().filter(|user| !user.steps().is_empty()).count();
    share.progress.steps = steps().count() as u64;
    let rate = |operation| options.pace.rate(operation);
    share.left = Estimate::of_steps(steps(), rate, reads_back(options, is_depended_on)).calls;
    share
}

/// Whether no other user may begin.
fn is_stopped(outcome: &FleetOutcome, options: &FleetOptions<'_>) -> bool {
    let too_many = match options.on_failure {
        OnFailure::StopAfter(most) => outcome.count(UserResult::Failed) >= most.get() as usize,
        OnFailure::Continue => false,
    };
    too_many || options.cancel.is_cancelled()
}

fn not_tried(user: &UserPreview, message: String) -> UserOutcome {
    let message = Some(one_line(&message).into_owned());
    UserOutcome { message, ..UserOutcome::of(user.name.clone(), user.action(), UserResult::NotTried) }
}

fn failed(user: String, action: Action, reasons: &[Diagnostic]) -> UserOutcome {
    let help: Vec<&str> = reasons.iter().filter_map(|reason| reason.help.as_deref()).collect();
    UserOutcome {
        message: Some(reasons.iter().map(|reason| reason.message.as_str()).collect::<Vec<_>>().join("; ")),
        help: Some(help.join("; ")),
        ..UserOutcome::of(user, action, UserResult::Failed)
    }
}

/// Updates the number of users in each instance after a stage has created and deleted users.
fn count_again(
    capacity: &mut BTreeMap<String, Capacity>,
    before: &BTreeMap<String, usize>,
    after: &BTreeMap<String, usize>,
) {
    for (instance, Capacity { present, .. }) in capacity {
        let of = |counts: &BTreeMap<String, usize>| counts.get(instance).copied().unwrap_or_default();
        *present = (*present + of(after)).saturating_sub(of(before));
    }
}
