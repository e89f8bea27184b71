//! The names that a program may use instead of ids.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    attributes::{Attributes, is_final, what_it_has},
    finding::not_checked,
};
use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, ErrorKind, ListRoutingProfiles, ListSecurityProfiles,
        NamedResource, SearchUserHierarchyGroups, all_pages,
    },
    user::{
        Arn, Code, Diagnostic, HierarchyGroupId, Id, IdKind, Input, InstanceId, Named, Path, Property,
        SecurityProfileType, UserSpec, nearest,
    },
    validate::Names,
};

/// The routing profiles, security profiles and hierarchy groups of an instance, by id and by name.
///
/// Give it to [`Context`](crate::validate::Context) as `names`: specs may then use names instead of ids
/// (`name:Agents`, `path:Europe/Berlin`), and ids are checked to exist. A plan that cannot succeed is refused
/// before the first call.
///
/// ```
/// use connect_user::{
///     client::memory::{MemoryConnect, MemoryInstance},
///     read::Directory,
///     user::{IdentityManagementType, UserSpec},
///     validate::{Context, validate},
/// };
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let connect = MemoryConnect::new();
/// connect.add_instance(
///     MemoryInstance::new("1c2d", IdentityManagementType::Saml)
///         .with_named_routing_profile("7a9b", "Agents")
///         .with_named_security_profile("5e6f", "Agent"),
/// );
/// let directory = Directory::read(&"1c2d".into(), &connect).await?;
/// let spec = UserSpec::builder()
///     .instance_id("1c2d")
///     .name("jane")
///     .routing_profile_id("name:Agent")
///     .security_profile_ids(["name:Agent"])
///     .build();
/// let report = validate(&spec, &Context::builder().names(&directory).build());
/// let violation = report.errors().next().expect("a mistake");
/// assert_eq!(violation.message, "the instance `1c2d` has no routing profile of the name `Agent`");
/// assert_eq!(violation.help.as_deref(), Some("did you mean `Agents`?"));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Directory {
    instance: InstanceId,
    pub(super) routing_profiles: Kind,
    pub(super) security_profiles: Kind,
    pub(super) hierarchy_groups: Kind,
    /// The security profiles that AWS manages.
    aws_managed: BTreeSet<String>,
    attributes: Attributes,
    checks_ids: bool,
}

/// All profiles or groups of one kind.
#[derive(Debug, Default)]
pub(super) struct Kind {
    /// The error, if this kind could not be listed.
    error: Option<ClientError>,
    /// The paths, by id; a profile has a path with one element.
    paths: BTreeMap<String, Vec<String>>,
    /// The ids, by name.
    ids: HashMap<String, Vec<String>>,
}

impl Directory {
    /// Lists the profiles and groups of an instance, with three calls; more if it has more than 1,000 profiles of a
    /// kind, or more than 100 groups.
    ///
    /// A kind that cannot be listed is left out: its names cannot be used, and its ids are not checked.
    /// [`unchecked`](Self::unchecked) returns a diagnostic for it.
    ///
    /// # Errors
    ///
    /// If the instance does not exist, the service cannot be reached, or the call was cancelled.
    pub async fn read(instance: &InstanceId, client: &dyn ConnectClient) -> ClientResult<Self> {
        let one = |name: String| vec![name];
        let routing = all_pages(client, ListRoutingProfiles::new(instance.clone())).await;
        let security = all_pages(client, ListSecurityProfiles::new(instance.clone())).await;
        let groups = all_pages(client, SearchUserHierarchyGroups::new(instance.clone())).await;
        let is_of_aws =
            |profile: &&NamedResource| profile.managed_by == Some(SecurityProfileType::AwsManaged);
        let aws_managed =
            security.iter().flatten().filter(is_of_aws).map(|profile| profile.id.clone()).collect();
        Ok(Self {
            aws_managed,
            instance: instance.to_bare(),
            routing_profiles: Kind::new(routing, |found| (found.id, one(found.name)))?,
            security_profiles: Kind::new(security, |found| (found.id, one(found.name)))?,
            hierarchy_groups: Kind::new(groups, |found| (found.id.bare().to_owned(), found.path))?,
            attributes: Attributes::default(),
            checks_ids: true,
        })
    }

