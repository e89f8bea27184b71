//! Filters for several instances: names are looked up in each, and desired users can be matched, too.

use std::collections::BTreeMap;

use super::{directory::Directory, filter::Filter, instances::Instances};
use crate::{
    client::ConnectClient,
    user::{Code, Diagnostic, Id, IdKind, Input, InstanceId, Path, Settings, UserSpec, UserState},
    validate::Names,
};

/// A [`Filter`] for several instances, with names replaced by the ids of each instance.
#[derive(Clone, Debug, Default)]
pub struct InstanceFilters(BTreeMap<InstanceId, Filter>);

impl Filter {
    /// Looks up, in each instance, the ids for the names of the filter, and the groups below its group. Makes no call
    /// if the filter needs neither. In an instance that does not have a name, no user matches.
    ///
    /// # Errors
    ///
    /// A diagnostic if no instance has a name, if a name is ambiguous, or if an instance cannot be read.
    pub async fn in_instances(
        &self,
        ids: impl IntoIterator<Item = &InstanceId>,
        instances: &Instances,
        client: &dyn ConnectClient,
    ) -> Result<InstanceFilters, Diagnostic> {
        self.looked_up(ids, instances, client, self.needs_directory()).await
    }

    /// Returns a diagnostic for a filter that no user matches. Fails if no instance has an id of the filter; that is
    /// checked only here, because it needs calls.
    #[cfg(feature = "fleet")]
    pub(crate) async fn nobody(
        &self,
        ids: impl IntoIterator<Item = &InstanceId>,
        instances: &Instances,
        client: &dyn ConnectClient,
    ) -> Result<Diagnostic, Diagnostic> {
        if self.asks_for_ids() {
            self.looked_up(ids, instances, client, true).await?;
        }
        Ok(nobody_meant())
    }

    async fn looked_up(
        &self,
        ids: impl IntoIterator<Item = &InstanceId>,
        instances: &Instances,
        client: &dyn ConnectClient,
        needs_directory: bool,
    ) -> Result<InstanceFilters, Diagnostic> {
        let mut filters = BTreeMap::new();
        let mut unknown = None;
        for id in ids {
            let id = id.to_bare();
            if filters.contains_key(&id) {
                continue;
            }
            let mut filter = self.clone();
            if needs_directory {
                let directory = instances.directory(&id, client).await.map_err(|error| error.diagnostic())?;
                let Some(directory) = directory else { continue };
                match directory.resolve_filter(&mut filter) {
                    Ok(()) => {}
                    Err(ambiguous) if ambiguous.code == Code::AMBIGUOUS_NAME => return Err(ambiguous),
                    Err(missing) => {
                        unknown.get_or_insert(missing);
                        continue;
                    }
                }
            }
            filters.insert(id, filter);
        }
        match unknown.filter(|_| filters.is_empty()) {
            Some(unknown) => Err(unknown),
            None => Ok(InstanceFilters(filters)),
        }
    }
}

impl Directory {
    /// Replaces names in a filter by ids, checks its ids, and looks up the groups below its group.
    pub(crate) fn resolve_filter(&self, filter: &mut Filter) -> Result<(), Diagnostic> {
        fn resolved<K: IdKind>(
            id: &mut Option<Id<K>>,
            look_up: impl FnOnce(&mut Input<Id<K>>) -> Option<Diagnostic>,
        ) -> Result<(), Diagnostic> {
            let Some(given) = id else { return Ok(()) };
            let mut found = Input::Known(given.clone());
            look_up(&mut found).map_or(Ok(()), Err)?;
            *id = found.known().cloned();
            Ok(())
        }
        let Self { routing_profiles, security_profiles, hierarchy_groups, .. } = self;
        let root = Path::root;
        resolved(&mut filter.routing_profile_id, |id| {
            self.look_up(routing_profiles, Code::UNKNOWN_ROUTING_PROFILE, root(), id)
        })?;
        resolved(&mut filter.security_profile_id, |id| {
            self.look_up(security_profiles, Code::UNKNOWN_SECURITY_PROFILE, root(), id)
        })?;
        resolved(&mut filter.hierarchy_group_id, |id| {
            self.look_up(hierarchy_groups, Code::UNKNOWN_HIERARCHY_GROUP, root(), id)
        })?;
        if let Some(group) = filter.hierarchy_group_id.as_ref().filter(|_| filter.with_child_groups) {
            filter.groups = hierarchy_groups.below(group.bare());
        }
        Ok(())
    }
}

