//! The resource `connect_user`: what a host does around the crate.
//!
//! Terraform asks in this order: [`validate`] without the service and with unknowns, [`read`] for what is
//! there, [`plan`] with unknowns and once more without them, [`apply`]. [`import`] and [`adopt`] begin with a
//! user that exists.

mod apply;
mod import;
mod object;
mod planned;
mod private;

use connect_user::{
    apply::refresh,
    diff::{Change, Options, drift, preview},
    user::{InstanceId, Path, Property, Secret, UserState, Value},
    validate::{Context, validate_document},
};

pub use self::{
    apply::apply,
    import::{adopt, import},
    object::Object,
    private::Private,
};
use self::{
    import::adopted,
    planned::{has_changed, planned, warn_of_blocks},
};
use crate::{client::Service, config::Config, fingerprint::Fingerprints, wire::Diagnostics};

/// What a call on the resource works with.
pub struct Host {
    pub config: Config,
    /// Nothing while the provider's configuration is not known.
    pub service: Option<Service>,
    pub fingerprints: Fingerprints,
}

/// A user as Terraform keeps it.
#[derive(Clone)]
pub struct Kept {
    pub object: Object,
    pub private: Private,
}

/// What Terraform is to show and to carry out.
pub struct Planned {
    pub kept: Kept,
    /// What makes a new user of it.
    pub replaces: Vec<Path>,
}

/// Checks a configuration as far as it is known; neither the service nor the provider's configuration is.
pub fn validate(config: &Object, diagnostics: &mut Diagnostics) {
    let (_, report) = validate_document(config.to_document(), &Context::default());
    diagnostics.report(&report);
}

/// Reads a user again. `None` where it is gone.
pub async fn read(host: &Host, kept: &Kept, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let Some(service) = &host.service else { return Some(kept.clone()) };
    let Some(known) = &kept.private.state else {
        let id = kept.object.output("id").as_str().unwrap_or_default();
        let Some(mut read) = adopted(host, service, id, diagnostics).await else {
            return diagnostics.has_errors().then(|| kept.clone());
        };
        read.private.password.clone_from(&kept.private.password);
        return Some(read);
    };
    let actual = match service.reader.refresh(known, service.client()).await {
        Ok(Some(actual)) => actual,
        Ok(None) => return None,
        Err(error) => {
            diagnostics.error(format!("the user `{}` cannot be read: {error}", known.name), "", None);
            return Some(kept.clone());
        }
    };
    service.own(&actual.user_id);
    let there = Object::from_state(&actual, &host.config.options.default_tags);
    let mut object = kept.object.clone();
    let changes = drift(known, &actual, &host.config.options);
    for property in Property::ALL.iter().filter(|property| has_changed(&changes, **property)) {
        // What nobody manages and nothing shows stays out of the state.
        if known.record.managed.contains(*property) || *object.get(*property) != Value::Null {
            object.set(*property, there.get(*property).clone());
        }
    }
    object.identify(&actual);
    object.put("tags_all", there.output("tags_all").clone());
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
    let actual = present(host, prior, config, diagnostics).await?;
    let options = options(host, config, private, diagnostics).await?;
    let (spec, report) = validate_document(config.to_document(), &context(&options, actual.as_ref()));
    diagnostics.report(&report);
    let preview = preview(&spec, actual.as_ref(), &options);
    diagnostics.notices(&preview.diff.notices);
    if diagnostics.has_errors() {
        return None;
    }
    let changes = &preview.diff.changes;
    let is_new_password =
        |change: &Change| change.property == Property::Password && change.forces_replacement;
    // Terraform plans a replacement twice: from what is there, and then as if nothing were.
    let password_changed = changes.iter().any(is_new_password) || prior.is_none() && private.password_changed;
    let mut object =
        planned(config, prior.map(|kept| &kept.object), &preview, &spec, &options, host.config.tags_unknown);
    if password_changed {
        object.put("password_changed", Value::Unknown);
    }
    if let (Some(prior), Some(state)) = (prior, &actual) {
        warn_of_blocks(&prior.object, config, state, diagnostics);
    }
    let place = |change: &Change| match change.property {
        // Terraform sees no secret change: this stands for it.
        Property::Password => Path::root().member("password_changed"),
        property => property.into(),
    };
    let replaces = changes.iter().filter(|change| change.forces_replacement).map(place).collect();
    let private = Private { state: actual, password_changed, ..private.clone() };
    Some(Planned { kept: Kept { object, private }, replaces })
}

/// What the provider's configuration decides, and what is known of instance and password.
async fn options(
    host: &Host,
    config: &Object,
    private: &Private,
    diagnostics: &mut Diagnostics,
) -> Option<Options> {
    let mut options = host.config.options.clone();
    let instance = config.get(Property::InstanceId).as_str().map(InstanceId::new);
    if let (Some(service), Some(instance)) = (&host.service, instance.filter(|id| id.check().is_ok())) {
        match service.kind(&instance).await {
            Ok(kind) => options.identity_management = kind,
            Err(message) => {
                diagnostics.error(message, "", Some(&Property::InstanceId.into()));
                return None;
            }
        }
    }
    let password = config.get(Property::Password).as_str().map(Secret::from);
    let is_new = |(password, recorded)| !host.fingerprints.matches(recorded, &password);
    options.password_changed = Some(password.zip(private.password.as_deref()).is_some_and(is_new));
    Some(options)
}

fn context<'a>(options: &Options, prior: Option<&'a UserState>) -> Context<'a> {
    Context::builder().options(options.clone()).maybe_prior(prior).build()
}

/// The user that the plan begins with; with its proficiencies, where the configuration asks for some.
async fn present(
    host: &Host,
    prior: Option<&Kept>,
    config: &Object,
    diagnostics: &mut Diagnostics,
) -> Option<Option<UserState>> {
    let Some(prior) = prior else { return Some(None) };
    let Some(service) = &host.service else { return Some(prior.private.state.clone()) };
    let Some(state) = &prior.private.state else {
        // Nobody has read it: it was moved here, or a plan is not to refresh.
        let id = prior.object.output("id").as_str().unwrap_or_default();
        let read = adopted(host, service, id, diagnostics).await;
        if read.is_none() && !diagnostics.has_errors() {
            diagnostics.error(format!("the user `{id}` is gone"), "plan without `-refresh=false`", None);
        }
        return read.map(|kept| kept.private.state);
    };
    if *config.get(Property::UserProficiencies) == Value::Null || state.settings.proficiencies.is_some() {
        return Some(Some(state.clone()));
    }
    match refresh(service.client(), state).await {
        Ok(read) => Some(read.or_else(|| Some(state.clone()))),
        Err(error) => {
            diagnostics.error(format!("the user `{}` cannot be read: {error}", state.name), "", None);
            None
        }
    }
}
