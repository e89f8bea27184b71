//! Plans the change from the actual user to the inputs.

use std::borrow::Cow;

use super::{
    failure::Failure,
    host::{Host, OF_INSTANCE, Present},
    kept::{Begun, Kept},
    leaves::{Leaves, touches},
    options::ResourceOptions,
    outputs::{self, Outputs},
    snapshot::Snapshot,
};
use crate::{
    diff::{Action, Call, Change, Preview, Step, drift, preview},
    user::{
        Code, Diagnostic, Input, Property, Replaced, Settings, Severity, UserSpec, UserState, Value,
        keep_ignored, keeps,
    },
    validate::{Names, validate_document, with_name},
};

/// The planned work on one user.
#[derive(Debug)]
pub(super) struct Work {
    /// The desired user, with its name and with ids instead of names.
    pub(super) spec: UserSpec,
    /// The actual user.
    pub(super) state: Option<UserState>,
    /// The fingerprint of the password with which the user was created.
    password: Option<String>,
    /// Earlier creations whose outcome is still unknown.
    pub(super) attempts: Vec<Begun>,
    pub(super) settings: Settings,
    /// The inputs, with ignored changes worked in.
    pub(super) inputs: Leaves,
    /// The planned outputs.
    pub(super) outputs: Outputs,
    pub(super) preview: Preview,
    /// Whether this run has read that the user lost rights since it was recorded, so that a plan that shows it must
    /// sign the user out.
    pub(super) has_lost_rights: bool,
    /// Warnings and notes; no errors.
    pub(super) warnings: Vec<Diagnostic>,
}

impl Work {
    /// Returns the fingerprint of the password that the user has, or will have. If none is recorded, for example after
    /// an import, the first password in the inputs is recorded, so that a later change is noticed.
    pub(super) fn password(&self, host: &Host) -> Option<String> {
        let given = || host.fingerprints.of(self.spec.password.as_ref().and_then(Input::known)?);
        match &self.state {
            Some(_) if self.password.is_some() || !self.attempts.is_empty() => self.password.clone(),
            _ => given(),
        }
    }

    /// Signs the user out with this plan, if it has lost rights.
    pub(super) fn sign_out(&mut self) {
        let Some(state) = self.state.as_mut().filter(|_| self.has_lost_rights) else { return };
        self.has_lost_rights = false;
        state.record.unfinished.sign_out = true;
        self.preview = preview(&self.spec, Some(state), &self.settings);
        show_unfinished(&mut self.outputs, &self.preview);
    }

    /// Keeps what this plan has read of the user for the next plan of this run, which begins with the same record.
    fn remember(&self, host: &Host, recorded: &UserState) {
        let Some(state) = self.state.as_ref().filter(|_| self.attempts.is_empty()) else { return };
        let is_as_recorded = state.properties == recorded.properties
            && state.tags_all == recorded.tags_all
            && state.name == recorded.name
            && state.record.last_written == recorded.record.last_written
            && state.record.unread == recorded.record.unread
            && state.record.unfinished == recorded.record.unfinished;
        if is_as_recorded {
            return;
        }
        let mut read = state.clone();
        // What the last inputs set is in each plan's own inputs.
        read.record.managed = recorded.record.managed;
        read.record.tag_keys.clone_from(&recorded.record.tag_keys);
        host.run.remember(recorded, read);
    }

    /// Returns the user with which a call begins.
    pub(super) fn present(&self, state: Option<UserState>) -> Present {
        let (password, attempts) = (self.password.clone(), self.attempts.clone());
        Present { state, password, attempts, doubts: Vec::new() }
    }
}

/// Returns diagnostics about what an earlier apply left to do, if nothing else is planned: no property change shows it.
pub(super) fn unfinished(preview: &Preview) -> Vec<Diagnostic> {
    if preview.diff.action != Action::Update || !preview.diff.is_empty() {
        return Vec::new();
    }
    let calls = || preview.steps.iter().filter_map(Step::call);
    let is_deleted =
        |user: &Replaced| calls().any(|call| matches!(call, Call::Delete(deleted) if deleted == user));
    let message = |call: &Call| match call {
        Call::SignOut(user) if !is_deleted(user) => {
            Some("the user will be signed out, which is due since an earlier change".to_owned())
        }
        Call::Delete(user) => {
            Some(format!("the old user `{}` left by an unfinished replacement will be deleted", user.user_id))
        }
        _ => None,
    };
    calls().filter_map(message).map(|message| Diagnostic::new(Code::UNFINISHED, message)).collect()
}

