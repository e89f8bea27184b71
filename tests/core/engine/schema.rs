//! The schema is the table, in every form.

use std::collections::BTreeSet;

use connect_user::{
    engine::{Field, Form, Given, Schema, Spelling, provider},
    user::{Property, Sensitivity},
};
use serde_json::{Value as Json, json};

/// The field of a property, and those in it.
fn field(schema: &Schema, property: Property, spelling: Spelling) -> Field {
    let (first, second) = match property.path().split_once('.') {
        Some((block, name)) => (block, Some(name)),
        None => (property.path(), None),
    };
    let top = schema.field(&spelling.name(first)).unwrap_or_else(|| panic!("no `{property}`"));
    match second {
        None => top.clone(),
        Some(name) => {
            let inner = top.fields().iter().find(|field| field.name == spelling.name(name));
            inner.unwrap_or_else(|| panic!("no `{property}`")).clone()
        }
    }
}

#[test]
fn every_property_is_in_every_schema() {
    for spelling in [Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase] {
        let schema = Schema::new(spelling);
        let (json, terraform) = (schema.to_json_schema(), schema.to_terraform());
        let pulumi = schema.to_pulumi("aws", "1.0.0");
        for property in Property::ALL.iter().copied() {
            let found = field(&schema, property, spelling);
            assert_eq!(found.property, Some(property));
            assert_eq!(found.replaces, property.replaces());
            let path: Vec<String> =
                property.path().split('.').map(|name| spelling.name(name).into_owned()).collect();
            let in_json = path.iter().fold(&json, |place, name| &place["properties"][name.as_str()]);
            assert!(in_json["description"].is_string(), "{property} in {json}");
            let (blocks, name) = path.split_at(path.len() - 1);
            let in_terraform = blocks
                .iter()
                .fold(&terraform["block"], |place, name| &place["block_types"][name.as_str()]["block"]);
            let attribute = &in_terraform["attributes"][&name[0]];
            assert!(attribute["description"].is_string(), "{property} in {terraform}");
            assert_eq!(attribute["sensitive"] == Json::Bool(true), property.is_secret());
            let in_pulumi = match blocks {
                [] => &pulumi["resources"]["aws:connect/user:User"]["inputProperties"][&name[0]],
                [block, ..] => {
                    let mut name_of_block = block.clone();
                    name_of_block[..1].make_ascii_uppercase();
                    let token = format!("aws:connect/User{name_of_block}:User{name_of_block}");
                    &pulumi["types"][token]["properties"][&name[0]]
                }
            };
            assert!(in_pulumi["description"].is_string(), "{property} in {pulumi}");
            // What stands in the objects of a list is there too.
            let members: Vec<_> =
                property.members().iter().map(|member| member.path.split('.').next()).collect();
            assert_eq!(found.fields().len(), members.len(), "{property}");
        }
    }
}

/// The type of a property in a package schema, by the form of its field.
fn pulumi_type(form: &Form) -> Json {
    match form {
        Form::Integer => json!({ "type": "integer" }),
        Form::Number => json!({ "type": "number" }),
        Form::Bool => json!({ "type": "boolean" }),
        Form::Set | Form::List => json!({ "type": "array", "items": { "type": "string" } }),
        Form::Map => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        _ => json!({ "type": "string" }),
    }
}

/// Compares a property of a package schema with its field, and what is in it.
fn compare(package: &Json, found: &Json, field: &Field) {
    let name = &field.name;
    assert!(found["description"].as_str().is_some_and(|text| text.starts_with(&field.description)), "{name}");
    assert_eq!(found["secret"] == true, field.sensitivity == Sensitivity::Secret, "{name}");
    assert_eq!(found["willReplaceOnChanges"] == true, field.replaces, "{name}");
    let reference = match &field.form {
        Form::Object(_) => &found["$ref"],
        Form::Objects(_) => {
            assert_eq!(found["type"], "array", "{name}");
            &found["items"]["$ref"]
        }
        form => {
            for (member, value) in pulumi_type(form).as_object().expect("an object") {
                assert_eq!(&found[member], value, "{name}");
            }
            return;
        }
    };
    let reference = reference.as_str().and_then(|text| text.strip_prefix("#/types/")).expect("a reference");
    let declared = &package["types"][reference];
    let names: BTreeSet<&String> = declared["properties"].as_object().expect("properties").keys().collect();
    assert_eq!(names, field.fields().iter().map(|field| &field.name).collect(), "{name}");
    assert_eq!(declared["required"], json!(required(field.fields())), "{name}");
    for field in field.fields() {
        compare(package, &declared["properties"][&field.name], field);
    }
}