    /// Lists the predefined attributes of the instance, too, unless they are listed already: one call per 100
    /// attributes. From then on, the proficiencies of specs are checked like ids: each must name an attribute and one
    /// of its values. Returns whether the attributes were not listed before the call.
    ///
    /// If they cannot be listed, proficiencies are not checked: see [`unchecked`](Self::unchecked).
    ///
    /// # Errors
    ///
    /// The errors of [`read`](Self::read).
    pub async fn read_attributes(&self, client: &dyn ConnectClient) -> ClientResult<bool> {
        self.attributes.read(&self.instance, client).await
    }

    /// Why proficiencies are not checked, if listing the attributes failed.
    pub(super) fn unchecked_attributes(&self) -> Option<Diagnostic> {
        self.attributes.unchecked(&self.instance)
    }

    /// Returns what is not checked, and why: a diagnostic for each kind that could not be listed, if ids are checked.
    pub fn unchecked(&self) -> impl Iterator<Item = Diagnostic> {
        let kinds = [
            ("routing profiles", &self.routing_profiles),
            ("security profiles", &self.security_profiles),
            ("hierarchy groups", &self.hierarchy_groups),
        ];
        let instance = &self.instance;
        let kinds = kinds.into_iter().filter_map(move |(what, kind)| {
            let error = kind.error.as_ref()?;
            let what = format_args!(
                "whether the {what} of programs exist in the instance `{instance}` was not checked"
            );
            Some(not_checked(what, error))
        });
        kinds.chain(self.unchecked_attributes()).filter(|_| self.checks_ids)
    }

    /// Whether listing again would return no more: all failed listings failed because the caller is not allowed to
    /// list.
    pub(super) fn lasts(&self) -> bool {
        let kinds = [&self.routing_profiles, &self.security_profiles, &self.hierarchy_groups];
        let mut errors = kinds.into_iter().filter_map(|kind| kind.error.as_ref());
        errors.all(|error| error.kind() == ErrorKind::AccessDenied)
    }

    /// Turns checks of ids and proficiencies off: for an in-memory service that accepts any id.
    #[must_use]
    pub const fn without_checking_ids(mut self) -> Self {
        self.checks_ids = false;
        self
    }

    /// Replaces ids in a spec by names, where a name is unambiguous.
    pub fn with_names(&self, spec: &mut UserSpec) {
        self.routing_profiles.name(&mut spec.routing_profile_id);
        if let Input::Known(ids) = &mut spec.security_profile_ids {
            ids.iter_mut().for_each(|id| self.security_profiles.name(id));
        }
        spec.hierarchy_group_id.iter_mut().for_each(|id| self.hierarchy_groups.name(id));
    }

    /// Returns the name of the profile with this id, or the path of the hierarchy group, such as `Europe/Berlin`. A
    /// security profile that AWS manages is marked: `Agent, AWS-managed`. `None` if the id is not known, or the name
    /// equals the id.
    ///
    /// [`PreviewText::with_names`](crate::diff::PreviewText::with_names) shows it beside the id.
    pub fn name_of(&self, property: Property, id: &str) -> Option<String> {
        let arn = id.parse::<Arn>().ok();
        let id = arn.as_ref().and_then(Arn::resource).map_or(id, |(_, id)| id);
        let name = self.path_of(property, id).filter(|name| name != id)?;
        let is_of_aws = property == Property::SecurityProfileIds && self.aws_managed.contains(id);
        Some(if is_of_aws { format!("{name}, AWS-managed") } else { name })
    }

    /// The name of the profile with this bare id, or the path of the hierarchy group. `None` if the instance does not
    /// list it.
    pub(crate) fn path_of(&self, property: Property, id: &str) -> Option<String> {
        Some(self.kind(property)?.paths.get(id)?.join("/"))
    }

    /// The ids of the profiles with this name, or of the hierarchy groups with this path.
    #[cfg(feature = "interop")]
    pub(crate) fn at(&self, property: Property, path: &str) -> Vec<String> {
        self.kind(property).map(|kind| kind.at(path)).unwrap_or_default()
    }

