//! Rules for the ids of the user's instance, profiles and directory.

use std::{cell::LazyCell, collections::HashMap};

use super::{
    found::{Found, Weight},
    subject::{Subject, is_given, known},
};
use crate::user::{
    Arn, Id, IdKind, IdentityManagementType, Path, Property,
    bounds::{length, outside},
};

pub(super) fn instance_length(subject: &Subject<'_>, found: &mut Found) {
    if let Some(id) = subject.spec.instance_id.known() {
        // An empty id is reported by the rule for its form.
        let problem = length(Property::InstanceId.info().bounds, id.bare()).filter(|_| !id.bare().is_empty());
        found.add_bounds(Property::InstanceId, problem, "give the id that the console shows");
    }
}

pub(super) fn form(subject: &Subject<'_>, found: &mut Found) {
    each_id(subject, &mut |path, id| {
        if let Err(error) = id.check() {
            let message = format!("`{path:#}`: {error}");
            found.add_message(Weight::Usual, path, message, error.help());
        }
    });
}

pub(super) fn home_of_arn(subject: &Subject<'_>, found: &mut Found) {
    let Some(instance) = subject.spec.instance_id.known() else { return };
    let home = LazyCell::new(|| home(subject));
    each_id(subject, &mut |path, id| {
        let Some(arn) = id.arn() else { return };
        let related = vec![Property::InstanceId.into()];
        if arn.instance() != instance.bare() {
            let what =
                format_args!("is in the instance `{}`, the user in `{}`", arn.instance(), instance.bare());
            found.add_related(path, what, "take one of the user's own instance", related);
            return;
        }
        let Some(home) = &*home else { return };
        for (what, other, own) in [
            ("partition", arn.partition(), home.partition()),
            ("Region", arn.region(), home.region()),
            ("account", arn.account(), home.account()),
        ] {
            if other != own {
                let wrong = format_args!("is in the {what} `{other}`, the user's instance in `{own}`");
                let help = format!("take one of the {what} `{own}`, or give the bare id");
                found.add_related(path, wrong, help, related);
                return;
            }
        }
    });
}

/// Returns an ARN in the user's instance: that of the instance, or that of the actual user.
fn home(subject: &Subject<'_>) -> Option<Arn> {
    let instance = subject.spec.instance_id.known()?;
    let prior = subject.prior.filter(|prior| prior.instance_id == *instance);
    let recorded = prior.and_then(|prior| prior.arn.parse().ok());
    recorded.or_else(|| instance.arn())
}

/// An id of any kind.
trait AnyId {
    fn check(&self) -> Result<(), crate::user::IdError>;
    fn arn(&self) -> Option<Arn>;
}

impl<K: IdKind> AnyId for Id<K> {
    fn check(&self) -> Result<(), crate::user::IdError> {
        Self::check(self)
    }

    fn arn(&self) -> Option<Arn> {
        Self::arn(self)
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
    if subject.is(IdentityManagementType::Saml) && is_given(&subject.spec.directory_user_id) {
        let what = "is not allowed where the instance manages identities with `SAML`";
        found.add(Property::DirectoryUserId, what, format!("remove `{:#}`", Property::DirectoryUserId));
    }
}

pub(super) fn security_profile_count(subject: &Subject<'_>, found: &mut Found) {
    let property = Property::SecurityProfileIds;
    let ids = subject.spec.security_profile_ids.known();
    let problem = ids.and_then(|ids| outside(property.info().bounds, ids.len()));
    found.add_bounds(property, problem, "give the user 1 to 10 security profiles");
}

pub(super) fn duplicate_security_profile(subject: &Subject<'_>, found: &mut Found) {
    let mut first_places = HashMap::new();
    for (index, id) in subject.spec.security_profile_ids.known().into_iter().flatten().enumerate() {
        let Some(id) = id.known() else { continue };
        let first = *first_places.entry(id).or_insert(index);
        if first != index {
            let place = |index: usize| Path::from(Property::SecurityProfileIds).index(index);
            found.add_related(
                place(index),
                format_args!("is the same security profile as `{:#}`", place(first)),
                format!("give `{}` once", id.bare()),
                vec![place(first)],
            );
        }
    }
}
