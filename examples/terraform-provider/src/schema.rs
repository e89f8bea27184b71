//! The schema, made from the crate's table of properties.

use connect_user::user::{Bounds, Member, Path, Property, Sensitivity, Shape, Value};
use magma_protocol::tfplugin6::{
    self as proto, StringKind,
    schema::{Attribute, NestedBlock, Object, nested_block, object},
};

use crate::wire::Diagnostics;

/// Required here, although the crate would do without: Terraform tells a provider no resource name to make a
/// name from, and a block without its phone type says nothing.
const REQUIRED: [Property; 2] = [Property::Name, Property::PhoneType];

const PASSWORD_CHANGED: &str = "Always null in the state. Terraform cannot see that a write-only password has \
                                changed: a plan that replaces the user for it shows this attribute as the reason.";

const PASSWORD_WO_VERSION: &str = "With `password_wo`: a change says that the password is another. Without it, the \
                                   provider compares passwords by a fingerprint.";

const REGION: &str =
    "The AWS Region of the instance: the provider's unless it is set. A change replaces the user.";

/// Who gives a value.
#[derive(Clone, Copy, PartialEq)]
pub enum Given {
    Required,
    Optional,
    /// Who leaves it out lets it be what it is.
    OptionalComputed,
    Computed,
}

/// The form of a value.
#[derive(Clone)]
pub enum Kind {
    /// A type that has no attributes of its own, as JSON.
    Plain(&'static str),
    Object(Vec<Field>),
    Objects(Vec<Field>, object::NestingMode),
}

#[derive(Clone)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub given: Given,
    /// Whether it is neither shown nor kept: in no state and no plan.
    pub is_secret: bool,
    /// Whether it is not shown.
    pub is_sensitive: bool,
    pub description: String,
}

/// Attributes and blocks.
pub struct Schema {
    pub fields: Vec<Field>,
    pub blocks: Vec<Block>,
}

pub struct Block {
    pub name: String,
    pub fields: Vec<Field>,
    /// How many there may be; any number where it is 0.
    pub most: i64,
}

impl Block {
    /// A block that is there once at most.
    pub fn one(name: &str, fields: Vec<Field>) -> Self {
        Self { name: name.to_owned(), fields, most: 1 }
    }
}

