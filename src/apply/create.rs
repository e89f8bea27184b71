//! Making a user, also when no answer comes.

use super::{
    ApplyError,
    read::{find_by_name, is_gone},
    run::Options,
};
use crate::{
    client::{ClientError, ClientResult, ConnectClient, CreateUser, CreatedUser, Effect, ErrorKind},
    diff::{self, Change, diff},
    user::{
        DesiredUser, Managed, Proficiencies, Property, PropertySet, Record, Unfinished, UserId, UserSettings,
        UserState,
    },
};

/// A user that is there now, and whether it was there before.
pub(super) struct Made {
    pub(super) state: UserState,
    pub(super) adopted: bool,
}

/// Makes the desired user.
///
/// Where the service says that the name is taken, or says nothing at all, the user is looked up: one in
/// which everything that can be read is as desired is the one that an earlier call made. `gone` is a
/// user that this plan has deleted: it may still be found for a while.
pub(super) async fn create(
    client: &dyn ConnectClient,
    desired: &DesiredUser,
    gone: Option<&UserId>,
    options: &Options<'_>,
) -> Result<Made, ApplyError> {
    let error = match client.create_user(&request(desired)).await {
        Ok(created) => return Ok(Made { state: created_state(desired, created), adopted: false }),
        Err(error) => error,
    };
    let taken = error.kind() == ErrorKind::Duplicate;
    if !taken && error.effect() == Effect::None {
        return Err(error.into());
    }
    if taken && gone.is_some() {
        // The name is that of the user that has just been deleted, and will be free in a while.
        for pause in options.wait.pauses() {
            options.sleep.sleep(pause).await;
            match client.create_user(&request(desired)).await {
                Ok(created) => return Ok(Made { state: created_state(desired, created), adopted: false }),
                Err(error) if error.kind() == ErrorKind::Duplicate => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let found = look_up(client, desired, gone, taken, options).await;
    match found {
        Ok(Some(state)) if options.owned.contains(&state.user_id) => {
            Err(ApplyError::Owned { id: Box::new(state.id()), source: error })
        }
        Ok(Some(state)) => adopt(desired, state, error, options.adopt_taken || !taken),
        // Nobody of that name, or nobody can tell: the error that led here says more.
        Ok(None) | Err(_) => Err(error.into()),
    }
}

/// Looks the user up; where the service says that there is one, until it is found.
async fn look_up(
    client: &dyn ConnectClient,
    desired: &DesiredUser,
    gone: Option<&UserId>,
    taken: bool,
    options: &Options<'_>,
) -> ClientResult<Option<UserState>> {
    let mut pauses = options.wait.pauses();
    loop {
        let found = find_by_name(client, desired.instance_id(), desired.name(), taken).await?;
        if let Some(state) = found.filter(|state| gone != Some(&state.user_id)) {
            return Ok(Some(state));
        }
        match pauses.next() {
            Some(pause) if taken => options.sleep.sleep(pause).await,
            _ => return Ok(None),
        }
    }
}

fn adopt(
    desired: &DesiredUser,
    found: UserState,
    error: ClientError,
    is_wanted: bool,
) -> Result<Made, ApplyError> {
    let differing = differences(desired, &found);
    if !is_wanted || !differing.is_empty() {
        let paths = differing.into_iter().map(|change| change.path).collect();
        return Err(ApplyError::NotAdopted { id: Box::new(found.id()), differing: paths, source: error });
    }
    let record = record(desired, found.record.unrecognised.clone());
    Ok(Made { state: UserState { record, ..found }, adopted: true })
}

/// Everything in which a user that was found is not as desired; also what the spec leaves out and a new
/// user would not have.
fn differences(desired: &DesiredUser, found: &UserState) -> Vec<Change> {
    let mut strict = found.clone();
    strict.record.managed = diff::everything();
    strict.record.tag_keys = found.tags_all.keys().cloned().collect();
    let options = diff::Options::builder()
        .default_tags(desired.default_tags().clone())
        .password_changed(false)
        .directory_user_id(diff::DirectoryUserIdPolicy::Replace)
        .build();
    let mut changes = diff(desired.spec(), Some(&strict), &options).changes;
    if is_part(found.settings.proficiencies.as_ref(), desired.settings().proficiencies.as_ref()) {
        changes.retain(|change| change.property != Property::UserProficiencies);
    }
    changes
}

/// Whether the user has no proficiency but those it should get: they come after the creation.
fn is_part(found: Option<&Proficiencies>, desired: Option<&Proficiencies>) -> bool {
    let desired_level = |key| desired.and_then(|desired| desired.get(key));
    found.is_none_or(|found| found.iter().all(|(key, level)| desired_level(key) == Some(level)))
}

fn request(desired: &DesiredUser) -> CreateUser {
    let settings = desired.settings();
    CreateUser {
        instance_id: desired.instance_id().clone(),
        name: desired.name().to_owned(),
        password: desired.password().cloned(),
        directory_user_id: desired.directory_user_id().map(str::to_owned),
        identity: settings.identity.clone(),
        phone: desired.phone_to_create(),
        routing_profile_id: settings.routing_profile_id.clone(),
        security_profile_ids: settings.security_profile_ids.clone(),
        hierarchy_group_id: settings.hierarchy_group_id.clone(),
        channels: desired.channels_to_create(),
        tags: desired.tags_all(),
    }
}

fn created_state(desired: &DesiredUser, created: CreatedUser) -> UserState {
    let phone = desired.phone_to_create().unwrap_or_default();
    UserState {
        instance_id: desired.instance_id().clone(),
        user_id: created.user_id,
        arn: created.arn,
        name: desired.name().to_owned(),
        directory_user_id: desired.directory_user_id().map(str::to_owned),
        settings: UserSettings {
            phone,
            channels: desired.channels_to_create(),
            proficiencies: Some(Proficiencies::new()),
            ..desired.settings().clone()
        },
        tags_all: desired.tags_all(),
        last_modified_time: None,
        last_modified_region: None,
        record: record(desired, Vec::new()),
    }
}

/// What to remember of a user that the desired one has just become.
pub(super) fn record(desired: &DesiredUser, unrecognised: Vec<String>) -> Record {
    let Managed { properties, tag_keys, default_tag_keys } = desired.to_managed();
    Record {
        managed: properties,
        tag_keys,
        default_tag_keys,
        unfinished: Unfinished::default(),
        unrecognised,
        last_written: None,
        under_way: false,
        unread: PropertySet::EMPTY,
        password: desired.password().cloned(),
    }
}

/// Whether the state remembers already what [`record`] would have it remember.
#[cfg(feature = "fleet")]
pub(crate) fn is_recorded(desired: &DesiredUser, state: &UserState) -> bool {
    let Record { managed, tag_keys, default_tag_keys, unfinished, under_way, .. } = &state.record;
    let options = desired.options();
    if !options.ignore_changes.is_empty() || !options.ignore_tags.is_empty() {
        let then = desired.to_managed().over(&state.record, options);
        return *managed == then.properties
            && unfinished.is_empty()
            && !under_way
            && *tag_keys == then.tag_keys
            && *default_tag_keys == then.default_tag_keys;
    }
    let own = || {
        desired
            .spec()
            .tags
            .as_ref()
            .and_then(crate::user::Input::known)
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
    };
    let default = || desired.default_tags().keys().filter(|key| !own().any(|own| own == *key));
    *managed == desired.managed()
        && unfinished.is_empty()
        && !under_way
        && own().eq(tag_keys)
        && default().eq(default_tag_keys)
}

/// Reads a user that was just made until it can be read; `None` where that takes too long or fails.
pub(super) async fn read_back(
    client: &dyn ConnectClient,
    made: &UserState,
    options: &Options<'_>,
) -> Option<UserState> {
    let mut pauses = options.wait.pauses();
    let request =
        crate::client::DescribeUser { instance_id: made.instance_id.clone(), user_id: made.user_id.clone() };
    loop {
        match client.describe_user(&request).await {
            Ok(description) => {
                let proficiencies = made.settings.proficiencies.clone();
                let read = description.into_state(made.instance_id.clone(), proficiencies);
                return Some(super::read::with_record(read, made));
            }
            Err(error) if is_gone(&error) => options.sleep.sleep(pauses.next()?).await,
            Err(_) => return None,
        }
    }
}
