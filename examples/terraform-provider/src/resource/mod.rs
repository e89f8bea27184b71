//! The resource `connect_user`: what a host does around the crate.
//!
//! Terraform asks in this order: [`validate`] without the service and with unknowns, [`read`] for what is
//! there, [`plan`] with unknowns and once more without them, [`apply`]. [`import`] and [`adopt`] begin with a
//! user that exists.

mod apply;
mod check;
mod identity;
mod import;
mod object;
mod planned;
mod private;
mod settings;

use std::sync::Arc;

use connect_user::{
    diff::{Change, drift, preview},
    engine::Fingerprints,
    read::{Finding, Reading},
    user::{Arn, ImportId, Path, Property, Settings, UserId, UserSpec, UserState, Value},
    validate::{Names, validate_document},
};
use tracing::debug;

pub use self::{
    apply::apply,
    check::{check_password, check_region, validate},
    identity::Identity,
    import::{MOVES_FROM, adopt, generate, import},
    object::Object,
    private::{Private, Unreadable},
};
use self::{
    import::adopted,
    planned::{has_changed, planned, warn_of_blocks},
    settings::{PASSWORD_VERSION, context, has_new_version, names, settings},
};
use crate::{
    client::{Regions, Service},
    config::Config,
    run::Run,
    wire::Diagnostics,
};

/// What a call on the resource works with.
pub struct Host {
    pub config: Config,
    /// Nothing while the provider's configuration is not known.
    pub regions: Option<Regions>,
    pub run: Run,
    pub fingerprints: Fingerprints,
}

impl Host {
    /// The service in the Region of an object, or of its ARN where a state is older than the attribute, or in the
    /// provider's; nothing where that is not known.
    pub fn service(&self, object: &Object) -> Option<Arc<Service>> {
        let regions = self.regions.as_ref()?;
        let arn = object.output("arn").as_str().and_then(|arn| arn.parse::<Arn>().ok());
        let of_arn = arn.as_ref().map(Arn::region);
        match object.output("region") {
            Value::Unknown => None,
            region => Some(regions.service(region.as_str().or(of_arn).unwrap_or(regions.default()))),
        }
    }

    /// The Region in which a configuration wants its user.
    fn region(&self, config: &Object, prior: Option<&Object>) -> Value {
        match (config.output("region"), &self.regions) {
            (Value::Null, Some(regions)) => regions.default().into(),
            (Value::Null, None) => prior.map_or(Value::Unknown, |prior| prior.output("region").clone()),
            (given, _) => given.clone(),
        }
    }
}

/// A user as Terraform keeps it.
#[derive(Clone)]
pub struct Kept {
    pub object: Object,
    pub private: Private,
}

impl Kept {
    /// Reads what Terraform keeps, with what it keeps for the provider; nothing where it is null.
    pub fn read(value: &Value, private: &[u8]) -> Result<Option<Self>, Unreadable> {
        if *value == Value::Null {
            return Ok(None);
        }
        let object = Object::from_terraform(value);
        let private = Private::read(private, Some(&object))?;
        Ok(Some(Self { object, private }))
    }

    /// Whether Terraform shows a property, or shows that it is null because the configuration took it away.
    /// Blocks that nobody wrote, and what is left out in those that are there, can be neither computed nor shown.
    fn shows(&self, property: Property) -> bool {
        let is_managed = |known: &UserState| known.record.managed.contains(property);
        *self.object.get(property) != Value::Null || self.private.state.as_ref().is_some_and(is_managed)
    }

    /// A user as it is known, without what nothing shows: to be read where it matters.
    fn without_what_is_not_shown(&self, known: &UserState) -> UserState {
        let mut known = known.clone();
        for property in Property::ALL.iter().copied().filter(|property| !self.shows(*property)) {
            known.record.unread.insert(property);
        }
        known
    }

    fn user_id(&self) -> Option<UserId> {
        let id = self.object.output("id").as_str()?.parse::<ImportId>().ok()?;
        Some(id.user)
    }
}

/// What Terraform is to show and to carry out.
pub struct Planned {
    pub kept: Kept,
    /// What makes a new user of it.
    pub replaces: Vec<Path>,
}

/// Reads a user again. `None` where it is gone.
pub async fn read(host: &Host, kept: &Kept, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let Some(service) = host.service(&kept.object) else { return Some(kept.clone()) };
    let Some(known) = &kept.private.state else {
        let Some(mut read) = adopted(host, &service, &kept.object, diagnostics).await else {
            return diagnostics.has_errors().then(|| kept.clone());
        };
        read.private.password.clone_from(&kept.private.password);
        return Some(read);
    };
    let settings = &host.config.settings;
    let reading = match service.reader.refresh(known, service.client()).await {
        Ok(reading) => reading,
        Err(error) => {
            diagnostics.not_read(format_args!("the user `{}`", known.name), &error, None);
            return Some(kept.clone());
        }
    };
    service.log_unchecked();
    if let Some(kind) = reading.finding {
        diagnostics.found(&Finding::new(&known.name, kind));
    }
    let Some(actual) = reading.state else {
        debug!(user = known.user_id.bare(), "the user is gone");
        return None;
    };
    host.run.own(&actual.user_id);
    let there = Object::from_state(&actual, settings);
    let mut object = kept.object.clone();
    let changes = drift(known, &actual, settings);
    debug!(user = actual.user_id.bare(), changed = changed_paths(&changes), "the user was read");
    let is_shown = |property: &Property| has_changed(&changes, *property) && kept.shows(*property);
    for property in Property::ALL.iter().copied().filter(is_shown) {
        object.set(property, there.get(property).clone());
    }
    object.identify(&actual);
    object.put("tags_all", there.output("tags_all").clone());
    object.put("region", service.region().into());
    if !changes.is_empty() && object == kept.object {
        // Terraform takes other private state for drift, and has none to show. The plan knows it nevertheless.
        host.run.remember(actual);
        return Some(kept.clone());
    }
    let private = Private { state: Some(actual), ..kept.private.clone() };
    Some(Kept { object, private })
}

