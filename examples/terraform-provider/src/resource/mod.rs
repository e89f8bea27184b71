//! The resource `connect_user`: what a host does around the crate.
//!
//! Terraform asks in this order: [`validate`] without the service and with unknowns, [`read`] for what is
//! there, [`plan`] with unknowns and once more without them, [`apply`]. [`import`] and [`adopt`] begin with a
//! user that exists.

mod apply;
mod object;
mod private;

use connect_user::{
    apply::{self as service, refresh},
    diff::{Change, Options, Preview, drift, preview},
    user::{DecodeErrors, ImportId, Input, Path, Property, Tags, UserSpec, UserState, Value},
    validate::{Context, validate as check, validate_document},
};

use self::object::{all_tags, has_unknowns};
pub use self::{apply::apply, object::Object, private::Private};
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
        return adopted(host, service, kept.object.output("id").as_str().unwrap_or_default(), diagnostics)
            .await
            .or_else(|| diagnostics.has_errors().then(|| kept.clone()));
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
    let changes = drift(known, &actual);
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
    let spec = decode(config, diagnostics)?;
    let state = prior.and_then(|kept| kept.private.state.as_ref());
    let actual = with_proficiencies(host, &spec, state, diagnostics).await?;
    let options = options(host, &spec, private, diagnostics).await?;
    let report = check(&spec, &context(&options, actual.as_ref()));
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
    let mut object = planned(config, prior.map(|kept| &kept.object), &preview, &spec, &options);
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

/// Begins with a user that exists: `INSTANCE_ID:USER_ID`.
pub async fn import(host: &Host, id: &str, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let Some(service) = &host.service else {
        diagnostics.error("the provider's configuration is not known yet", "import afterwards", None);
        return None;
    };
    let kept = adopted(host, service, id, diagnostics).await;
    if kept.is_none() && !diagnostics.has_errors() {
        diagnostics.error(format!("there is no user `{id}`"), "look for its id in the console", None);
    }
    kept
}

/// Begins with what another provider's resource was: its `id` is enough to read the user.
pub fn adopt(state: &Value) -> Kept {
    let mut object = Object::default();
    object.put("id", state.get("id").cloned().unwrap_or(Value::Null));
    Kept { object, private: Private::default() }
}

async fn adopted(host: &Host, service: &Service, id: &str, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let parsed = match id.parse::<ImportId>() {
        Ok(parsed) => parsed,
        Err(error) => {
            diagnostics.error(error.to_string(), error.help(), None);
            return None;
        }
    };
    let state = match service::read(service.client(), &parsed.instance, &parsed.user).await {
        Ok(state) => state?,
        Err(error) => {
            diagnostics.error(format!("the user `{id}` cannot be read: {error}"), "", None);
            return None;
        }
    };
    service.own(&state.user_id);
    let object = Object::from_state(&state, &host.config.options.default_tags);
    Some(Kept { object, private: Private { state: Some(state), ..Private::default() } })
}

/// What a configuration asks for.
fn decode(config: &Object, diagnostics: &mut Diagnostics) -> Option<UserSpec> {
    let errors = match UserSpec::decode(config.to_document()) {
        Ok(spec) => return Some(spec),
        Err(errors) => errors,
    };
    for error in DecodeErrors::iter(&errors) {
        diagnostics.error(&error.message, error.help.clone().unwrap_or_default(), Some(&error.path));
    }
    None
}

/// What the provider's configuration decides, and what is known of instance and password.
async fn options(
    host: &Host,
    spec: &UserSpec,
    private: &Private,
    diagnostics: &mut Diagnostics,
) -> Option<Options> {
    let mut options = host.config.options.clone();
    if let (Some(service), Some(instance)) = (&host.service, spec.instance_id.known())
        && instance.check().is_ok()
    {
        match service.kind(instance).await {
            Ok(kind) => options.identity_management = kind,
            Err(message) => {
                diagnostics.error(message, "", Some(&Property::InstanceId.into()));
                return None;
            }
        }
    }
    let password = spec.password.as_ref().and_then(Input::known);
    let is_new = |(password, recorded)| !host.fingerprints.matches(recorded, password);
    options.password_changed = Some(password.zip(private.password.as_deref()).is_some_and(is_new));
    Some(options)
}

