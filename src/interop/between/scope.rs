//! Which users and which tags a comparison or a copy includes.

use super::{
    error::BetweenError,
    names::{NameKind, NameMap},
    translate::{Translation, attribute_names},
};
use crate::{
    read::{Directory, Filter},
    user::{
        Code, Diagnostic, Id, IdKind, IdentityManagementType, InstanceId, Settings, Severity, nearest,
        one_line,
    },
};

/// Prefix of tags that Amazon Connect sets itself: they are neither compared nor copied.
const TAGS_OF_CONNECT: &str = "connect:";

/// The settings, with the tags that Amazon Connect sets itself ignored, too.
pub(super) fn settings_between(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.ignore_tags.prefixes.insert(TAGS_OF_CONNECT.to_owned());
    settings
}

/// Whether one of two instances cannot have e-mail addresses: they are neither compared nor copied then.
pub(super) fn has_no_email(
    source: Option<IdentityManagementType>,
    target: Option<IdentityManagementType>,
) -> bool {
    [source, target].contains(&Some(IdentityManagementType::Saml))
}

/// The filter with names replaced by ids of the source.
pub(super) fn source_filter(filter: &Filter, source: &Directory) -> Result<Filter, BetweenError> {
    let mut filter = filter.clone();
    source.resolve_filter(&mut filter).map_err(|found| BetweenError::Condition(Box::new(found)))?;
    Ok(filter)
}

/// The filter of the source with ids of the target; `None` if the target lacks a name, so that no user matches.
pub(super) fn target_filter(
    filter: &Filter,
    source: (&InstanceId, &Directory),
    target: (&InstanceId, &Directory),
    names: &NameMap,
) -> Option<Filter> {
    let mut translation = Translation::new(source, target, names);
    let mut filter = filter.clone();
    let is_known = translate(&mut filter.routing_profile_id, NameKind::RoutingProfile, &mut translation)
        && translate(&mut filter.security_profile_id, NameKind::SecurityProfile, &mut translation)
        && translate(&mut filter.hierarchy_group_id, NameKind::HierarchyGroup, &mut translation);
    // The groups below the group of the filter are others in the target: resolve them there.
    (is_known && target.1.resolve_filter(&mut filter).is_ok()).then_some(filter)
}

fn translate<K: IdKind>(id: &mut Option<Id<K>>, kind: NameKind, translation: &mut Translation<'_>) -> bool {
    let Some(of_source) = id else { return true };
    let found = translation.id(kind, of_source.bare());
    *id = found.map(Id::new);
    id.is_some()
}

/// Warnings about entries for names that the source does not have. Entries for proficiencies are checked if the
/// predefined attributes of the source were [read](Directory::read_attributes).
pub(super) fn unused_names(names: &NameMap, source: &InstanceId, of_source: &Directory) -> Vec<Diagnostic> {
    let of = |kind: NameKind| match (kind, of_source.attributes()) {
        (NameKind::Proficiency, Some(attributes)) => attribute_names(attributes),
        _ => of_source.paths(kind.property()),
    };
    let is_listed = |kind: NameKind| match kind {
        // An attribute of a type that this version does not know accepts any value.
        NameKind::Proficiency => {
            of_source.attributes().is_some_and(|all| all.values().all(|values| !values.is_empty()))
        }
        _ => of_source.unlisted(kind.property()).is_none(),
    };
    let unused = names.unused(|kind| is_listed(kind).then(|| of(kind)));
    let tell = |(kind, entry): (NameKind, &str)| {
        let (old, _) = entry.split_once('=').unwrap_or((entry, ""));
        let message = format!("the instance `{source}` has no {} `{}`", kind.what(), one_line(old));
        let near = of(kind);
        let near = nearest(old, near.iter().map(String::as_str));
        let help =
            near.map_or_else(|| "leave the entry out".to_owned(), |near| format!("did you mean `{near}`?"));
        Diagnostic::new(Code::NOT_CHECKED, message).with_severity(Severity::Warning).with_help(help)
    };
    unused.map(tell).collect()
}