/// Shows unfinished work as an unknown output: an engine applies only if it sees a change, and what an earlier apply
/// left to do changes no property.
fn show_unfinished(outputs: &mut Outputs, preview: &Preview) {
    if preview.diff.action == Action::Update && preview.diff.is_empty() {
        outputs.tags_all = None;
    }
}

/// The arguments of a call on one user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) prior: Option<&'a Snapshot>,
    pub(super) inputs: &'a Value,
    pub(super) options: &'a ResourceOptions<'a>,
}

/// Plans for an engine to show. Also counts a replacement for the limit, and keeps a second plan from replacing the
/// user for a new password.
pub(super) async fn plan(host: &Host, asked: Asked<'_>) -> Result<Work, Failure> {
    let mut planned = work(host, asked).await?;
    let user = asked.prior.and_then(Snapshot::id).map(|id| id.user);
    let is_second = host.plans_twice && asked.options.password_changed.is_none() && !host.is_offline;
    let is_unread = user.as_ref().is_some_and(|user| is_second && !host.run.has_read(user));
    let is_new_password =
        |change: &Change| change.property == Property::Password && change.forces_replacement;
    if is_unread && planned.preview.diff.changes.iter().any(is_new_password) {
        let options = ResourceOptions { password_changed: Some(false), ..asked.options.clone() };
        planned = work(host, Asked { options: &options, ..asked }).await?;
        planned.warnings.push(kept_password());
    }
    if planned.preview.diff.action == Action::Replace {
        check_new(host, asked, &planned).await?;
    }
    planned.sign_out();
    if let Some(recorded) = asked.prior.and_then(|prior| prior.kept.state()) {
        planned.remember(host, recorded);
    }
    let replaced = user.filter(|_| planned.preview.diff.action == Action::Replace);
    match host.deletions.as_ref().zip(replaced).and_then(|(limit, user)| limit.count(&user, host.spelling)) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(planned),
    }
}

/// Refuses a replacement whose new user breaks a rule for new users, which would be found only once the old user is
/// deleted. While values are unknown, nothing is deleted yet; of an unknown value that is ignored, the planned inputs have
/// the actual one.
async fn check_new(host: &Host, asked: Asked<'_>, planned: &Work) -> Result<(), Failure> {
    if asked.inputs.has_unknowns() {
        return Ok(());
    }
    let document = planned.inputs.clone().into_document();
    let names = host.directory(&planned.inputs).await?;
    let names = names.as_deref().map(|names| names as &dyn Names);
    let context = host.context(&planned.settings, None, names);
    let (_, report) = validate_document(document, &context);
    match report.is_valid() {
        true => Ok(()),
        false => Err(Failure::of(report.diagnostics().to_vec())),
    }
}

fn kept_password() -> Diagnostic {
    let message = format!(
        "`{:#}` is another than the user was made with, and the user keeps its password",
        Property::Password
    );
    let help = "no plan that read the user has shown a replacement: read the user and plan again, with a password that \
                stays the same from plan to apply";
    Diagnostic::new(Code::PASSWORD_UNCHANGEABLE, message)
        .at(Property::Password)
        .with_severity(Severity::Warning)
        .with_help(help)
}

/// Plans the change of a user to the inputs.
pub(super) async fn work(host: &Host, asked: Asked<'_>) -> Result<Work, Failure> {
    let kept = asked.prior.map(|prior| &prior.kept);
    // A recorded user is managed: no other resource may adopt it, nor mistake it for the user of an earlier creation.
    if let Some(id) = kept.and_then(Kept::id) {
        host.run.own(&id.user);
    }
    let present = host.present(kept).await?;
    work_from(host, asked, present).await
}

