//! What the resource has, made from the table of properties, and rendered for engines.

mod json;
mod pulumi;
mod terraform;

use crate::user::{
    Bounds, IDENTITY, LeftOut, Member, Path, Property, Sensitivity, Shape, Spelling, TAGS_ALL, Value,
};

/// What the resource has: its inputs and outputs, in the host's spelling.
///
/// A host whose engine has a schema language that is not rendered here walks the fields.
///
/// ```
/// use connect_user::{engine::{Given, Schema}, user::Spelling};
///
/// let schema = Schema::new(Spelling::SnakeCase);
/// let name = schema.field("name").expect("a field");
/// assert_eq!((name.given, name.replaces), (Given::OptionalComputed, true));
/// let phone = schema.field("phone_config").expect("a block");
/// assert!(phone.fields().iter().any(|field| field.name == "desk_phone_number"));
/// assert_eq!(schema.secrets().iter().map(ToString::to_string).collect::<Vec<_>>(), ["password"]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Schema {
    /// The fields at the top, in the order of the documentation; those that only the service gives come last.
    pub fields: Vec<Field>,
    configuration: Vec<Field>,
    spelling: Spelling,
}

/// A field of the resource.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Field {
    /// The name, in the host's spelling.
    pub name: String,
    /// The property that it is; `None` for a block of several, for what stands in a list, and for outputs.
    pub property: Option<Property>,
    /// The form of its value.
    pub form: Form,
    /// Who gives it.
    pub given: Given,
    /// The least and the most that it may hold.
    pub bounds: Bounds,
    /// How careful one must be with its value.
    pub sensitivity: Sensitivity,
    /// Whether a change makes a new user.
    pub replaces: bool,
    /// What the service has where it is left out.
    pub default: Option<Value>,
    /// What it is, in sentences.
    pub description: String,
    /// What to use instead, where the field is outdated. No field is today.
    pub deprecated: Option<String>,
}

/// The form of a value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Form {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number that may have a fraction.
    Number,
    /// `true` or `false`.
    Bool,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// Texts whose order means nothing.
    Set,
    /// Texts in their order.
    List,
    /// Texts by keys.
    Map,
    /// An object, of which there is one at most.
    Object(Vec<Field>),
    /// Objects whose order means nothing.
    Objects(Vec<Field>),
}

/// Who gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Given {
    /// The program must.
    Required,
    /// The program may; without it, there is none.
    Optional,
    /// The program may; without it, there is what the service or the engine gives.
    OptionalComputed,
    /// Only the service.
    Computed,
}

impl Schema {
    /// The schema in the host's spelling.
    pub fn new(spelling: Spelling) -> Self {
        let mut fields: Vec<Field> = Vec::new();
        for property in Property::ALL.iter().copied() {
            let Some((block, name)) = property.path().split_once('.') else {
                fields.push(Field::of(property, property.path(), spelling));
                continue;
            };
            let field = Field::of(property, name, spelling);
            let block_name = spelling.name(block);
            match fields.iter_mut().find(|known| known.name == block_name) {
                Some(Field { form: Form::Object(inner), .. }) => inner.push(field),
                _ => fields.push(Field::block(block, spelling, field)),
            }
        }
        fields.extend(outputs(spelling));
        Self { fields, configuration: Vec::new(), spelling }
    }

    /// The schema with the argument `region`, for a provider whose resources may be in any Region.
    #[must_use]
    pub fn with_region(mut self) -> Self {
        let summary = "the AWS Region of the instance; otherwise the provider's";
        let region = Field::new(&self.spelling.name(REGION), Form::String, Given::OptionalComputed, summary);
        self.fields.push(Field { replaces: true, ..region });
        self
    }

    /// The schema with the settings of its provider
    /// ([`provider::settings`](super::provider::settings)), which Pulumi's form has beside the resource.
    #[must_use]
    pub fn with_configuration(self, settings: Vec<Field>) -> Self {
        Self { configuration: settings, ..self }
    }

    /// The field at the top that has this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields that a program may give.
    pub fn inputs(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.given != Given::Computed)
    }

    /// The places of secrets in inputs, in the host's spelling. No output holds any.
    pub fn secrets(&self) -> Vec<Path> {
        self.places(Sensitivity::Secret)
    }

    /// The places of personal data in inputs and outputs, in the host's spelling. Elements of lists are named by
    /// their list.
    pub fn personal(&self) -> Vec<Path> {
        self.places(Sensitivity::Personal)
    }

    fn places(&self, sensitivity: Sensitivity) -> Vec<Path> {
        let is_so = |property: &Property| property.info().sensitivity == sensitivity;
        let places = Property::ALL.iter().copied().filter(is_so);
        places.map(|property| self.spelling.path(&property.into())).collect()
    }
}