    /// The names of all profiles that a property may refer to, or the paths of all groups.
    #[cfg(feature = "interop")]
    pub(crate) fn paths(&self, property: Property) -> Vec<String> {
        let kinds = self.kind(property).into_iter();
        kinds.flat_map(|kind| kind.paths.values()).map(|path| path.join("/")).collect()
    }

    /// Why the profiles or groups that a property may refer to could not be listed.
    #[cfg(feature = "interop")]
    pub(crate) fn unlisted(&self, property: Property) -> Option<&ClientError> {
        self.kind(property)?.error.as_ref()
    }

    /// The predefined attributes with their values, if they were [read](Self::read_attributes) and the instance is not
    /// an open in-memory instance, in which all attributes exist.
    #[cfg(feature = "interop")]
    pub(crate) fn attributes(&self) -> Option<&BTreeMap<String, BTreeSet<String>>> {
        self.attributes.listed().filter(|_| !self.is_open())
    }

    /// The profiles or groups that a property may refer to.
    const fn kind(&self, property: Property) -> Option<&Kind> {
        match property {
            Property::RoutingProfileId => Some(&self.routing_profiles),
            Property::SecurityProfileIds => Some(&self.security_profiles),
            Property::HierarchyGroupId => Some(&self.hierarchy_groups),
            _ => None,
        }
    }

    /// Whether the instance is an open in-memory instance, in which all profiles exist: all names equal the ids.
    pub(crate) fn is_open(&self) -> bool {
        let profiles = [&self.routing_profiles, &self.security_profiles];
        profiles.iter().all(|kind| kind.error.is_none() && !kind.is_whole())
    }

    pub(super) fn look_up<K: IdKind>(
        &self,
        kind: &Kind,
        code: Code,
        path: Path,
        id: &mut Input<Id<K>>,
    ) -> Option<Diagnostic> {
        let known = id.known()?;
        let error = |code, message: String, help: String| {
            Some(Diagnostic::new(code, message).at(path).with_help(help))
        };
        let what = K::NAME.trim_start_matches("an ").trim_start_matches("a ");
        let instance = &self.instance;
        let Some(named) = known.named() else {
            let is_there = !kind.is_whole() || kind.paths.contains_key(known.bare());
            if is_there || !self.checks_ids || known.check().is_err() {
                return None;
            }
            let message = format!("the instance `{instance}` has no {what} `{}`", known.bare());
            return error(code, message, kind.some_names());
        };
        if let Some(reason) = &kind.error {
            let message = format!("names of {what}s cannot be looked up: {reason}");
            let help = match reason.kind() {
                ErrorKind::AccessDenied => {
                    format!("write its id, or allow `{}`", reason.operation().iam_action())
                }
                _ => "write its id, or run it again".to_owned(),
            };
            return error(Code::NAMES_NOT_LISTED, message, help);
        }
        let (found, form, text) = match named {
            Named::Name(name) => (kind.ids.get(name).cloned().unwrap_or_default(), "of the name", name),
            Named::Path(text) => (kind.at(text.trim_matches('/')), "at the path", text),
        };
        match found.as_slice() {
            [only] => {
                *id = Input::Known(Id::new(only.as_str()));
                None
            }
            [] => {
                let near = kind.nearest(named).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| kind.some_names());
                error(code, format!("the instance `{instance}` has no {what} {form} `{text}`"), help)
            }
            several => {
                let message =
                    format!("the instance `{instance}` has {} {what}s {form} `{text}`", several.len());
                let help = format!("write one of `{}`", kind.distinct(several).join("`, `"));
                error(Code::AMBIGUOUS_NAME, message, help)
            }
        }
    }
}

