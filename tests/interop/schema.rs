//! The JSON Schema of programs, beside programs.

use connect_user::interop::program::program_schema;
use serde_json::{Value, json};

use crate::support::case;

/// What of JSON Schema the schema uses. `None` if the value is valid; else why it is not.
fn mistake(value: &Value, schema: &Value, root: &Value) -> Option<String> {
    let Value::Object(rules) = schema else {
        return (*schema == json!(false)).then(|| "is not allowed".to_owned());
    };
    let all = |list: &Value| list.as_array().expect("a list").clone();
    for (rule, said) in rules {
        let wrong = match rule.as_str() {
            "type" => {
                let is_it = match said.as_str().expect("a type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    other => panic!("`{other}` is not checked here"),
                };
                (!is_it).then(|| format!("{value} is no {said}"))
            }
            "enum" => (!all(said).contains(value)).then(|| format!("{value} is none of {said}")),
            "required" => all(said).iter().find_map(|name| {
                let is_missing = value.is_object() && value.get(name.as_str().expect("a name")).is_none();
                is_missing.then(|| format!("lacks {name}"))
            }),
            "properties" => said.as_object().expect("members").iter().find_map(|(name, schema)| {
                mistake(value.get(name)?, schema, root).map(|wrong| format!("{name}: {wrong}"))
            }),
            "additionalProperties" => value.as_object().into_iter().flatten().find_map(|(name, inner)| {
                let of_pattern =
                    schema["patternProperties"].as_object().is_some_and(|_| name.starts_with("fn::"));
                let is_known = schema["properties"].get(name).is_some() || of_pattern;
                (!is_known).then(|| mistake(inner, said, root).map(|wrong| format!("{name}: {wrong}")))?
            }),
            "items" => value.as_array().into_iter().flatten().find_map(|item| mistake(item, said, root)),
            "allOf" => all(said).iter().find_map(|schema| mistake(value, schema, root)),
            "anyOf" => {
                let found: Vec<_> = all(said).iter().map(|schema| mistake(value, schema, root)).collect();
                found.iter().all(Option::is_some).then(|| found[0].clone().expect("a mistake"))
            }
            "$ref" => {
                let pointer = said.as_str().expect("a pointer").trim_start_matches('#');
                mistake(value, root.pointer(pointer).expect("a definition"), root)
            }
            "then" => match mistake(value, &schema["if"], root) {
                None => mistake(value, said, root),
                Some(_) => None,
            },
            "pattern" => match said.as_str().expect("a pattern") {
                r"\$\{" => value
                    .as_str()
                    .filter(|text| !text.contains("${"))
                    .map(|text| format!("{text} is no reference")),
                _ => None,
            },
            "minLength" => value
                .as_str()
                .filter(|text| (text.chars().count() as u64) < said.as_u64().expect("a number"))
                .map(|_| "is too short".to_owned()),
            "maxLength" => value
                .as_str()
                .filter(|text| text.chars().count() as u64 > said.as_u64().expect("a number"))
                .map(|_| "is too long".to_owned()),
            "minItems" => value
                .as_array()
                .filter(|items| (items.len() as u64) < said.as_u64().expect("a number"))
                .map(|_| "has too few".to_owned()),
            "maxItems" => value
                .as_array()
                .filter(|items| items.len() as u64 > said.as_u64().expect("a number"))
                .map(|_| "has too many".to_owned()),
            "minimum" => value
                .as_i64()
                .filter(|number| *number < said.as_i64().expect("a number"))
                .map(|_| "is too small".to_owned()),
            "maximum" => value
                .as_i64()
                .filter(|number| *number > said.as_i64().expect("a number"))
                .map(|_| "is too large".to_owned()),
            "minProperties" => value
                .as_object()
                .filter(|members| (members.len() as u64) < said.as_u64().expect("a number"))
                .map(|_| "is empty".to_owned()),
            _ => None,
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

fn program(properties: &str, options: &str) -> Value {
    let text = format!(
        "resources:\n  queue: {{type: 'aws:connect:Queue', anything: 1}}\n  ana:\n    type: aws:connect:User\n    \
         properties: {properties}\n    options: {options}\n"
    );
    serde_saphyr::from_str(&text).expect("YAML")
}

#[test]
fn programs_that_are_read_are_valid() {
    let schema = program_schema();
    let read = |path: &str| {
        let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let cases = ["06-service-cloud-voice.yaml", "09-index-keys-after.yaml", "11-pulumi-options.yaml"];
    let cases = cases.map(|name| String::from_utf8(case(name)).expect("text"));
    for text in cases.into_iter().chain([read("examples/users.yaml")]) {
        let value: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert_eq!(mistake(&value, &schema, &schema), None, "{text}");
    }
}

#[test]
fn what_a_program_may_not_have_is_found() {
    let schema = program_schema();
    let base = "instanceId: '${i}', routingProfileId: r1, phoneConfig: {phoneType: SOFT_PHONE}";
    let valid = |more: &str, options: &str| {
        mistake(&program(&format!("{{{base}, securityProfileIds: [s1], {more}}}"), options), &schema, &schema)
    };
    assert_eq!(
        valid("password: '${p}', tags: {a: '${b}'}", "{protect: true, dependsOn: ['${queue}']}"),
        None
    );
    assert_eq!(valid("password: {fn::secret: x}", "{aliases: [{name: old}], import: 'i:u'}"), None);
    for (more, options) in [
        ("phoneConfg: {}", "{}"),
        ("password: short", "{}"),
        ("autoAcceptConfigs: [{channel: PIGEON, autoAccept: true}]", "{}"),
        ("userProficiencies: [{attributeName: a, attributeValue: b, level: 9}]", "{}"),
        ("name: 3", "{}"),
        ("identityInfo: {firstname: a}", "{}"),
        ("name: a", "{protect: 'yes'}"),
        ("name: a", "{protct: true}"),
    ] {
        assert!(valid(more, options).is_some(), "{more} {options}");
    }
    let none = mistake(&program(&format!("{{{base}}}"), "{}"), &schema, &schema).expect("a mistake");
    assert!(none.contains("lacks \"securityProfileIds\""), "{none}");
    let snake = "{instance_id: i, routing_profile_id: r, security_profile_ids: [s], phone_config: {phone_type: DESK}}";
    let wrong = mistake(&program(snake, "{}"), &schema, &schema).expect("a mistake");
    assert!(wrong.contains("phone_config: phone_type: "), "{wrong}");
}