/// Plans with the known user.
pub(super) async fn work_from(host: &Host, asked: Asked<'_>, present: Present) -> Result<Work, Failure> {
    let Present { state, password, attempts, doubts } = present;
    let Asked { prior, inputs: document, options } = asked;
    let password = password.or_else(|| host.last_password(prior?));
    let mut inputs = Leaves::of(document);
    let settings = host.settings(&inputs, password.as_deref(), options).await?;
    let mut state = state.map(|state| with_what_inputs_set(state, prior));
    let names = host.directory(&inputs).await?;
    let names = names.as_deref().map(|names| names as &dyn Names);
    let (spec, report) = validate_document(document.clone(), &host.context(&settings, state.as_ref(), names));
    if !report.is_valid() {
        return Err(Failure::of(report.diagnostics().to_vec()));
    }
    let spec = with_name(&spec, &host.context(&settings, state.as_ref(), None));
    let mut has_lost_rights = false;
    if let Some(known) = state.take() {
        let actual = host.for_plan(&spec, &known, &settings).await?;
        has_lost_rights = host.loses_rights(&known, &actual);
        state = Some(actual);
    }
    let given = inputs.clone();
    complete(&mut inputs, &spec, state.as_ref(), &settings);
    let preview = preview(&spec, state.as_ref(), &settings);
    let shown = state.as_ref().map(|state| shown(prior, state, &settings));
    let changes = &preview.diff.changes;
    let is_new = changes.iter().any(|change| change.forces_replacement);
    let as_new = || outputs::planned(&anew(&inputs, &given), &given, None, &[], &settings);
    let updated = || outputs::planned(&inputs, &given, shown.as_ref(), changes, &settings);
    let mut outputs = match preview.diff.action {
        Action::Replace => as_new(),
        // Whether the user is replaced or updated is not known yet.
        _ if is_new => outputs::either(&as_new(), &updated(), &given),
        _ => updated(),
    };
    outputs.leaves.open_blocks(document);
    let planned_from = shown.as_ref().filter(|_| !is_new);
    if options.default_tags_unknown {
        outputs.tags_all = None;
    }
    show_unfinished(&mut outputs, &preview);
    let mut warnings = told(report.diagnostics(), planned_from, &outputs);
    warnings.extend(preview.diff.notices.iter().cloned());
    warnings.extend(doubts);
    warnings.extend(host.instances.take_notices());
    if warnings.iter().any(Diagnostic::is_error) {
        return Err(Failure::of(warnings));
    }
    Ok(Work {
        spec,
        state,
        password,
        attempts,
        settings,
        inputs,
        outputs,
        preview,
        has_lost_rights,
        warnings,
    })
}

/// Returns the outputs of the actual user: the prior outputs, updated with what was read since.
fn shown(prior: Option<&Snapshot>, state: &UserState, settings: &Settings) -> Outputs {
    let there = || Outputs::of_state(state, settings);
    let known = prior.and_then(|prior| prior.kept.state());
    let shown = prior.and_then(|prior| Outputs::of(&prior.outputs));
    let (Some(known), Some(mut shown)) = (known, shown) else { return there() };
    if known.properties != state.properties || known.tags_all != state.tags_all || known.name != state.name {
        let everything = Settings::builder().ignore_tags(settings.ignore_tags.clone()).build();
        shown.follow(&there(), &drift(known, state, &everything), known);
        shown.identify(state, settings);
    }
    shown
}

/// Marks the properties of the last inputs as managed, also if they changed nothing and no apply has recorded them.
fn with_what_inputs_set(mut state: UserState, prior: Option<&Snapshot>) -> UserState {
    let Some(prior) = prior.filter(|prior| prior.inputs != Value::Null) else { return state };
    let set = Leaves::of(&prior.inputs);
    state.record.managed = state.record.managed.union(set.set_of());
    if let Some(Value::Map(tags)) = set.get(Property::Tags) {
        let there = tags.iter().map(|(key, _)| key).filter(|key| state.tags_all.contains_key(*key));
        state.record.tag_keys.extend(there.cloned());
    }
    state
}

