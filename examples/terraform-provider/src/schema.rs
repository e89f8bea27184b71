//! The schemas for Terraform, made from those of the crate.

use connect_user::{
    engine::{self, Field, Form, Given, provider},
    user::{Path, Property, Sensitivity, Spelling, Value},
};
use magma_protocol::tfplugin6::{
    self as proto, StringKind,
    schema::{Attribute, NestedBlock, Object, nested_block, object},
};

use crate::wire::Diagnostics;

/// Properties that are required here, although the crate does not require them: Terraform does not tell a provider the
/// resource name to make a user name from, and a phone block without its type has no meaning.
const REQUIRED: [Property; 2] = [Property::Name, Property::PhoneType];

/// The attributes that only Terraform's resource has.
const OWN: [(&str, Form, Given, &str); 3] = [
    (
        PASSWORD_CHANGED,
        Form::Bool,
        Given::Computed,
        "always null in the state. Terraform cannot see that a write-only password has changed: a plan that replaces \
         the user for it shows this attribute as the reason",
    ),
    (PASSWORD_WO, Form::String, Given::Optional, "as `password`, by the name of the convention"),
    (
        VERSION,
        Form::Integer,
        Given::Optional,
        "with `password_wo`: a change says that the password is another. Without it, the provider compares passwords \
         by a fingerprint",
    ),
];

const PASSWORD_WO: &str = "password_wo";

/// The attribute that shows a changed password, because Terraform cannot see the password itself.
pub const PASSWORD_CHANGED: &str = "password_changed";

/// The attribute that says, by the convention of Terraform's providers, that a write-only password has changed.
pub const VERSION: &str = "password_wo_version";

/// The block with time limits of calls.
pub const TIMEOUTS: &str = "timeouts";

/// The kind of object that a schema describes.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// The provider or a list: lists of objects are blocks.
    Configuration,
    /// The resource. Secrets are write-only: they are in no state and no plan.
    Resource,
    DataSource,
}

/// Attributes and blocks.
pub struct Schema {
    fields: Vec<Field>,
    of: Of,
}

impl Schema {
    /// The resource: all attributes of Terraform's `aws_connect_user`, with the same names, and further ones.
    pub fn resource() -> Self {
        let mut fields = engine::Schema::new(Spelling::SnakeCase).with_region().fields;
        require(&mut fields);
        fields.extend(OWN.map(|(name, form, given, summary)| Field::new(name, form, given, summary)));
        let time = |name: &str| {
            let summary = format!("how long a {name} may take, such as `10m`: without a bound by default");
            Field::new(name, Form::String, Given::Optional, &summary)
        };
        let times = Form::Object(["create", "read", "update", "delete"].map(time).into());
        let summary = "how long the calls for the user may take; what was done stays in the state";
        fields.push(Field::new(TIMEOUTS, times, Given::Optional, summary));
        Self { fields, of: Of::Resource }
    }

    /// The data source: a user, found by its id or name.
    pub fn data_source() -> Self {
        let Self { mut fields, .. } = Self::resource();
        fields.retain(|field| !field.name.starts_with("password") && field.name != TIMEOUTS);
        for field in &mut fields {
            if let Form::Object(inner) = &field.form {
                field.form = Form::Objects(inner.clone());
            }
            give(
                field,
                match field.name.as_str() {
                    "instance_id" => Given::Required,
                    "user_id" | "name" | "region" => Given::OptionalComputed,
                    _ => Given::Computed,
                },
            );
        }
        Self { fields, of: Of::DataSource }
    }

    /// The provider's block.
    pub fn provider() -> Self {
        let settings = provider::settings(Spelling::SnakeCase).into_iter();
        let read = settings.filter(|setting| setting.support == provider::Support::Full);
        Self::of(read.map(|setting| setting.field).collect())
    }

    /// The schema of a configuration block.
    pub fn of(fields: Vec<Field>) -> Self {
        Self { fields, of: Of::Configuration }
    }

    pub fn to_proto(&self) -> proto::Schema {
        proto::Schema { version: 0, block: Some(self.block(&self.fields)) }
    }

    /// Refuses mistakes that Terraform does not check itself: values for attributes that only the service sets,
    /// attributes that exclude each other, and invalid times.
    pub fn check(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let is_given = |name: &str| config.get(name).is_some_and(|value| *value != Value::Null);
        let mut refuse = |at: Path, message: String, help: &str| diagnostics.error(message, help, Some(&at));
        let computed = self.fields.iter().filter(|field| field.given == Given::Computed);
        for Field { name, .. } in computed.filter(|field| is_given(&field.name)) {
            let message = format!("`{name}` cannot be set: the service gives it");
            refuse(Path::root().member(name.clone()), message, "remove it");
        }
        if is_given("password") && is_given(PASSWORD_WO) {
            let message = format!("both `password` and `{PASSWORD_WO}` are given");
            refuse(Path::root().member(PASSWORD_WO), message, "keep one of them");
        }
        if is_given(VERSION) && !is_given(PASSWORD_WO) {
            let message = format!("`{VERSION}` is given without `{PASSWORD_WO}`");
            let help = "give the password as `password_wo`, or remove the version";
            refuse(Path::root().member(VERSION), message, help);
        }
        let Some(Value::Map(times)) = config.get(TIMEOUTS) else { return };
        let texts = times.iter().filter_map(|(name, time)| Some((name, time.as_str()?)));
        for (name, time) in texts.filter(|(_, time)| humantime::parse_duration(time).is_err()) {
            let message = format!("`{TIMEOUTS}.{name}` must be a time such as `1h30m`, is `{time}`");
            let at = Path::root().member(TIMEOUTS).member(name.clone());
            refuse(at, message, "write it with its units: `h`, `m`, `s`");
        }
    }

