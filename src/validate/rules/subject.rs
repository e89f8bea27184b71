//! The subject of a rule.

use crate::user::{
    IdentityManagementType, Input, PasswordPolicy, Path, Property, Settings, TagInputs, UserSpec, UserState,
    merge_tags,
};

/// The subject of a rule: the spec, with its context.
pub(in crate::validate) struct Subject<'a> {
    pub(in crate::validate) spec: &'a UserSpec,
    pub(in crate::validate) settings: &'a Settings,
    /// The tags of the spec, merged over the provider's default tags.
    pub(in crate::validate) tags: TagInputs,
    pub(in crate::validate) proficiency_limit: usize,
    /// The prior state.
    pub(in crate::validate) prior: Option<&'a UserState>,
    /// Whether a new user will be created.
    pub(in crate::validate) creates: bool,
}

impl<'a> Subject<'a> {
    pub(in crate::validate) fn new(
        spec: &'a UserSpec,
        settings: &'a Settings,
        proficiency_limit: usize,
        prior: Option<&'a UserState>,
        exists: bool,
    ) -> Self {
        let stays = |prior: &UserState| {
            let instance = spec.instance_id.known().is_none_or(|id| *id == prior.instance_id);
            let name = spec.name.as_ref().and_then(Input::known).is_none_or(|name| *name == prior.name);
            let ignores = |property| settings.ignores(property);
            // The host knows that the password has changed, and lets it replace the user.
            let password = settings.password != PasswordPolicy::Replace
                || settings.password_changed != Some(true)
                || spec.password.is_none();
            (instance || ignores(Property::InstanceId))
                && (name || ignores(Property::Name))
                && (password || ignores(Property::Password))
        };
        let tags = merge_tags(&settings.default_tags, known(&spec.tags));
        Self { spec, settings, tags, proficiency_limit, prior, creates: !prior.map_or(exists, stays) }
    }

    pub(in crate::validate) fn is(&self, kind: IdentityManagementType) -> bool {
        self.settings.identity_management == Some(kind)
    }
}

/// Returns the value of an optional input, if it is given and known.
pub(super) fn known<T>(input: &Option<Input<T>>) -> Option<&T> {
    input.as_ref().and_then(Input::known)
}

/// Whether an optional value is given. A value that is not known yet may turn out to be left out.
pub(super) fn is_given<T>(input: &Option<Input<T>>) -> bool {
    known(input).is_some()
}

/// Returns the elements of an optional list, if it is given and known, with their paths.
pub(super) fn elements<T>(
    list: &Option<Input<Vec<T>>>,
    property: Property,
) -> impl Iterator<Item = (Path, &T)> {
    let list = known(list).into_iter().flatten().enumerate();
    list.map(move |(index, element)| (Path::from(property).index(index), element))
}
