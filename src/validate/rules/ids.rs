//! Ids, of the user's instance, profiles and directory.

use super::{Found, Subject, known};
use crate::{
    user::{Id, IdKind, IdentityManagementType, Input, Path, Property},
    validate::text::{characters, has_length},
};

pub(super) fn instance_length(subject: &Subject<'_>, found: &mut Found) {
    if let Some(id) = subject.spec.instance_id.known() {
        let bare = id.bare();
        if !bare.is_empty() && !has_length(bare, 1, 100) {
            let message = format!("`instanceId` has {} of at most 100", characters(bare));
            found.add(Property::InstanceId, message, "give the id that the console shows");
        }
    }
}

pub(super) fn form(subject: &Subject<'_>, found: &mut Found) {
    each_id(subject, &mut |path, id| {
        if let Err(error) = id.check() {
            found.add(path.clone(), format!("`{path}`: {error}"), error.help());
        }
    });
}

pub(super) fn instance_of_arn(subject: &Subject<'_>, found: &mut Found) {
    let Some(instance) = subject.spec.instance_id.known() else { return };
    each_id(subject, &mut |path, id| {
        if let Some(other) = id.instance().filter(|other| *other != instance.bare()) {
            found.add_related(
                path.clone(),
                format!("`{path}` is in the instance `{other}`, the user in `{}`", instance.bare()),
                "take one of the user's own instance",
                vec![Property::InstanceId.into()],
            );
        }
    });
}

/// An id of whatever kind.
trait AnyId {
    fn check(&self) -> Result<(), crate::user::IdError>;
    fn instance(&self) -> Option<&str>;
}

impl<K: IdKind> AnyId for Id<K> {
    fn check(&self) -> Result<(), crate::user::IdError> {
        Self::check(self)
    }

    fn instance(&self) -> Option<&str> {
        Self::instance(self)
    }
}

fn each_id(subject: &Subject<'_>, visit: &mut dyn FnMut(Path, &dyn AnyId)) {
    let spec = subject.spec;
    let mut one = |property: Property, id: Option<&dyn AnyId>| {
        if let Some(id) = id {
            visit(property.into(), id);
        }
    };
    one(Property::InstanceId, spec.instance_id.known().map(|id| id as &dyn AnyId));
    one(Property::HierarchyGroupId, known(&spec.hierarchy_group_id).map(|id| id as &dyn AnyId));
    one(Property::RoutingProfileId, spec.routing_profile_id.known().map(|id| id as &dyn AnyId));
    for (index, id) in spec.security_profile_ids.known().into_iter().flatten().enumerate() {
        if let Some(id) = id.known() {
            visit(Path::from(Property::SecurityProfileIds).index(index), id);
        }
    }
}

pub(super) fn directory_not_allowed(subject: &Subject<'_>, found: &mut Found) {
    if subject.is(IdentityManagementType::Saml) && subject.spec.directory_user_id.is_some() {
        let message = "`directoryUserId` is not allowed where the instance manages identities with `SAML`";
        found.add(Property::DirectoryUserId, message, "remove `directoryUserId`");
    }
}

pub(super) fn security_profile_count(subject: &Subject<'_>, found: &mut Found) {
    let ids = subject.spec.security_profile_ids.known();
    if let Some(ids) = ids.filter(|ids| !(1..=10).contains(&ids.len())) {
        let message = format!("`securityProfileIds` has {} elements, of 1 to 10", ids.len());
        found.add(Property::SecurityProfileIds, message, "give the user 1 to 10 security profiles");
    }
}

pub(super) fn duplicate_security_profile(subject: &Subject<'_>, found: &mut Found) {
    let ids = subject.spec.security_profile_ids.known().into_iter().flatten();
    let ids: Vec<_> = ids.enumerate().filter_map(|(index, id)| Some((index, Input::known(id)?))).collect();
    for (position, (index, id)) in ids.iter().enumerate() {
        if let Some((first, _)) = ids.iter().take(position).find(|(_, other)| other == id) {
            let place = |index: usize| Path::from(Property::SecurityProfileIds).index(index);
            found.add_related(
                place(*index),
                format!("`{}` is the same security profile as `{}`", place(*index), place(*first)),
                format!("give `{}` once", id.bare()),
                vec![place(*first)],
            );
        }
    }
}