/// Completes the inputs with the name, and with the actual values of ignored properties.
fn complete(inputs: &mut Leaves, spec: &UserSpec, state: Option<&UserState>, settings: &Settings) {
    if inputs.get(Property::Name).is_none_or(|name| name.as_str() == Some("")) {
        let name = spec.name.as_ref().and_then(Input::known);
        inputs.set(Property::Name, name.map(|name| name.as_str().into()));
    }
    let Some(state) = state.filter(|_| !settings.ignore_changes.is_empty()) else { return };
    let is_given = inputs.sets_in_block(Property::PhoneType);
    let kept = Leaves::of(&keep_ignored(spec, state, settings).encode());
    let there = Leaves::of(&state.whole_spec().encode());
    for property in Property::ALL.iter().copied().filter(|property| !property.is_secret()) {
        if !settings.ignore_changes.iter().any(|place| touches(place, property)) {
            continue;
        }
        // A property that is left out and ignored stays, so its actual value is planned: it must not be removed, unless
        // its twin is set.
        let stays = || {
            let is_left = keeps(property, spec, state, settings) && state.record.managed.contains(property);
            let there = there.get(property).filter(|_| is_left)?;
            match property.twin().and_then(|twin| inputs.get(twin)) {
                None => Some(there),
                Some(twin) => Some(twin).filter(|twin| **twin == Value::Unknown),
            }
        };
        let value = match property {
            Property::Tags => with_kept_tags(kept.get(property), state, settings),
            property => kept.get(property).or_else(stays).cloned(),
        };
        inputs.set(property, value);
    }
    // A phone block without a type is left out: channels set the phone.
    let of_phone = |property: &&Property| property.path().starts_with("phoneConfig.");
    match inputs.get(Property::PhoneType) {
        None => Property::ALL.iter().filter(of_phone).for_each(|property| inputs.set(*property, None)),
        Some(Value::Unknown) if !is_given => {
            let is_set = |property: &&Property| inputs.get(**property).is_some();
            let set: Vec<_> = Property::ALL.iter().filter(of_phone).filter(is_set).collect();
            set.into_iter().for_each(|property| inputs.set(*property, Some(Value::Unknown)));
        }
        Some(_) => {}
    }
}

/// Returns the inputs of a new user, while it is not known yet in which instance. What is ignored is kept in the same
/// instance, and given in another one.
fn anew<'a>(inputs: &'a Leaves, given: &Leaves) -> Cow<'a, Leaves> {
    if given.get(Property::InstanceId) != Some(&Value::Unknown) {
        return Cow::Borrowed(inputs);
    }
    let mut anew = inputs.clone();
    for property in OF_INSTANCE.into_iter().filter(|of| given.get(*of) != inputs.get(*of)) {
        anew.set(property, Some(Value::Unknown));
    }
    Cow::Owned(anew)
}

/// Adds the actual values of ignored tags. Tags in the inputs remove all others, so tags that must stay are added too.
fn with_kept_tags(kept: Option<&Value>, state: &UserState, settings: &Settings) -> Option<Value> {
    let record = &state.record;
    let is_managed = |key: &String| record.tag_keys.contains(key);
    let mut tags = match kept {
        Some(Value::Map(tags)) => tags.clone(),
        Some(unknown) => return Some(unknown.clone()),
        None if record.tag_keys.iter().any(|key| settings.keeps_tag(key)) => Vec::new(),
        None => return None,
    };
    let stays = |key: &String| match kept {
        None if !is_managed(key) => !record.default_tag_keys.contains(key),
        _ => settings.keeps_tag(key),
    };
    let there = outputs::shown_tags(state, settings).filter(|(key, _)| stays(key));
    let left: Vec<_> = there.filter(|(key, _)| !tags.iter().any(|(own, _)| own == *key)).collect();
    tags.extend(left.into_iter().map(|(key, value)| (key.clone(), value.as_str().into())));
    Some(Value::Map(tags))
}

/// Returns the warnings to show: a warning about an unchanged value is not repeated with every plan.
fn told(found: &[Diagnostic], prior: Option<&Outputs>, planned: &Outputs) -> Vec<Diagnostic> {
    let is_new = |diagnostic: &&Diagnostic| match (prior, diagnostic.path.property()) {
        (None, _) => true,
        (Some(prior), Some(property)) => prior.leaves.get(property) != planned.leaves.get(property),
        (Some(_), None) => false,
    };
    found.iter().filter(is_new).cloned().collect()
}
