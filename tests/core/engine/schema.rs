//! The schema is the table, in every form.

use connect_user::{
    engine::{Field, Given, Schema, Spelling},
    user::Property,
};
use serde_json::Value as Json;

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