pub const STRING: Kind = Kind::Plain(r#""string""#);
pub const NUMBER: Kind = Kind::Plain(r#""number""#);
pub const BOOL: Kind = Kind::Plain(r#""bool""#);
pub const STRINGS: Kind = Kind::Plain(r#"["set","string"]"#);
pub const STRING_LIST: Kind = Kind::Plain(r#"["list","string"]"#);
pub const STRING_MAP: Kind = Kind::Plain(r#"["map","string"]"#);

impl Field {
    pub fn new(name: &str, kind: Kind, given: Given, description: &str) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        Self { name, kind, given, is_secret: false, is_sensitive: false, description }
    }
}

impl Schema {
    /// The resource: what Terraform's `aws_connect_user` has, under the same names, and what that lacks.
    pub fn resource() -> Self {
        let mut schema = Self { fields: outputs(), blocks: Vec::new() };
        schema.fields.push(Field::new("password_changed", BOOL, Given::Computed, PASSWORD_CHANGED));
        let password = Field::new(
            "password_wo",
            STRING,
            Given::Optional,
            "As `password`, by the name of the convention.",
        );
        // Not sensitive besides: Terraform 1.11 keeps the places of sensitive values in no order, and takes another
        // order of two for drift. A write-only value is shown nowhere.
        schema.fields.push(Field { is_secret: true, ..password });
        let version = Field::new("password_wo_version", NUMBER, Given::Optional, PASSWORD_WO_VERSION);
        schema.fields.push(version);
        schema.fields.push(Field::new("region", STRING, Given::OptionalComputed, REGION));
        for property in Property::ALL {
            let given = match property {
                property if property.is_required() || REQUIRED.contains(property) => Given::Required,
                property if property.is_secret() => Given::Optional,
                _ => Given::OptionalComputed,
            };
            match property.snake_case().split_once('.') {
                None => schema.fields.push(field(*property, &property.snake_case(), given)),
                Some((block, name)) => {
                    let field = field(*property, name, given);
                    match schema.blocks.iter_mut().find(|known| known.name == block) {
                        Some(known) => known.fields.push(field),
                        None => schema.blocks.push(Block::one(block, vec![field])),
                    }
                }
            }
        }
        schema
    }

    /// The data source: the same user, found by its id or name.
    pub fn data_source() -> Self {
        let Self { mut fields, blocks } = Self::resource();
        fields.retain(|field| !field.name.starts_with("password"));
        for Block { name, fields: inner, .. } in blocks {
            let kind = Kind::Objects(inner, object::NestingMode::List);
            fields.push(Field::new(&name, kind, Given::Computed, "As in the resource."));
        }
        for field in &mut fields {
            let given = match field.name.as_str() {
                "instance_id" => Given::Required,
                "user_id" | "name" | "region" => Given::OptionalComputed,
                _ => Given::Computed,
            };
            field.give(given);
        }
        Self { fields, blocks: Vec::new() }
    }

    pub fn to_proto(&self) -> proto::Schema {
        proto::Schema { version: 0, block: Some(block(&self.fields, &self.blocks)) }
    }

    /// Refuses values where only the service gives any: Terraform leaves that to the provider.
    pub fn refuse_computed(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let is_given = |field: &&Field| {
            field.given == Given::Computed
                && config.get(&field.name).is_some_and(|value| !matches!(value, Value::Null))
        };
        for Field { name, .. } in self.fields.iter().filter(is_given) {
            diagnostics.error(
                format!("`{name}` cannot be set: the service gives it"),
                "remove it",
                Some(&Path::root().member(name.clone())),
            );
        }
    }

    /// A value with every attribute that the schema has and no other, as Terraform asks for it.
    pub fn complete(&self, value: &Value) -> Value {
        if matches!(value, Value::Null | Value::Unknown) {
            return value.clone();
        }
        let Value::Map(mut members) = complete(&self.fields, value) else { return Value::Null };
        for Block { name, fields, .. } in &self.blocks {
            let block = match value.get(name) {
                Some(Value::List(items)) => {
                    Value::List(items.iter().map(|item| complete(fields, item)).collect())
                }
                Some(Value::Unknown) => Value::Unknown,
                _ => Value::List(Vec::new()),
            };
            members.push((name.clone(), block));
        }
        Value::Map(members)
    }
}

impl Field {
    /// Gives the field, and what is in it, to somebody else.
    fn give(&mut self, given: Given) {
        self.given = given;
        if let (Kind::Object(fields) | Kind::Objects(fields, _), Given::Computed) = (&mut self.kind, given) {
            fields.iter_mut().for_each(|field| field.give(given));
        }
    }
}

/// What only the service knows.
fn outputs() -> Vec<Field> {
    let output = |name, kind, description| Field::new(name, kind, Given::Computed, description);
    vec![
        output("id", STRING, "The instance's and the user's id, with a colon between."),
        output("arn", STRING, "The user's ARN."),
        output("user_id", STRING, "The user's id."),
        output("tags_all", STRING_MAP, "Every tag on the user, those of `default_tags` included."),
    ]
}

fn field(property: Property, name: &str, given: Given) -> Field {
    let info = property.info();
    let kind = match info.shape {
        Shape::Channels | Shape::Proficiencies => Kind::Objects(members(property), object::NestingMode::Set),
        shape => plain(shape),
    };
    let bounds = match info.bounds {
        Bounds::None => String::new(),
        bounds => format!(" ({bounds})"),
    };
    let description = format!("{}{bounds}.", info.summary);
    let is_secret = info.sensitivity == Sensitivity::Secret;
    Field { is_secret, is_sensitive: is_secret, ..Field::new(name, kind, given, &description) }
}

fn plain(shape: Shape) -> Kind {
    match shape {
        Shape::Integer => NUMBER,
        Shape::Bool => BOOL,
        Shape::Set => STRINGS,
        Shape::Map => STRING_MAP,
        _ => STRING,
    }
}

fn members(property: Property) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for member in property.members() {
        let given = if member.required { Given::Required } else { Given::Optional };
        match member.snake_case().split_once('.') {
            None => fields.push(element(member, &member.snake_case(), given)),
            // The object may be left out as a whole, and not what is in it.
            Some((outer, inner)) => {
                let inner = vec![element(member, inner, Given::Required)];
                fields.push(Field::new(outer, Kind::Object(inner), given, member.summary));
            }
        }
    }
    fields
}

fn element(member: &Member, name: &str, given: Given) -> Field {
    Field::new(name, plain(member.shape), given, &format!("{}.", member.summary))
}

fn complete(fields: &[Field], value: &Value) -> Value {
    let member = |field: &Field| {
        let value = match (&field.kind, value.get(&field.name)) {
            // A secret is in no state.
            _ if field.is_secret => Value::Null,
            (_, None) => Value::Null,
            (Kind::Object(fields), Some(object @ Value::Map(_))) => complete(fields, object),
            (Kind::Objects(fields, _), Some(Value::List(items))) => {
                Value::List(items.iter().map(|item| complete(fields, item)).collect())
            }
            (_, Some(value)) => value.clone(),
        };
        (field.name.clone(), value)
    };
    match value {
        Value::Map(_) => Value::Map(fields.iter().map(member).collect()),
        other => other.clone(),
    }
}

fn block(fields: &[Field], blocks: &[Block]) -> proto::schema::Block {
    let nested = |inner: &Block| NestedBlock {
        type_name: inner.name.clone(),
        block: Some(block(&inner.fields, &[])),
        nesting: nested_block::NestingMode::List.into(),
        min_items: 0,
        max_items: inner.most,
    };
    proto::schema::Block {
        attributes: fields.iter().map(attribute).collect(),
        block_types: blocks.iter().map(nested).collect(),
        description_kind: StringKind::Markdown.into(),
        ..Default::default()
    }
}

fn attribute(field: &Field) -> Attribute {
    let (plain, nested) = match &field.kind {
        Kind::Plain(json) => (json.as_bytes().to_vec(), None),
        Kind::Object(fields) => (Vec::new(), Some((fields, object::NestingMode::Single))),
        Kind::Objects(fields, nesting) => (Vec::new(), Some((fields, *nesting))),
    };
    let nested_type = nested.map(|(fields, nesting)| Object {
        attributes: fields.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..Object::default()
    });
    Attribute {
        name: field.name.clone(),
        r#type: plain,
        nested_type,
        description: field.description.clone(),
        description_kind: StringKind::Markdown.into(),
        required: field.given == Given::Required,
        optional: matches!(field.given, Given::Optional | Given::OptionalComputed),
        computed: matches!(field.given, Given::Computed | Given::OptionalComputed),
        sensitive: field.is_sensitive,
        write_only: field.is_secret,
        ..Attribute::default()
    }
}
