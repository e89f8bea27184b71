//! A state as JSON: Pulumi's outputs, flat, and the record.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeSeq};

use super::{
    AfterContactWorkConfigPerChannel, ExposeSecrets, Input, LastModified, Property, PropertySet, Record,
    Replaced, SortedSet, Tags, Timestamp, Unfinished, UserId, UserSpec, UserState, Value,
    node::{Content, Place, Secrets},
    output::{IDENTITY, is_output},
    settle::Settle,
    value::ValueReader,
    version::Newer,
};

/// A state: its ids, the members of its spec, and the rest.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    spec: Value,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    /// Derived from two other members; only for people and other tools.
    id: Option<String>,
    arn: String,
    user_id: UserId,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    #[serde(default)]
    tags_all: Tags,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_modified_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_modified_region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proficiencies_last_modified: Option<LastModified>,
    /// The version of the form; states without a version have the first.
    #[serde(default)]
    version: u32,
    #[serde(default)]
    managed: PropertySet,
    #[serde(default, skip_serializing_if = "SortedSet::is_empty")]
    managed_tags: SortedSet<String>,
    #[serde(default, skip_serializing_if = "SortedSet::is_empty")]
    default_tags: SortedSet<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unrecognised: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_written: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(default, rename = "underWay", skip_serializing_if = "is_false")]
    in_progress: bool,
    #[serde(default, skip_serializing_if = "is_none")]
    unread: PropertySet,
    /// Written by versions without `unread`: a search had found the user.
    #[serde(default, skip_serializing)]
    partial: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unfinished: Option<Leftover>,
}

/// The members of [`Rest`] that are no outputs. Members in neither list belong to the spec, whose reader reports
/// unknown members.
const RECORD: &[&str] = &[
    "version",
    "managed",
    "managedTags",
    "defaultTags",
    "unrecognised",
    "lastWritten",
    "created",
    "underWay",
    "unread",
    "partial",
    "unfinished",
];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Leftover {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaced: Vec<Replaced>,
    #[serde(default = "no_value", skip_serializing_if = "is_null")]
    after_contact_work_configs: Value,
    #[serde(default, skip_serializing_if = "is_false")]
    sign_out: bool,
}

