//! Compares the users of two instances.

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

/// Options of [`compare`].
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct CompareOptions {
    /// Settings of the comparison. Four of them have an effect: default tags (not compared where a user has them),
    /// ignored tags, ignored changes, and the identity management type of the target (used where the instance does not
    /// report it). Default: the default of each setting.
    #[builder(default)]
    pub settings: Settings,
    /// Which users are compared: users that match the filter in one of the instances, with the users of the same names
    /// in the other. Ids and names in the filter are those of the source; in the target, the profiles and groups of the
    /// same names are used. Default: all users.
    #[builder(default)]
    pub filter: Filter,
    /// Maps names of the source to names of the target. Default: all names are the same.
    #[builder(default)]
    pub names: NameMap,
    /// How users are read. With [`Strategy::Search`], properties that a search does not return are not compared;
    /// otherwise users whose name both instances have are read completely. Default: completely ([`Strategy::Full`]).
    #[builder(default = RefreshOptions::builder().strategy(Strategy::Full).build())]
    pub read: RefreshOptions,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}

/// Result of [`compare`]: the users of two instances, matched by user name. Names are case-sensitive, as in the
/// service.
///
/// [`Display`](fmt::Display) lists the users that differ; the JSON lists all users.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InstanceComparison {
    /// The source.
    pub source: InstanceId,
    /// The target.
    pub target: InstanceId,
    /// User names that only the source has.
    pub only_source: Vec<String>,
    /// User names that only the target has.
    pub only_target: Vec<String>,
    /// The users that both instances have and that differ.
    pub different: Vec<DifferentUser>,
    /// User names that both instances have, without a difference.
    pub same: Vec<String>,
    /// Properties that were not compared for at least one user, because one of the instances did not return them or
    /// cannot have them.
    pub not_compared: PropertySet,
    /// The users that could not be read, each with its instance and the error.
    #[serde(serialize_with = "as_failures")]
    pub failed: Vec<(InstanceId, UserId, ClientError)>,
    /// Diagnostics about lookups that failed (with the reason), entries of the [`NameMap`] without a name in the
    /// source, and a filter that no user matches.
    pub notices: Vec<Diagnostic>,
}

/// A user that differs between two instances.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DifferentUser {
    /// The user name.
    #[serde(rename = "user")]
    pub name: String,
    /// The differences: `before` is the value in the source, `after` the value in the target. Profiles and groups are
    /// given by name and path, as programs write them.
    #[serde(serialize_with = "as_differences")]
    pub differences: Vec<Change>,
}

/// Compares the users of two instances.
///
/// Makes these calls to each instance: four, one per 1,000 users, and two for each user whose name both instances have.
/// A [search](Strategy::Search) needs four, and one per 500 users. Values are equal if a program that sets them would
/// create the same user; ids are compared by the names and paths of their profiles and groups. Passwords and directory
/// user ids are not compared. E-mail addresses are not compared if one of the instances manages identities with `SAML`,
/// because it cannot have any.
///
/// # Errors
///
/// [`BetweenError`] if an instance cannot be read, or a condition of the filter names a profile or group that the
/// source does not have. Users that cannot be read are in [`failed`](InstanceComparison::failed).
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

/// The names in `from` that are not in `other`.
fn missing(from: &Roster, other: &Roster) -> Vec<String> {
    from.keys().filter(|name| !other.contains_key(*name)).cloned().collect()
}

/// The context of comparing two users.
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
        // Instance ids and directory user ids always differ between instances: make them equal.
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

/// The changes that turn `user` into `other`, kept only where the opposite direction has a change at the same path,
/// too. A channel setting and the phone block can hold the same value: one direction then reports a change and the
/// other does not, and the users are equal there. If both directions have changes but no common path, all of them are
/// differences.
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

/// The change with the values that the two users have at its path, and the matching kind. Tags stay as they were found.
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

    /// Whether both instances have the same users. `false` if a user could not be read.
    pub fn is_same(&self) -> bool {
        let users = [&self.only_source, &self.only_target];
        users.iter().all(|users| users.is_empty()) && self.different.is_empty() && self.failed.is_empty()
    }
}

impl fmt::Display for InstanceComparison {
    /// Writes a line for each user that differs, a line for each difference, and a last line with the counts.
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
