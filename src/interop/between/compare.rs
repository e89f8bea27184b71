//! What is different between the users of two instances.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use bon::Builder;
use futures_util::future::join;
use serde::{Serialize, Serializer};

use super::{
    error::BetweenError,
    names::NameMap,
    scope::{has_no_email, settings_between, source_filter, target_filter, unused_names},
    side::{Known, Roster, Side},
    translate::to_names,
};
use crate::{
    client::ClientError,
    diff::{Change, ChangeKind, drift},
    read::{Filter, RefreshOptions, Strategy, nobody_meant},
    user::{
        Diagnostic, InstanceId, Path, Property, PropertySet, Settings, UserId, UserState, Value,
        document_order, one_line, with_causes,
    },
};

/// What a host decides about a comparison.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct CompareOptions {
    /// Of these, the default tags, which are not compared where a user has them, the ignored tags, the ignored changes, and
    /// how the target manages identities, where it does not tell that itself, matter. Default: the default of each setting.
    #[builder(default)]
    pub settings: Settings,
    /// Which users are compared: those who are meant in one of the instances, with those of the same names in the other.
    /// Ids and names in it are those of the source; the target is searched for what it has by the same names. Default:
    /// all users.
    #[builder(default)]
    pub filter: Filter,
    /// The names that the target has for names of the source. Default: all names are the same.
    #[builder(default)]
    pub names: NameMap,
    /// How users are read. With [`Strategy::Search`], what a search leaves out is not compared; otherwise users whose
    /// name both instances have are read whole. Default: whole.
    #[builder(default = RefreshOptions::builder().strategy(Strategy::Full).build())]
    pub read: RefreshOptions,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}

/// The users of two instances beside each other, by user name. Upper and lower case differ, as for the service.
///
/// It shows, with [`Display`](fmt::Display), everybody who is not the same; its JSON has everybody.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InstanceComparison {
    /// The source.
    pub source: InstanceId,
    /// The target.
    pub target: InstanceId,
    /// The users whom only the source has.
    pub only_source: Vec<String>,
    /// The users whom only the target has.
    pub only_target: Vec<String>,
    /// The users who are different.
    pub different: Vec<DifferentUser>,
    /// The users who are the same.
    pub same: Vec<String>,
    /// The properties that were not compared with each user, because one of the instances did not tell or cannot have
    /// them.
    pub not_compared: PropertySet,
    /// The users who could not be read, each with its instance and the error.
    #[serde(serialize_with = "as_failures")]
    pub failed: Vec<(InstanceId, UserId, ClientError)>,
    /// What could not be looked up, and why.
    pub notices: Vec<Diagnostic>,
}

/// A user who is different in two instances.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DifferentUser {
    /// The user name.
    #[serde(rename = "user")]
    pub name: String,
    /// What differs: `before` is the value in the source, `after` the one in the target. Profiles and groups have names
    /// and paths, as programs write them.
    #[serde(serialize_with = "as_differences")]
    pub differences: Vec<Change>,
}

/// Compares the users of two instances.
///
/// It takes four calls to each instance, a call per 1,000 users, and two for each user whose name both have; with
/// [`Strategy::Search`] a call per 500 users and none for each. What leads to the same user with a program leads to no
/// difference here either: ids are compared by the names and paths of what they mean. Passwords and directory user ids are
/// not compared; nor e-mail addresses, where one instance manages identities with `SAML` and can have none.
///
/// # Errors
///
/// [`BetweenError`] if an instance cannot be read, or a condition names what the source does not have. Users that cannot
/// be read are in [`failed`](InstanceComparison::failed).
pub async fn compare(
    source: Side<'_>,
    target: Side<'_>,
    options: &CompareOptions,
) -> Result<InstanceComparison, BetweenError> {
    let expected = options.settings.identity_management;
    let (of_source, of_target) = join(source.know(None), target.know(expected)).await;
    let (of_source, of_target) = (of_source?, of_target?);
    let mut comparison = InstanceComparison::between(source.instance, target.instance);
    for known in [&of_source, &of_target] {
        comparison.notices.extend(known.notices.iter().cloned().chain(known.directory.unchecked()));
    }
    if options.names.has_proficiencies() {
        source.read_attributes(&of_source.directory).await?;
    }
    comparison.notices.extend(unused_names(&options.names, source.instance, &of_source.directory));
    let filter = source_filter(&options.filter, &of_source.directory)?;
    let there = target_filter(
        &filter,
        (source.instance, &of_source.directory),
        (target.instance, &of_target.directory),
        &options.names,
    );
    let nobody = || async { Ok(Default::default()) };
    let targets = async {
        match &there {
            Some(filter) => target.roster(filter, &options.read).await,
            None => nobody().await,
        }
    };
    let (mut sources, mut targets) = {
        let (sources, targets) = join(source.roster(&filter, &options.read), targets).await;
        (sources?, targets?)
    };
    if !options.filter.is_empty() {
        comparison.notices.extend((sources.is_empty() && targets.is_empty()).then(nobody_meant));
        let (of_source, of_target) = join(
            source.others(&sources, &targets, &options.read),
            target.others(&targets, &sources, &options.read),
        )
        .await;
        sources.extend(of_source?);
        targets.extend(of_target?);
    }
    comparison.only_source = missing(&sources, &targets);
    comparison.only_target = missing(&targets, &sources);
    let names: BTreeSet<String> =
        sources.keys().filter(|name| targets.contains_key(*name)).cloned().collect();
    let is_both = |name: &str| names.contains(name);
    let (sources, targets) = join(
        source.members(&mut sources, is_both, &options.read),
        target.members(&mut targets, is_both, &options.read),
    )
    .await;
    for (instance, read) in [(source.instance, &sources), (target.instance, &targets)] {
        let failed = read.failed.iter().map(|(user, error)| (instance.clone(), user.clone(), error.clone()));
        comparison.failed.extend(failed);
        comparison.notices.extend(read.unchecked.iter().cloned());
    }
    let mut others: BTreeMap<String, UserState> =
        targets.users.into_iter().map(|user| (user.name.clone(), user)).collect();
    let settings = settings_between(&options.settings);
    let pair =
        Pair { of_source: &of_source, of_target: &of_target, names: &options.names, settings: &settings };
    for user in sources.users {
        if let Some(other) = others.remove(&user.name) {
            pair.compare(user, other, &mut comparison);
        }
    }
    Ok(comparison)
}

