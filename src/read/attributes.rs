//! The predefined attributes of an instance, with their values, which proficiencies refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::{finding::not_checked, once::Once};
use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, ErrorKind, PredefinedAttribute, SearchPredefinedAttributes,
        all_pages,
    },
    user::{
        Code, Diagnostic, Input, InstanceId, Path, Property, UserProficiency, UserSpec, nearest, some_of,
    },
};

/// The predefined attributes, listed once: each name with its values, or the error of listing them.
#[derive(Debug, Default)]
pub(super) struct Attributes(Once<ClientResult<BTreeMap<String, BTreeSet<String>>>>);

impl Attributes {
    /// Lists the attributes, if they were not listed yet. Returns whether they were not listed before the call.
    pub(super) async fn read(&self, instance: &InstanceId, client: &dyn ConnectClient) -> ClientResult<bool> {
        let is_first = self.0.get().is_none();
        let list = || async {
            match all_pages(client, SearchPredefinedAttributes::new(instance.clone())).await {
                Err(error) if is_final(&error) => Err(error),
                Err(error) => Ok(Err(error)),
                Ok(listed) => {
                    let known = |attribute: PredefinedAttribute| (attribute.name, attribute.values);
                    Ok(Ok(listed.into_iter().map(known).collect()))
                }
            }
        };
        self.0.get_or_try(list).await.map(|_| is_first)
    }

    /// The attributes, if they were listed.
    #[cfg(feature = "interop")]
    pub(super) fn listed(&self) -> Option<&BTreeMap<String, BTreeSet<String>>> {
        self.0.get()?.as_ref().ok()
    }

    /// A diagnostic with the reason, if listing failed.
    pub(super) fn unchecked(&self, instance: &InstanceId) -> Option<Diagnostic> {
        let error = self.0.get()?.as_ref().err()?;
        let what = format_args!(
            "whether the proficiencies of programs exist in the instance `{instance}` was not checked"
        );
        Some(not_checked(what, error))
    }

    /// Checks the known proficiencies of a spec against the listed attributes.
    pub(super) fn check(&self, spec: &UserSpec, instance: &InstanceId) -> Vec<Diagnostic> {
        let (Some(Ok(known)), Some(Input::Known(proficiencies))) = (self.0.get(), &spec.user_proficiencies)
        else {
            return Vec::new();
        };
        let place = |index| Path::from(Property::UserProficiencies).index(index);
        let all = proficiencies.iter().enumerate();
        all.filter_map(|(index, proficiency)| check(proficiency, place(index), known, instance)).collect()
    }
}

/// Whether all other calls to the instance, or all further calls of this caller, would fail, too.
pub(super) fn is_final(error: &ClientError) -> bool {
    let kind = error.kind();
    error.is_of_caller()
        || matches!(kind, ErrorKind::NotFound | ErrorKind::Unreachable | ErrorKind::Credentials)
}

fn check(
    proficiency: &UserProficiency,
    place: Path,
    known: &BTreeMap<String, BTreeSet<String>>,
    instance: &InstanceId,
) -> Option<Diagnostic> {
    let name = proficiency.attribute_name.known()?;
    let error = |member: &'static str, message: String, given: &str, offered: Vec<&str>| {
        let help = match nearest(given, offered.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => what_it_has(offered),
        };
        Some(Diagnostic::new(Code::UNKNOWN_PROFICIENCY, message).at(place.member(member)).with_help(help))
    };
    let Some(values) = known.get(name) else {
        let message = format!("the instance `{instance}` has no predefined attribute `{name}`");
        return error("attributeName", message, name, known.keys().map(String::as_str).collect());
    };
    let value = proficiency.attribute_value.known()?;
    // An attribute without values has values of a type that this version does not know.
    if values.is_empty() || values.contains(value) {
        return None;
    }
    let message =
        format!("the predefined attribute `{name}` of the instance `{instance}` has no value `{value}`");
    error("attributeValue", message, value, values.iter().map(String::as_str).collect())
}

/// Help that lists the names that exist.
pub(crate) fn what_it_has(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    match &*names {
        [] => "it has none: create one first".to_owned(),
        names => format!("it has {}", some_of(names.iter().copied())),
    }
}