impl InstanceFilters {
    /// Returns the filter of an instance; `None` if no user of the instance matches.
    pub fn get(&self, instance: &InstanceId) -> Option<&Filter> {
        self.0.get(&instance.to_bare())
    }

    /// Returns the instances whose users may match, each with its filter.
    pub fn iter(&self) -> impl Iterator<Item = (&InstanceId, &Filter)> {
        self.0.iter()
    }

    /// Whether a recorded user matches; `false` if the filter needs the groups below a group, and they could not be
    /// listed.
    pub fn holds(&self, user: &UserState) -> bool {
        self.get(&user.instance_id).is_some_and(|filter| filter.is_decided() && filter.holds(user))
    }

    /// Whether a user would match if it had the desired properties of a spec; `None` if that depends on unknown values.
    /// Properties that the spec leaves out count as not set, and default tags count as set. `names` resolves the names
    /// of the spec, in the instance of the user.
    pub fn holds_for(&self, spec: &UserSpec, settings: &Settings, names: Option<&dyn Names>) -> Option<bool> {
        let filter = match self.get(spec.instance_id.known()?) {
            Some(filter) => filter,
            None => return Some(false),
        };
        let named = names.map(|names| {
            let mut spec = spec.clone();
            // Validation reports names that are unknown or wrong.
            names.resolve(&mut spec);
            spec
        });
        filter.holds_for(named.as_ref().unwrap_or(spec), settings)
    }
}

impl Filter {
    /// Whether the filter has a condition about a profile or a group.
    #[cfg(feature = "fleet")]
    pub(crate) const fn asks_for_ids(&self) -> bool {
        self.routing_profile_id.is_some()
            || self.security_profile_id.is_some()
            || self.hierarchy_group_id.is_some()
    }

    fn holds_for(&self, spec: &UserSpec, settings: &Settings) -> Option<bool> {
        let all = [
            self.holds_for_name(spec),
            self.routing_profile_id.as_ref().map_or(Some(true), |id| is_id(&spec.routing_profile_id, id)),
            self.security_profile_id.as_ref().map_or(Some(true), |id| {
                match spec.security_profile_ids.known() {
                    Some(ids) => any(ids.iter().map(|own| is_id(own, id))),
                    None => None,
                }
            }),
            self.holds_for_group(spec),
            self.holds_for_tags(spec, settings),
        ];
        // One condition that does not hold decides, even if others are not known.
        any(all.into_iter().map(|holds| holds.map(|holds| !holds))).map(|fails| !fails)
    }

    fn holds_for_name(&self, spec: &UserSpec) -> Option<bool> {
        match spec.name.as_ref().and_then(Input::known) {
            Some(name) => Some(self.names(name)),
            None => (self.name.is_none() && self.name_prefix.is_none()).then_some(true),
        }
    }

    fn holds_for_group(&self, spec: &UserSpec) -> Option<bool> {
        match &spec.hierarchy_group_id {
            _ if self.hierarchy_group_id.is_none() => Some(true),
            None => Some(false),
            Some(Input::Known(group)) if group.named().is_none() => {
                let holds = self.has_group(Some(group));
                (holds || self.is_decided()).then_some(holds)
            }
            Some(_) => None,
        }
    }

    fn holds_for_tags(&self, spec: &UserSpec, settings: &Settings) -> Option<bool> {
        let holds = |(key, value): (&String, &String)| {
            let own = match &spec.tags {
                Some(Input::Unknown) => return None,
                Some(Input::Known(own)) => own.get(key),
                None => None,
            };
            match own {
                Some(Input::Unknown) => None,
                Some(Input::Known(own)) => Some(own == value),
                None => Some(settings.default_tags.get(key) == Some(value)),
            }
        };
        any(self.tags.iter().map(|tag| holds(tag).map(|holds| !holds))).map(|fails| !fails)
    }
}

/// A diagnostic for a filter without other mistakes that no user matches.
#[cfg(feature = "fleet")]
pub(crate) fn nobody_meant() -> Diagnostic {
    Diagnostic::new(Code::NOBODY_MEANT, "no user matches the filter")
        .with_help("check the values of its conditions; upper and lower case differ")
}

fn is_id<K: IdKind>(own: &Input<Id<K>>, id: &Id<K>) -> Option<bool> {
    own.known().filter(|own| own.named().is_none()).map(|own| own == id)
}

/// Whether at least one holds; `None` if that depends on one that is not known.
fn any(mut all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut is_known = true;
    let found = all.any(|holds| {
        is_known &= holds.is_some();
        holds == Some(true)
    });
    (found || is_known).then_some(found)
}