/// The names of a roster that another lacks.
fn missing(from: &Roster, other: &Roster) -> Vec<String> {
    from.keys().filter(|name| !other.contains_key(*name)).cloned().collect()
}

/// What two users are compared with.
struct Pair<'a> {
    of_source: &'a Known,
    of_target: &'a Known,
    names: &'a NameMap,
    settings: &'a Settings,
}

impl Pair<'_> {
    fn compare(&self, mut user: UserState, mut other: UserState, comparison: &mut InstanceComparison) {
        to_names(&self.of_source.directory, self.names, &mut user.properties);
        to_names(&self.of_target.directory, &NameMap::default(), &mut other.properties);
        for state in [&mut user, &mut other] {
            let default = |key: &String, value: &String| self.settings.default_tags.get(key) == Some(value);
            state.tags_all.retain(|key, value| !default(key, value));
            if has_no_email(self.of_source.kind, self.of_target.kind) {
                state.record.unread.insert(Property::Email);
            }
        }
        // Each instance has ids of its own.
        user.instance_id.clone_from(&other.instance_id);
        user.directory_user_id.clone_from(&other.directory_user_id);
        let unread = user.record.unread.union(other.record.unread);
        comparison.not_compared = comparison.not_compared.union(unread);
        let differences = differences(&user, &other, self.settings);
        match differences.is_empty() {
            true => comparison.same.push(user.name),
            false => comparison.different.push(DifferentUser { name: user.name, differences }),
        }
    }
}

/// What differs on the way to the one and on the way to the other. A setting of a channel beside the phone block may say what
/// the block says: on one way it is to be written, on the other it is there, and what is there on one way is the same.
fn differences(user: &UserState, other: &UserState, settings: &Settings) -> Vec<Change> {
    let (mut there, mut back) = (drift(user, other, settings), drift(other, user, settings));
    let has = |found: &[Change], path: &Path| found.iter().any(|change| change.path == *path);
    if there.is_empty() || back.is_empty() || there.iter().any(|change| has(&back, &change.path)) {
        there.retain(|change| has(&back, &change.path));
    } else {
        there.extend(back.drain(..).map(Change::turned));
        there.sort_by(|one, other| document_order(&one.path, &other.path));
    }
    let (user, other) = (user.whole_spec().encode(), other.whole_spec().encode());
    there.into_iter().map(|found| with_values(found, &user, &other)).collect()
}

/// With what each of the two has, whether somebody would have to write it or not.
fn with_values(found: Change, user: &Value, other: &Value) -> Change {
    if found.property == Property::Tags {
        return found;
    }
    let at = |document: &Value| {
        document.at(&found.path).filter(|value| **value != Value::List(Vec::new())).cloned()
    };
    let (before, after) = (at(user), at(other));
    let kind = match (&before, &after) {
        (None, _) => ChangeKind::Add,
        (_, None) => ChangeKind::Delete,
        _ => ChangeKind::Update,
    };
    Change { kind, before, after, ..found }
}

impl InstanceComparison {
    fn between(source: &InstanceId, target: &InstanceId) -> Self {
        Self {
            source: source.to_bare(),
            target: target.to_bare(),
            only_source: Vec::new(),
            only_target: Vec::new(),
            different: Vec::new(),
            same: Vec::new(),
            not_compared: PropertySet::EMPTY,
            failed: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Whether both instances have the same users. Where one of them could not be read, nobody knows.
    pub fn is_same(&self) -> bool {
        let users = [&self.only_source, &self.only_target];
        users.iter().all(|users| users.is_empty()) && self.different.is_empty() && self.failed.is_empty()
    }
}

impl fmt::Display for InstanceComparison {
    /// Everybody who is not the same, and how many are: a line each, and one for each difference.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, target) = (&self.source, &self.target);
        for name in &self.only_source {
            writeln!(f, "- {} is only in `{source}`", one_line(name))?;
        }
        for name in &self.only_target {
            writeln!(f, "+ {} is only in `{target}`", one_line(name))?;
        }
        for DifferentUser { name, differences } in &self.different {
            writeln!(f, "~ {} is different", one_line(name))?;
            for difference in differences {
                writeln!(f, "    {difference}")?;
            }
        }
        let failed = match self.failed.len() {
            0 => String::new(),
            failed => format!(", {failed} not read"),
        };
        writeln!(
            f,
            "From `{source}` to `{target}`: {} the same, {} different, {} only in `{source}`, {} only in `{target}`{failed}.",
            self.same.len(),
            self.different.len(),
            self.only_source.len(),
            self.only_target.len(),
        )
    }
}

fn as_failures<S: Serializer>(
    failed: &[(InstanceId, UserId, ClientError)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(failed.iter().map(|(instance, user, error)| {
        serde_json::json!({"instance": instance, "id": user, "error": with_causes(error)})
    }))
}

fn as_differences<S: Serializer>(changes: &[Change], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(changes.iter().map(|change| {
        serde_json::json!({
            "path": change.path, "source": change.before, "target": change.after, "personal": change.personal(),
        })
    }))
}
