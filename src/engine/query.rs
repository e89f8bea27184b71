//! A query for users, from an engine.

use super::{
    forms::{Forms, invalid, not_known_in},
    schema::{Field, Form, Given},
};
use crate::{
    read::Filter,
    user::{
        Diagnostic, HierarchyGroup, Id, IdError, IdKind, InstanceId, Path, RoutingProfile, SecurityProfile,
        Spelling, Tags, Value,
    },
};

/// The description of `region`, which the host reads.
pub(super) const REGION: &str = "the AWS Region of the instance; otherwise the provider's";

/// A query for the users of an instance: the configuration of a Terraform list resource, or the arguments of a Pulumi
/// query.
///
/// ```
/// use connect_user::{engine::Query, user::{Spelling, Value}};
///
/// let query: Value = serde_json::from_str(r#"{ "instance_id": "1c2d", "name_prefix": "agent-" }"#)?;
/// let query = Query::read(&query, Spelling::SnakeCase).expect("a query");
/// assert_eq!(query.filter.name_prefix.as_deref(), Some("agent-"));
///
/// let misspelt: Value = serde_json::from_str(r#"{ "instance_id": "1c2d", "name_prefx": "agent-" }"#)?;
/// let mistakes = Query::read(&misspelt, Spelling::SnakeCase).expect_err("no query");
/// assert_eq!(mistakes[0].help.as_deref(), Some("did you mean `name_prefix`?"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Query {
    /// The instance.
    pub instance: InstanceId,
    /// The Region of the instance; `None` for the provider's Region.
    pub region: Option<String>,
    /// The conditions.
    pub filter: Filter,
}

impl Query {
    /// Returns the fields of a query, in the host's spelling: the instance, its Region, and the conditions of a
    /// [`Filter`].
    pub fn fields(spelling: Spelling) -> Vec<Field> {
        let field = |name, form, given, summary| Field::new(&spelling.name(name), form, given, summary);
        let optional = [
            ("region", Form::String, REGION),
            ("name", Form::String, "the exact name"),
            ("namePrefix", Form::String, "what the name begins with"),
            ("routingProfileId", Form::String, "the routing profile"),
            ("securityProfileId", Form::String, "a security profile that the user has, among others"),
            ("hierarchyGroupId", Form::String, "the hierarchy group"),
            (
                "withChildGroups",
                Form::Bool,
                "whether users of the groups below the hierarchy group are meant too",
            ),
            ("tags", Form::Map, "tags that the user has, among others"),
        ];
        let optional = optional.map(|(name, form, summary)| field(name, form, Given::Optional, summary));
        let instance = field("instanceId", Form::String, Given::Required, "the instance");
        [instance].into_iter().chain(optional).collect()
    }

    /// Validates the known values of a query in the host's spelling.
    pub fn validate(query: &Value, spelling: Spelling) -> Vec<Diagnostic> {
        checked(query, spelling).1
    }

    /// Reads a query in the host's spelling. Members whose names begin with `__` are ignored: they belong to the host.
    ///
    /// # Errors
    ///
    /// The mistakes in the query. A condition that is not known yet is a mistake: without it, the list would be
    /// another.
    pub fn read(query: &Value, spelling: Spelling) -> Result<Self, Vec<Diagnostic>> {
        let (query, mut mistakes) = checked(query, spelling);
        mistakes.extend(not_known_in(&query));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let member = |name: &str| query.get(&spelling.name(name));
        let text = |name: &str| member(name).and_then(Value::as_str);
        let tags = match member("tags") {
            Some(Value::Map(tags)) => tags.as_slice(),
            _ => &[],
        };
        let tags = tags.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        let filter = Filter::builder()
            .maybe_name(text("name"))
            .maybe_name_prefix(text("namePrefix"))
            .maybe_routing_profile_id(text("routingProfileId"))
            .maybe_security_profile_id(text("securityProfileId"))
            .maybe_hierarchy_group_id(text("hierarchyGroupId"))
            .with_child_groups(member("withChildGroups") == Some(&Value::Bool(true)))
            .tags(tags.collect::<Tags>())
            .build();
        let instance = InstanceId::new(text("instanceId").unwrap_or_default());
        Ok(Self { instance, region: text("region").map(str::to_owned), filter })
    }
}

/// Returns the members that have the form of their fields, and the mistakes in the others.
fn checked(query: &Value, spelling: Spelling) -> (Value, Vec<Diagnostic>) {
    let mut forms = Forms::of("condition");
    let query = forms.object(&Query::fields(spelling), query, &Path::root());
    let mut check = |name: &str, check: fn(&str) -> Result<(), IdError>| {
        let name = spelling.name(name).into_owned();
        if let Some(Err(error)) = query.get(&name).and_then(Value::as_str).map(check) {
            let at = Path::root().member(name.clone());
            forms.mistakes.push(invalid(format!("`{name}`: {error}"), error.help(), &at));
        }
    };
    check("instanceId", |id| InstanceId::new(id).check());
    check("routingProfileId", or_named::<RoutingProfile>);
    check("securityProfileId", or_named::<SecurityProfile>);
    check("hierarchyGroupId", or_named::<HierarchyGroup>);
    (query, forms.mistakes)
}

/// Checks an id; a name that is looked up later may replace it.
fn or_named<K: IdKind>(id: &str) -> Result<(), IdError> {
    let id = Id::<K>::new(id);
    if id.named().is_some() { Ok(()) } else { id.check() }
}