fn context<'a>(options: &Options, prior: Option<&'a UserState>) -> Context<'a> {
    Context::builder()
        .maybe_identity_management(options.identity_management)
        .default_tags(options.default_tags.clone())
        .maybe_prior(prior)
        .build()
}

/// The user with its proficiencies, where the configuration asks for some and nobody has read them.
async fn with_proficiencies(
    host: &Host,
    spec: &UserSpec,
    state: Option<&UserState>,
    diagnostics: &mut Diagnostics,
) -> Option<Option<UserState>> {
    let (Some(service), Some(state)) = (&host.service, state) else { return Some(state.cloned()) };
    if spec.user_proficiencies.is_none() || state.settings.proficiencies.is_some() {
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

/// The user as it will be. Where the crate sees no difference, what Terraform has stays as it is written.
fn planned(
    config: &Object,
    prior: Option<&Object>,
    preview: &Preview,
    spec: &UserSpec,
    options: &Options,
) -> Object {
    let mut object = Object::default().with_blocks_of(config);
    let changes = &preview.diff.changes;
    for property in Property::ALL.iter().copied().filter(|property| !property.is_secret()) {
        let (wanted, there) = (config.get(property), prior.map(|prior| prior.get(property)));
        let is_same = !has_changed(changes, property);
        object.set(
            property,
            match there {
                // The service fills it in.
                None if property == Property::DirectoryUserId && *wanted == Value::Null => Value::Unknown,
                Some(there) if is_same && *wanted == Value::Null => there.clone(),
                Some(there) if is_same && *there != Value::Null && !has_unknowns(wanted) => there.clone(),
                _ => wanted.clone(),
            },
        );
    }
    for name in ["id", "arn", "user_id"] {
        object.put(name, prior.map_or(Value::Unknown, |prior| prior.output(name).clone()));
    }
    let own = spec.tags.as_ref();
    let tags = match (prior, own) {
        (_, Some(Input::Unknown)) => Value::Unknown,
        (Some(prior), _) if !has_changed(changes, Property::Tags) => prior.output("tags_all").clone(),
        (None, own) => all_tags(&options.default_tags, own.and_then(Input::known)),
        (Some(prior), _) => changed_tags(prior.output("tags_all"), changes),
    };
    object.put("tags_all", tags);
    object
}

fn changed_tags(there: &Value, changes: &[Change]) -> Value {
    let Value::Map(there) = there else { return Value::Unknown };
    let mut tags: Tags =
        there.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    for change in changes.iter().filter(|change| change.property == Property::Tags) {
        let Some(connect_user::user::Segment::Key(key)) = change.path.segments().last() else {
            return Value::Unknown;
        };
        match &change.after {
            _ if change.unknown => return Value::Unknown,
            Some(Value::String(value)) => drop(tags.insert(key.clone(), value.clone())),
            _ => drop(tags.remove(key)),
        }
    }
    Value::Map(tags.into_iter().map(|(key, value)| (key, value.into())).collect())
}

/// A block that leaves the configuration and was never set by it leaves Terraform's state, and the user keeps
/// what was in it.
fn warn_of_blocks(prior: &Object, config: &Object, state: &UserState, diagnostics: &mut Diagnostics) {
    for block in prior.blocks_beyond(config) {
        let is_in = |property: &Property| {
            property.snake_case().split_once('.').is_some_and(|(outer, _)| outer == block)
        };
        if !state.record.managed.iter().any(|property| is_in(&property)) {
            diagnostics.warning(
                format!("`{block}` leaves Terraform's state, and the user keeps what is in it"),
                "write the block into the configuration to manage it",
                None,
            );
        }
    }
}

fn has_changed(changes: &[Change], property: Property) -> bool {
    changes.iter().any(|change| change.property == property)
}