fn required(fields: &[Field]) -> Vec<&String> {
    fields.iter().filter(|field| field.given == Given::Required).map(|field| &field.name).collect()
}

#[test]
fn the_pulumi_schema_has_each_row_of_the_table_as_it_is() {
    let settings: Vec<Field> =
        provider::settings(Spelling::CamelCase).into_iter().map(|setting| setting.field).collect();
    let schema = Schema::new(Spelling::CamelCase).with_region().with_configuration(settings.clone());
    let package = schema.to_pulumi("aws", "1.0.0");
    let user = &package["resources"]["aws:connect/user:User"];
    let inputs: Vec<Field> = schema.inputs().cloned().collect();
    for field in &inputs {
        for place in ["inputProperties", "properties"] {
            compare(&package, &user[place][&field.name], field);
        }
        compare(&package, &user["stateInputs"]["properties"][&field.name], field);
    }
    let names =
        |place: &Json| place.as_object().expect("properties").keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&user["inputProperties"]), inputs.iter().map(|field| field.name.clone()).collect());
    // Every resource has its id.
    let outputs = schema.fields.iter().map(|field| field.name.clone()).filter(|name| name != "id");
    assert_eq!(names(&user["properties"]), outputs.collect());
    assert_eq!(user["requiredInputs"], json!(required(&inputs)));
    let always: Vec<&str> =
        user["required"].as_array().expect("names").iter().filter_map(Json::as_str).collect();
    assert_eq!(
        always,
        [
            "instanceId",
            "name",
            "routingProfileId",
            "securityProfileIds",
            "arn",
            "userId",
            "tagsAll",
            "region"
        ]
    );
    for field in &settings {
        compare(&package, &package["config"]["variables"][&field.name], field);
        compare(&package, &package["provider"]["inputProperties"][&field.name], field);
    }
    // The function has blocks as lists, every tag, and no secret.
    let function = &package["functions"]["aws:connect/getUser:getUser"];
    let outputs = names(&function["outputs"]["properties"]);
    for field in &schema.fields {
        let name = match &field.form {
            Form::Object(_) => format!("{}s", field.name),
            _ => field.name.clone(),
        };
        let is_there = field.sensitivity != Sensitivity::Secret && field.name != "tagsAll";
        assert_eq!(outputs.contains(&name), is_there, "{name}");
    }
    assert_eq!(
        function["outputs"]["properties"]["phoneConfigs"]["items"]["$ref"],
        "#/types/aws:connect/UserPhoneConfig:UserPhoneConfig"
    );
}

#[test]
fn references_of_the_pulumi_schema_lead_to_types() {
    let schema = Schema::new(Spelling::CamelCase).to_pulumi("aws", "1.0.0");
    let text = schema.to_string();
    let references: Vec<&str> =
        text.split("\"#/types/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 8);
    for reference in references {
        assert!(schema["types"].get(reference).is_some(), "{reference}");
    }
}

#[test]
fn whoever_gives_a_field_is_said() {
    let schema = Schema::new(Spelling::CamelCase);
    let given = |name: &str| schema.field(name).expect("a field").given;
    assert_eq!(given("instanceId"), Given::Required);
    assert_eq!(given("password"), Given::Optional);
    assert_eq!(given("tags"), Given::OptionalComputed);
    assert_eq!(given("tagsAll"), Given::Computed);
    assert!(schema.inputs().all(|field| field.given != Given::Computed));
    let outputs = schema.to_json_schema_of_outputs();
    assert!(outputs["properties"].get("password").is_none());
    assert_eq!(outputs["properties"]["arn"]["readOnly"], true);
    let phone = schema.field("phoneConfig").expect("a block");
    let limit =
        phone.fields().iter().find(|field| field.name == "afterContactWorkTimeLimit").expect("a field");
    assert_eq!(limit.default, Some(connect_user::user::Value::Integer(0)));
    let personal: Vec<String> = schema.personal().iter().map(ToString::to_string).collect();
    assert!(personal.contains(&"identityInfo.email".to_owned()));
}
