//! What a rule looks at.

use crate::user::{
    IdentityManagementType, Input, Path, Property, Settings, TagInputs, UserSpec, UserState, merge_tags,
};

/// What a rule looks at.
pub(in crate::validate) struct Subject<'a> {
    pub(in crate::validate) spec: &'a UserSpec,
    pub(in crate::validate) settings: &'a Settings,
    /// The tags, after the provider's defaults were merged under the spec's.
    pub(in crate::validate) tags: TagInputs,
    pub(in crate::validate) proficiency_limit: usize,
    /// The user as it is.
    pub(in crate::validate) prior: Option<&'a UserState>,
    /// Whether a new user will be made.
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
            (instance || ignores(Property::InstanceId)) && (name || ignores(Property::Name))
        };
        let tags = merge_tags(&settings.default_tags, known(&spec.tags));
        Self { spec, settings, tags, proficiency_limit, prior, creates: !prior.map_or(exists, stays) }
    }

    pub(in crate::validate) fn is(&self, kind: IdentityManagementType) -> bool {
        self.settings.identity_management == Some(kind)
    }
}

/// The value of an optional input, where it is given and known.
pub(super) fn known<T>(input: &Option<Input<T>>) -> Option<&T> {
    input.as_ref().and_then(Input::known)
}

/// Whether an optional value is given. One that is not known yet may turn out to be left out.
pub(super) fn is_given<T>(input: &Option<Input<T>>) -> bool {
    known(input).is_some()
}

/// The elements of an optional list, where it is given and known, with their places.
pub(super) fn elements<T>(
    list: &Option<Input<Vec<T>>>,
    property: Property,
) -> impl Iterator<Item = (Path, &T)> {
    let list = known(list).into_iter().flatten().enumerate();
    list.map(move |(index, element)| (Path::from(property).index(index), element))
}