fn no_value() -> Value {
    Value::Null
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_none(set: &PropertySet) -> bool {
    set.is_empty()
}

fn is_null(value: &Value) -> bool {
    *value == Value::Null
}

impl UserState {
    /// The version of the JSON that this crate writes; a later version is refused.
    pub const VERSION: u32 = 1;

    fn document(&self, secrets: Secrets) -> Document {
        let Record {
            managed,
            tag_keys,
            default_tag_keys,
            unfinished,
            unrecognised,
            last_written,
            created,
            in_progress,
            unread,
            password: _,
        } = &self.record;
        let account =
            Account { id: Some(self.id().to_string()), arn: self.arn.clone(), user_id: self.user_id.clone() };
        let rest = Rest {
            tags_all: self.tags_all.clone(),
            last_modified_time: self.last_modified_time,
            last_modified_region: self.last_modified_region.clone(),
            proficiencies_last_modified: self.proficiencies_last_modified.clone(),
            version: Self::VERSION,
            managed: *managed,
            managed_tags: tag_keys.clone(),
            default_tags: default_tag_keys.clone(),
            unrecognised: unrecognised.clone(),
            last_written: *last_written,
            created: *created,
            in_progress: *in_progress,
            unread: *unread,
            partial: false,
            unfinished: (!unfinished.is_empty()).then(|| Leftover {
                replaced: unfinished.replaced.clone(),
                after_contact_work_configs: match &unfinished.after_contact_work {
                    work if work.is_empty() => Value::Null,
                    work => Limits::of(work).encode(secrets).unwrap_or(Value::Null),
                },
                sign_out: unfinished.sign_out,
            }),
        };
        Document { account, spec: self.whole_spec().document(secrets), rest }
    }

    fn from_document<E: de::Error>(document: Document) -> Result<Self, E> {
        let Document { account, spec, rest: document } = document;
        let spec = UserSpec::decode(spec).map_err(E::custom)?;
        let unreadable = || match spec.unknowns().first() {
            Some(place) => E::custom(format_args!("`{place}` is not known")),
            None => E::custom("a number is out of its bounds"),
        };
        let properties = spec.settle().ok_or_else(unreadable)?;
        let known = |input: &Option<Input<String>>| input.as_ref().and_then(|input| input.known().cloned());
        let after_contact_work =
            match document.unfinished.as_ref().map(|left| &left.after_contact_work_configs) {
                None | Some(Value::Null) => BTreeMap::new(),
                Some(list) => {
                    read_limits(list.clone()).ok_or_else(|| E::custom("`unfinished` cannot be read"))?
                }
            };
        Ok(Self {
            instance_id: spec.instance_id.known().cloned().ok_or_else(unreadable)?,
            user_id: account.user_id,
            arn: account.arn,
            name: known(&spec.name).ok_or_else(|| E::missing_field("name"))?,
            directory_user_id: known(&spec.directory_user_id),
            properties,
            tags_all: document.tags_all,
            last_modified_time: document.last_modified_time,
            last_modified_region: document.last_modified_region,
            proficiencies_last_modified: document.proficiencies_last_modified,
            record: Record {
                managed: document.managed,
                tag_keys: document.managed_tags,
                default_tag_keys: document.default_tags,
                unfinished: Unfinished {
                    sign_out: document.unfinished.as_ref().is_some_and(|left| left.sign_out),
                    replaced: document.unfinished.map(|left| left.replaced).unwrap_or_default(),
                    after_contact_work,
                },
                unrecognised: document.unrecognised,
                last_written: document.last_written,
                created: document.created,
                in_progress: document.in_progress,
                unread: match document.partial {
                    true => document.unread.union(PropertySet::NOT_IN_SEARCH),
                    false => document.unread,
                },
                password: spec.password.and_then(Input::into_known),
            },
        })
    }
}

/// After contact work per channel, in the form of a spec.
type Limits = Vec<AfterContactWorkConfigPerChannel>;

fn read_limits(list: Value) -> Option<BTreeMap<super::Channel, super::AfterContactWork>> {
    Limits::decode(list, &Place::Root, &mut Vec::new())?.settle()
}

impl Serialize for UserState {
    /// Writes the state in camelCase, without the password.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document(Secrets::LeftOut).serialize(serializer)
    }
}

impl Serialize for ExposeSecrets<'_, UserState> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.document(Secrets::Exposed).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UserState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Map(members) = Value::deserialize(deserializer)? else {
            return Err(de::Error::custom("a state is an object"));
        };
        let (account, members) = parted(members, |name| IDENTITY.contains(&name));
        let (rest, spec) = parted(members, |name| is_output(name) || RECORD.contains(&name));
        // The version decides which form the rest may have.
        let version = match rest.iter().find(|(name, _)| name == "version").map(|(_, version)| version) {
            None => None,
            Some(Value::Integer(version)) => u64::try_from(*version).ok(),
            Some(_) => return Err(de::Error::custom("`version` must be a whole number")),
        };
        Newer::check("the state", version, Self::VERSION.into())?;
        let (account, rest) = (read_members::<_, D::Error>(account)?, read_members::<_, D::Error>(rest)?);
        Self::from_document(Document { account, spec: Value::Map(spec), rest })
    }
}

type Members = Vec<(String, Value)>;

fn read_members<'de, T: Deserialize<'de>, E: de::Error>(members: Members) -> Result<T, E> {
    T::deserialize(ValueReader::<E>::new(Value::Map(members)))
}

/// Splits the members into those with such names and the others.
fn parted(members: Members, is_meant: impl Fn(&str) -> bool) -> (Members, Members) {
    members.into_iter().partition(|(name, _)| is_meant(name))
}

impl Serialize for PropertySet {
    /// Writes the paths, in the order of the table.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for property in self.iter() {
            list.serialize_element(property.path())?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for PropertySet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Paths;

        impl<'de> de::Visitor<'de> for Paths {
            type Value = PropertySet;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of property paths")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut access: A) -> Result<PropertySet, A::Error> {
                let mut set = PropertySet::EMPTY;
                while let Some(path) = access.next_element::<String>()? {
                    let property = Property::from_path(&path)
                        .ok_or_else(|| de::Error::custom(format_args!("there is no property `{path}`")))?;
                    set.insert(property);
                }
                Ok(set)
            }
        }

        deserializer.deserialize_seq(Paths)
    }
}