    /// A value with exactly the attributes of the schema, as Terraform requires it.
    pub fn complete(&self, value: &Value) -> Value {
        let Value::Map(_) = value else { return value.clone() };
        let member = |field: &Field| {
            let member = match (&field.form, value.get(&field.name)) {
                // A block is a list with one element, except for the block `timeouts`.
                (Form::Object(fields), Some(Value::List(items))) => {
                    Value::List(items.iter().map(|item| self.object(fields, item)).collect())
                }
                (Form::Object(_), Some(Value::Unknown)) => Value::Unknown,
                (Form::Object(_), None | Some(Value::Null)) if field.name != TIMEOUTS => {
                    Value::List(Vec::new())
                }
                (_, value) => self.member(field, value),
            };
            (field.name.clone(), member)
        };
        Value::Map(self.fields.iter().map(member).collect())
    }

    fn object(&self, fields: &[Field], value: &Value) -> Value {
        let Value::Map(_) = value else { return value.clone() };
        let member = |field: &Field| (field.name.clone(), self.member(field, value.get(&field.name)));
        Value::Map(fields.iter().map(member).collect())
    }

    fn member(&self, field: &Field, value: Option<&Value>) -> Value {
        match (&field.form, value) {
            (_, None) => Value::Null,
            _ if self.is_write_only(field) => Value::Null,
            (Form::Object(fields), Some(object)) => self.object(fields, object),
            (Form::Objects(fields), Some(Value::List(items))) => {
                Value::List(items.iter().map(|item| self.object(fields, item)).collect())
            }
            (_, Some(value)) => value.clone(),
        }
    }

    fn is_write_only(&self, field: &Field) -> bool {
        self.of == Of::Resource && (field.name == PASSWORD_WO || field.sensitivity == Sensitivity::Secret)
    }

    fn block(&self, fields: &[Field]) -> proto::schema::Block {
        let (mut attributes, mut block_types) = (Vec::new(), Vec::new());
        for field in fields {
            match &field.form {
                Form::Object(inner) => {
                    let is_single = field.name == TIMEOUTS;
                    block_types.push(NestedBlock {
                        type_name: field.name.clone(),
                        block: Some(self.block(inner)),
                        nesting: match is_single {
                            true => nested_block::NestingMode::Single.into(),
                            false => nested_block::NestingMode::List.into(),
                        },
                        min_items: 0,
                        max_items: i64::from(!is_single),
                    });
                }
                Form::Objects(inner) if self.of == Of::Configuration => block_types.push(NestedBlock {
                    type_name: field.name.clone(),
                    block: Some(self.block(inner)),
                    nesting: nested_block::NestingMode::List.into(),
                    ..Default::default()
                }),
                _ => attributes.push(self.attribute(field)),
            }
        }
        let description_kind = StringKind::Markdown.into();
        proto::schema::Block { attributes, block_types, description_kind, ..Default::default() }
    }

    fn attribute(&self, field: &Field) -> Attribute {
        let nested = |fields: &[Field], nesting: object::NestingMode| Object {
            attributes: fields.iter().map(|field| self.attribute(field)).collect(),
            nesting: nesting.into(),
            ..Object::default()
        };
        let (plain, nested_type) = match &field.form {
            Form::Object(fields) => ("", Some(nested(fields, object::NestingMode::Single))),
            // A former block keeps its order.
            Form::Objects(fields) if field.property.is_none() => {
                ("", Some(nested(fields, object::NestingMode::List)))
            }
            Form::Objects(fields) => ("", Some(nested(fields, object::NestingMode::Set))),
            Form::Integer | Form::Number => (r#""number""#, None),
            Form::Bool => (r#""bool""#, None),
            Form::Set => (r#"["set","string"]"#, None),
            Form::List => (r#"["list","string"]"#, None),
            Form::Map => (r#"["map","string"]"#, None),
            _ => (r#""string""#, None),
        };
        Attribute {
            name: field.name.clone(),
            r#type: plain.as_bytes().to_vec(),
            nested_type,
            description: field.documentation(),
            description_kind: StringKind::Markdown.into(),
            required: field.given == Given::Required,
            optional: matches!(field.given, Given::Optional | Given::OptionalComputed),
            computed: matches!(field.given, Given::Computed | Given::OptionalComputed),
            // Not `password_wo`: Terraform 1.11 stores the paths of sensitive values in random order, and reports a
            // different order of two as drift. A write-only value is never shown.
            sensitive: field.sensitivity == Sensitivity::Secret,
            write_only: self.is_write_only(field),
            ..Attribute::default()
        }
    }
}

fn require(fields: &mut [Field]) {
    for field in fields {
        if field.property.is_some_and(|property| REQUIRED.contains(&property)) {
            field.given = Given::Required;
        }
        if let Form::Object(inner) = &mut field.form {
            require(inner);
        }
    }
}

/// Sets what gives the value of a field, and of the fields in it: the configuration, the service, or both.
fn give(field: &mut Field, given: Given) {
    field.given = given;
    if let (Form::Object(fields) | Form::Objects(fields), Given::Computed) = (&mut field.form, given) {
        fields.iter_mut().for_each(|field| give(field, given));
    }
}
