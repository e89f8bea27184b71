//! Names and paths that replace ids.

use crate::user::{Diagnostic, Id, IdKind, Input, UserSpec};

/// Resolves names of profiles and groups in an instance to ids.
///
/// [`read::Directory`](https://docs.rs/connect-user/latest/connect_user/read/struct.Directory.html) reads them from the
/// service. Without `Names`, a [`Named`](crate::user::Named) id in a spec counts as unknown.
pub trait Names: std::fmt::Debug + Send + Sync {
    /// Replaces the names in a spec with ids. Reports every name that names no resource, or several, and every id that
    /// does not exist in the instance. A name that cannot be resolved stays as it is.
    fn resolve(&self, spec: &mut UserSpec) -> Vec<Diagnostic>;
}

/// Replaces names in the spec with ids. A name that cannot be resolved becomes unknown.
pub(super) fn settle(spec: &mut UserSpec, names: Option<&dyn Names>) -> Vec<Diagnostic> {
    if !has_names(spec) && names.is_none() {
        return Vec::new();
    }
    let found = names.map(|names| names.resolve(spec)).unwrap_or_default();
    forget(&mut spec.routing_profile_id);
    if let Input::Known(ids) = &mut spec.security_profile_ids {
        ids.iter_mut().for_each(forget);
    }
    spec.hierarchy_group_id.iter_mut().for_each(forget);
    found
}

pub(crate) fn has_names(spec: &UserSpec) -> bool {
    is_name(&spec.routing_profile_id)
        || spec.security_profile_ids.known().is_some_and(|ids| ids.iter().any(is_name))
        || spec.hierarchy_group_id.as_ref().is_some_and(is_name)
}

fn is_name<K: IdKind>(id: &Input<Id<K>>) -> bool {
    id.known().is_some_and(|id| id.named().is_some())
}

fn forget<K: IdKind>(id: &mut Input<Id<K>>) {
    if is_name(id) {
        *id = Input::Unknown;
    }
}
