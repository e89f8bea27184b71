//! The schema for Terraform: every row of the table of properties, and every setting.

use connect_user::{
    engine::{
        Field, Form, Spelling,
        provider::{Support, settings},
    },
    user::{Member, Property, Sensitivity, Shape},
};
use serde_json::{Value, json};

use crate::support::*;

/// The schema of the provider as Terraform prints it.
fn schema() -> Value {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let output = w.command(&["providers", "schema", "-json"]).output().expect("terraform runs");
    let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    schema["provider_schemas"]["registry.terraform.io/connect-user/connect"].clone()
}

fn plain(shape: Shape) -> Value {
    match shape {
        Shape::Integer => json!("number"),
        Shape::Bool => json!("bool"),
        Shape::Set => json!(["set", "string"]),
        Shape::Map => json!(["map", "string"]),
        _ => json!("string"),
    }
}

fn is(attribute: &Value, name: &str) -> bool {
    attribute[name] == json!(true)
}

/// The attribute of a property, in the block of its group.
fn resource(schema: &Value, property: Property) -> Value {
    let block = &schema["resource_schemas"]["connect_user"]["block"];
    match property.snake_case().split_once('.') {
        None => block["attributes"][property.snake_case()].clone(),
        Some((group, name)) => {
            let group = &block["block_types"][group];
            assert_eq!(
                (&group["nesting_mode"], &group["max_items"]),
                (&json!("list"), &json!(1)),
                "{property}"
            );
            group["block"]["attributes"][name].clone()
        }
    }
}

fn check_member(attribute: &Value, member: &Member, property: Property) {
    let names: Vec<String> = member.snake_case().split('.').map(str::to_owned).collect();
    let (outer, inner) = (&names[0], names.get(1));
    let found = &attribute["nested_type"]["attributes"][outer];
    assert_eq!(is(found, "required"), member.required, "{property}: {outer}");
    assert_eq!(is(found, "optional"), !member.required, "{property}: {outer}");
    let leaf = match inner {
        Some(inner) => {
            assert_eq!(found["nested_type"]["nesting_mode"], "single", "{property}: {outer}");
            &found["nested_type"]["attributes"][inner]
        }
        None => found,
    };
    assert_eq!(leaf["type"], plain(member.shape), "{property}: {names:?}");
}

#[test]
fn every_property_is_in_the_schema_that_terraform_has() {
    let schema = schema();
    for property in Property::ALL.iter().copied() {
        let (info, attribute) = (property.info(), resource(&schema, property));
        match info.shape {
            Shape::Channels | Shape::Proficiencies => {
                assert_eq!(attribute["nested_type"]["nesting_mode"], "set", "{property}");
                property.members().iter().for_each(|member| check_member(&attribute, member, property));
            }
            shape => assert_eq!(attribute["type"], plain(shape), "{property}"),
        }
        // Terraform does not tell the resource name to make a user name from, and a phone block must have a type.
        let is_required = property.is_required() || matches!(property, Property::Name | Property::PhoneType);
        assert_eq!(is(&attribute, "required"), is_required, "{property}");
        assert_eq!(is(&attribute, "optional"), !is_required, "{property}");
        assert_eq!(is(&attribute, "computed"), !is_required && !property.is_secret(), "{property}");
        let is_secret = info.sensitivity == Sensitivity::Secret;
        assert_eq!(is(&attribute, "sensitive"), is_secret, "{property}");
        assert_eq!(is(&attribute, "write_only"), is_secret, "{property}");
        let summary = info.summary.split([',', ';']).next().expect("a summary");
        let description = attribute["description"].as_str().unwrap_or_default().to_lowercase();
        assert!(description.contains(&summary.to_lowercase()), "{property}: {description}");

        let found = &schema["data_source_schemas"]["connect_user"]["block"]["attributes"];
        let found = match property.snake_case().split_once('.') {
            None => &found[property.snake_case()],
            Some((group, name)) => &found[group]["nested_type"]["attributes"][name],
        };
        assert_eq!(*found == Value::Null, property.is_secret(), "{property} in the data source");
        assert!(!is(found, "write_only") && !is(found, "sensitive"), "{property} in the data source");
    }
    let attributes = &schema["resource_schemas"]["connect_user"]["block"]["attributes"];
    for output in ["id", "arn", "user_id", "tags_all", "password_changed"] {
        let attribute = &attributes[output];
        assert!(is(attribute, "computed") && !is(attribute, "optional"), "{output}");
    }
    let times = &schema["resource_schemas"]["connect_user"]["block"]["block_types"]["timeouts"];
    assert_eq!(times["nesting_mode"], "single");
}

#[test]
fn every_setting_is_in_the_schema_that_terraform_has() {
    let schema = schema();
    let block = &schema["provider"]["block"];
    let check = |block: &Value, field: &Field| {
        let attribute = &block["attributes"][&field.name];
        assert!(attribute["description"].is_string(), "{}", field.name);
        assert_eq!(is(attribute, "sensitive"), field.sensitivity == Sensitivity::Secret, "{}", field.name);
    };
    for setting in settings(Spelling::SnakeCase) {
        let name = &setting.field.name;
        let (attribute, inner) = (&block["attributes"][name], &block["block_types"][name]);
        match (setting.support, &setting.field.form) {
            (Support::Full, Form::Object(fields) | Form::Objects(fields)) => {
                assert_eq!(inner["nesting_mode"], "list", "{name}");
                fields.iter().for_each(|field| check(&inner["block"], field));
            }
            (Support::Full, _) => check(block, &setting.field),
            _ => assert!(attribute.is_null() && inner.is_null(), "{name} has no effect here"),
        }
    }
}