/// Plans what brings a user to what the configuration says.
pub async fn plan(
    host: &Host,
    prior: Option<&Kept>,
    config: &Object,
    private: &Private,
    diagnostics: &mut Diagnostics,
) -> Option<Planned> {
    let actual = present(host, prior, diagnostics).await?;
    let there = prior.map(|prior| &prior.object);
    let settings = settings(host, actual.as_ref(), there, config, private, diagnostics).await?;
    let names = names(host, config, diagnostics).await?;
    let context = context(&settings, actual.as_ref(), names.as_deref().map(|names| names as &dyn Names));
    let (spec, report) = validate_document(config.to_document(), &context);
    let service = prior.and_then(|prior| host.service(&prior.object));
    let actual = with_what_is_needed(service.as_deref(), &spec, actual, &settings, diagnostics).await?;
    let preview = preview(&spec, actual.as_ref(), &settings);
    let changes = &preview.diff.changes;
    let mut object =
        planned(config, prior.map(|kept| &kept.object), &preview, &spec, &settings, host.config.tags_unknown);
    // What was said when a value was set is not said again with every plan.
    diagnostics.report(&report, |path| match (prior, path.property()) {
        (None, _) => true,
        (Some(prior), Some(property)) => prior.object.get(property) != object.get(property),
        (Some(_), None) => false,
    });
    diagnostics.notices(&preview.diff.notices);
    if diagnostics.has_errors() {
        return None;
    }
    let is_new_password =
        |change: &Change| change.property == Property::Password && change.forces_replacement;
    // Terraform plans a replacement twice: from what is there, and then as if nothing were.
    let is_versioned = there.is_some_and(|there| has_new_version(there, config).is_some());
    let password_changed =
        changes.iter().any(is_new_password) && !is_versioned || prior.is_none() && private.password_changed;
    if password_changed {
        object.put("password_changed", Value::Unknown);
    }
    object.put(PASSWORD_VERSION, config.output(PASSWORD_VERSION).clone());
    if let (Some(prior), Some(state)) = (prior, &actual) {
        warn_of_blocks(&prior.object, config, state, diagnostics);
    }
    let place = |change: &Change| match change.property {
        // Terraform sees no secret change: this stands for it.
        Property::Password if is_versioned => Path::root().member(PASSWORD_VERSION),
        Property::Password => Path::root().member("password_changed"),
        property => property.into(),
    };
    let mut replaces: Vec<Path> =
        changes.iter().filter(|change| change.forces_replacement).map(place).collect();
    let user = actual.as_ref().map(|state| state.user_id.bare());
    debug!(user, action = ?preview.diff.action, changed = changed_paths(changes), "planned");
    let region = host.region(config, prior.map(|prior| &prior.object));
    let there = match (&service, prior) {
        (Some(service), _) => service.region().into(),
        (None, Some(prior)) => prior.object.output("region").clone(),
        (None, None) => Value::Null,
    };
    if there != Value::Null && there != region {
        replaces.push(Path::root().member("region"));
    }
    object.put("region", region);
    if let (Some(state), false) = (&actual, replaces.is_empty()) {
        host.run.plan_deletion(&state.user_id, diagnostics);
    }
    let mut set = spec.managed();
    set.remove(Property::Password);
    let private = Private { state: actual, password_changed, set, ..private.clone() };
    Some(Planned { kept: Kept { object, private }, replaces })
}

/// Counts a deletion that Terraform plans.
pub fn plan_deletion(host: &Host, prior: &Kept, diagnostics: &mut Diagnostics) {
    if let Some(user) = prior.user_id() {
        host.run.plan_deletion(&user, diagnostics);
    }
}

/// The user that the plan begins with.
async fn present(
    host: &Host,
    prior: Option<&Kept>,
    diagnostics: &mut Diagnostics,
) -> Option<Option<UserState>> {
    let Some(prior) = prior else { return Some(None) };
    if let Some(read) = prior.user_id().and_then(|user| host.run.remembered(&user)) {
        return Some(Some(read));
    }
    let (Some(service), None) = (host.service(&prior.object), &prior.private.state) else {
        return Some(prior.private.state.clone());
    };
    // Nobody has read it: it was moved here, or a plan is not to refresh.
    let read = adopted(host, &service, &prior.object, diagnostics).await;
    if read.is_none() && !diagnostics.has_errors() {
        let id = prior.object.output("id").as_str().unwrap_or_default();
        diagnostics.error(format!("the user `{id}` is gone"), "plan without `-refresh=false`", None);
    }
    read.map(|kept| kept.private.state)
}

/// Reads the user whole where a call would write what the last reading left out.
async fn with_what_is_needed(
    service: Option<&Service>,
    spec: &UserSpec,
    actual: Option<UserState>,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Option<Option<UserState>> {
    let (Some(service), Some(state)) = (service, &actual) else { return Some(actual) };
    match service.reader.for_plan(spec, state, settings, service.client()).await {
        Ok(Reading { state: Some(read), .. }) => Some(Some(read)),
        Ok(_) => {
            diagnostics.error(format!("the user `{}` is gone", state.name), "plan again", None);
            None
        }
        Err(error) => {
            diagnostics.not_read(format_args!("the user `{}`", state.name), &error, None);
            None
        }
    }
}

/// The places of changes, for a log.
fn changed_paths(changes: &[Change]) -> String {
    changes.iter().map(|change| change.property.snake_case()).collect::<Vec<_>>().join(", ")
}