impl Names for Directory {
    fn resolve(&self, spec: &mut UserSpec) -> Vec<Diagnostic> {
        // This directory cannot check users of another instance.
        if spec.instance_id.known().is_some_and(|instance| *instance != self.instance) {
            return Vec::new();
        }
        let routing = Property::RoutingProfileId;
        let routing = self.look_up(
            &self.routing_profiles,
            Code::UNKNOWN_ROUTING_PROFILE,
            routing.into(),
            &mut spec.routing_profile_id,
        );
        let mut found: Vec<Diagnostic> = routing.into_iter().collect();
        if let Input::Known(ids) = &mut spec.security_profile_ids {
            for (index, id) in ids.iter_mut().enumerate() {
                let place = Path::from(Property::SecurityProfileIds).index(index);
                found.extend(self.look_up(
                    &self.security_profiles,
                    Code::UNKNOWN_SECURITY_PROFILE,
                    place,
                    id,
                ));
            }
        }
        if let Some(id) = &mut spec.hierarchy_group_id {
            let place = Property::HierarchyGroupId.into();
            found.extend(self.look_up(&self.hierarchy_groups, Code::UNKNOWN_HIERARCHY_GROUP, place, id));
        }
        // An open in-memory instance lists only attributes that are in use.
        if self.checks_ids && !self.is_open() {
            found.extend(self.attributes.check(spec, &self.instance));
        }
        found
    }
}

impl Kind {
    fn new<T>(
        listed: ClientResult<Vec<T>>,
        entry: impl Fn(T) -> (String, Vec<String>),
    ) -> ClientResult<Self> {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => return Ok(Self { error: Some(error), ..Self::default() }),
        };
        let mut kind = Self { paths: listed.into_iter().map(entry).collect(), ..Self::default() };
        for (id, path) in &kind.paths {
            if let Some(name) = path.last() {
                kind.ids.entry(name.clone()).or_default().push(id.clone());
            }
        }
        Ok(kind)
    }

    /// Whether ids that are not listed do not exist. If all names equal the ids, the instance is an open in-memory
    /// instance: it accepts any id, and lists only ids that are in use.
    fn is_whole(&self) -> bool {
        self.paths.iter().any(|(id, path)| path.last() != Some(id))
    }

    fn at(&self, path: &str) -> Vec<String> {
        let found = self.paths.iter().filter(|(_, names)| names.join("/") == path);
        found.map(|(id, _)| id.clone()).collect()
    }

    /// A group and the groups below it, if it is listed; `None` if groups cannot be listed.
    pub(super) fn below(&self, group: &str) -> Option<BTreeSet<HierarchyGroupId>> {
        if self.error.is_some() {
            return None;
        }
        let top = self.paths.get(group);
        let below = self.paths.iter().filter(|(_, path)| top.is_some_and(|top| path.starts_with(top)));
        Some(below.map(|(id, _)| HierarchyGroupId::new(id.as_str())).collect())
    }

    fn nearest(&self, named: Named<'_>) -> Option<String> {
        match named {
            Named::Name(name) => nearest(name, self.ids.keys().map(String::as_str)).map(str::to_owned),
            Named::Path(path) => {
                let paths: Vec<String> = self.paths.values().map(|names| names.join("/")).collect();
                nearest(path, paths.iter().map(String::as_str)).map(str::to_owned)
            }
        }
    }

    /// Help that lists the names that exist.
    fn some_names(&self) -> String {
        what_it_has(self.ids.keys().map(String::as_str).collect())
    }

    /// Unambiguous references to profiles or groups with the same name: by path if the path is unique, otherwise by id.
    fn distinct(&self, ids: &[String]) -> Vec<String> {
        let path_of = |id: &String| self.path_of(self.paths.get(id)?);
        ids.iter().map(|id| path_of(id).unwrap_or_else(|| id.clone())).collect()
    }

    /// The reference by path, if it leads back to this one group: it is read without white space and slashes at its ends.
    fn path_of(&self, path: &[String]) -> Option<String> {
        let joined = Some(path.join("/")).filter(|joined| joined.trim().trim_matches('/') == joined)?;
        (path.len() > 1 && self.at(&joined).len() == 1).then(|| format!("path:{joined}"))
    }

    /// Replaces an id by a name, if the name is unambiguous.
    fn name<K: IdKind>(&self, id: &mut Input<Id<K>>) {
        let Some(path) = id.known().and_then(|id| self.paths.get(id.bare())) else { return };
        let Some(name) = path.last() else { return };
        let is_alone = self.ids.get(name).is_some_and(|ids| ids.len() == 1) && name.trim() == name;
        // The path stays unambiguous if another group gets the same name later.
        if let Some(path) = self.path_of(path) {
            *id = Input::Known(Id::new(path));
        } else if is_alone {
            *id = Input::Known(Id::new(format!("name:{name}")));
        }
    }
}
