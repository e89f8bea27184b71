//! The schema of the resource, made from the table of properties, and rendered for engines.

mod json;
mod pulumi;
mod terraform;

use crate::user::{
    Bounds, IDENTITY, LeftOut, Member, Path, Property, Sensitivity, Shape, Spelling, TAGS_ALL, Value,
};

/// The schema of the resource: its inputs and outputs, in the host's spelling.
///
/// A host whose engine has another schema language than those rendered here walks the fields.
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
    /// The fields at the top, in the order of the documentation; fields that only the service gives come last.
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
    /// The property of the field; `None` for a block of several properties, for fields within a list, and for outputs.
    pub property: Option<Property>,
    /// The form of the value.
    pub form: Form,
    /// Whether the program or the service gives the value.
    pub given: Given,
    /// The minimum and the maximum.
    pub bounds: Bounds,
    /// Whether the value is public, personal or secret.
    pub sensitivity: Sensitivity,
    /// Whether a change replaces the user.
    pub replaces: bool,
    /// The value that the service uses if the field is left out.
    pub default: Option<Value>,
    /// The description, in sentences.
    pub description: String,
    /// What to use instead, if the field is deprecated. No field is deprecated today.
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
    /// A list of texts without an order.
    Set,
    /// A list of texts in order.
    List,
    /// A map with text values.
    Map,
    /// An object, at most one.
    Object(Vec<Field>),
    /// A list of objects without an order.
    Objects(Vec<Field>),
}

/// Whether the program or the service gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Given {
    /// The program must give the value.
    Required,
    /// The program may give the value; otherwise there is none.
    Optional,
    /// The program may give the value; otherwise the service or the engine gives it.
    OptionalComputed,
    /// Only the service gives the value.
    Computed,
}

impl Schema {
    /// Returns the schema in the host's spelling.
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

    /// Adds the settings of the provider ([`provider::settings`](super::provider::settings)), which Pulumi's schema
    /// contains beside the resource.
    #[must_use]
    pub fn with_configuration(self, settings: Vec<Field>) -> Self {
        Self { configuration: settings, ..self }
    }

    /// Returns the field at the top with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the fields that a program may give.
    pub fn inputs(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.given != Given::Computed)
    }

    /// Returns the paths of secrets in inputs, in the host's spelling. No output holds a secret.
    pub fn secrets(&self) -> Vec<Path> {
        self.places(Sensitivity::Secret)
    }

    /// Returns the paths of personal data in inputs and outputs, in the host's spelling. For elements of lists, the
    /// path of the list is returned.
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
    /// Returns the fields of an object or of the objects in a list; empty for other forms.
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
            // A block without the phone type sets nothing.
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
            "identityInfo" => "name, e-mail addresses and mobile number",
            "phoneConfig" => "how contacts are taken",
            other => other,
        };
        let form = Form::Object(vec![first]);
        Self::new(&spelling.name(block), form, Given::OptionalComputed, summary)
    }

    /// Creates a field of the host that is no property and has no bounds and no default. Write the summary without a
    /// capital and without a full stop.
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

    /// Returns the description with the bounds and the default.
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
            // The whole object may be left out, but not its members.
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

/// The fields that only the service gives.
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

/// Turns a summary, which has neither a capital nor a full stop, into a sentence.
fn sentence(summary: &str) -> String {
    let mut characters = summary.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}