impl Field {
    /// The fields of the object, or of the objects, that it is.
    pub fn fields(&self) -> &[Self] {
        match &self.form {
            Form::Object(fields) | Form::Objects(fields) => fields,
            _ => &[],
        }
    }

    fn of(property: Property, name: &str, spelling: Spelling) -> Self {
        let info = property.info();
        let given = match info.left_out {
            LeftOut::Required => Given::Required,
            // A block without it says nothing.
            LeftOut::Default(_) if property == Property::PhoneType => Given::Required,
            _ if property.is_secret() => Given::Optional,
            _ => Given::OptionalComputed,
        };
        let form = match info.shape {
            Shape::Channels | Shape::Proficiencies => Form::Objects(members(property, spelling)),
            shape => form(shape),
        };
        let default = match (&form, info.left_out) {
            (Form::Bool, LeftOut::Default(text)) => Some(Value::Bool(text == "true")),
            (Form::Integer, LeftOut::Default(text)) => text.parse().ok().map(Value::Integer),
            (Form::String | Form::Choice(_), LeftOut::Default(text)) => Some(text.into()),
            _ => None,
        };
        Self {
            property: Some(property),
            bounds: info.bounds,
            sensitivity: info.sensitivity,
            replaces: property.replaces(),
            default,
            ..Self::new(&spelling.name(name), form, given, info.summary)
        }
    }

    fn block(block: &str, spelling: Spelling, first: Self) -> Self {
        let summary = match block {
            "identityInfo" => "who the person is",
            "phoneConfig" => "how contacts are taken",
            other => other,
        };
        let form = Form::Object(vec![first]);
        Self::new(&spelling.name(block), form, Given::OptionalComputed, summary)
    }

    /// A field of a host's own, which is no property and has no bounds and no default. The summary has neither a
    /// capital nor a full stop.
    pub fn new(name: &str, form: Form, given: Given, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            property: None,
            form,
            given,
            bounds: Bounds::None,
            sensitivity: Sensitivity::Public,
            replaces: false,
            default: None,
            description: sentence(summary),
            deprecated: None,
        }
    }

    /// The description with the bounds and the default.
    pub fn documentation(&self) -> String {
        let mut text = self.description.clone();
        if self.bounds != Bounds::None {
            text.push_str(&format!(" Bounds: {}.", self.bounds));
        }
        let default = match &self.default {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Bool(flag)) => Some(flag.to_string()),
            Some(Value::Integer(number)) => Some(number.to_string()),
            _ => None,
        };
        text.extend(default.map(|default| format!(" Default: `{default}`.")));
        text
    }
}

fn members(property: Property, spelling: Spelling) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for member in property.members() {
        let given = if member.required { Given::Required } else { Given::Optional };
        match member.path.split_once('.') {
            None => fields.push(element(member, member.path, given, spelling)),
            // The object may be left out as a whole, and not what is in it.
            Some((outer, inner)) => {
                let inner = vec![element(member, inner, Given::Required, spelling)];
                let summary = member.summary;
                fields.push(Field::new(&spelling.name(outer), Form::Object(inner), given, summary));
            }
        }
    }
    fields
}

fn element(member: &Member, name: &str, given: Given, spelling: Spelling) -> Field {
    Field {
        bounds: member.bounds,
        sensitivity: member.sensitivity,
        ..Field::new(&spelling.name(name), form(member.shape), given, member.summary)
    }
}

const fn form(shape: Shape) -> Form {
    match shape {
        Shape::Integer => Form::Integer,
        Shape::Bool => Form::Bool,
        Shape::Choice(names) => Form::Choice(names),
        Shape::Set => Form::Set,
        Shape::Map => Form::Map,
        _ => Form::String,
    }
}

/// The argument for the Region.
const REGION: &str = "region";

/// What only the service knows.
fn outputs(spelling: Spelling) -> [Field; 4] {
    let output =
        |name: &str, form, summary: &str| Field::new(&spelling.name(name), form, Given::Computed, summary);
    let [id, arn, user_id] = IDENTITY;
    [
        output(id, Form::String, "the instance's and the user's id, with a colon between"),
        output(arn, Form::String, "the user's ARN"),
        output(user_id, Form::String, "the user's id"),
        output(TAGS_ALL, Form::Map, "every tag on the user, the provider's default tags included"),
    ]
}

/// A summary has neither a capital nor a full stop.
fn sentence(summary: &str) -> String {
    let mut characters = summary.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}
