//! Users that are there, as each tool has them.

use connect_user::{
    client::memory::MemoryConnect,
    interop::file::{FileDiagnostic, FileFormat, FileUser, UserFile, WriteOptions, write},
    read::Directory,
    user::{Input, Property, Settings, Spelling, UserState},
};
use serde_json::{Value as Json, json};

/// The ARN of the instance of [`service`](crate::service::service).
pub const INSTANCE: &str = "arn:aws:connect:us-east-1:111122223333:instance/i";

/// The outputs of a user in a spelling, without what is nobody's.
fn spelled(state: &UserState, spelling: Spelling) -> serde_json::Map<String, Json> {
    let value = Json::try_from(spelling.value(state.encode())).expect("everything is known");
    let Json::Object(members) = value else { panic!("an object") };
    members
        .into_iter()
        .filter(|(name, _)| !["managed", "managedTags", "version"].contains(&name.as_str()))
        .collect()
}

/// A user as this project's provider keeps it.
fn connect_user(state: &UserState) -> Json {
    let mut members = spelled(state, Spelling::SnakeCase);
    for block in ["identity_info", "phone_config"] {
        if let Some(value) = members.get_mut(block) {
            *value = json!([value.take()]);
        }
    }
    json!(members)
}

/// A user as HashiCorp's provider keeps it: without what that lacks.
fn aws_connect_user(state: &UserState) -> Json {
    let mut user = connect_user(state);
    let members = user.as_object_mut().expect("an object");
    members.retain(|name, _| !name.ends_with("_configs") && name != "user_proficiencies");
    for (block, lacks) in [("identity_info", "mobile"), ("phone_config", "persistent_connection")] {
        if let Some(block) = members.get_mut(block) {
            block[0].as_object_mut().expect("a block").remove(lacks);
        }
    }
    user
}

/// A user as `AWS::Connect::User` has it.
fn cloud_control(state: &UserState) -> Json {
    let arn = state.arn.split("/agent/").next().expect("an instance").to_owned();
    let of = |segment: &str, id: &Json| json!(format!("{arn}/{segment}/{}", id.as_str().expect("an id")));
    let mut found = serde_json::Map::new();
    for (name, value) in spelled(state, Spelling::PascalCase) {
        let (name, value) = match name.as_str() {
            "InstanceId" => ("InstanceArn", json!(arn)),
            "Name" => ("Username", value),
            "RoutingProfileId" => ("RoutingProfileArn", of("routing-profile", &value)),
            "HierarchyGroupId" => ("HierarchyGroupArn", of("agent-group", &value)),
            "SecurityProfileIds" => {
                let ids = value.as_array().expect("a list").iter().map(|id| of("security-profile", id));
                ("SecurityProfileArns", ids.collect())
            }
            "Tags" => {
                let tags = value.as_object().expect("tags").iter();
                ("Tags", tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect())
            }
            "Id" | "Arn" | "UserId" | "TagsAll" => continue,
            _ => (name.as_str(), value),
        };
        found.insert(name.to_owned(), value);
    }
    json!(found)
}

/// A user as `describe-user` answers.
pub fn described(state: &UserState) -> Json {
    let mut members = spelled(state, Spelling::PascalCase);
    for name in ["InstanceId", "TagsAll", "Id", "UserProficiencies"] {
        members.remove(name);
    }
    for (name, renamed) in [("Name", "Username"), ("UserId", "Id")] {
        let value = members.remove(name).expect("a member");
        members.insert(renamed.to_owned(), value);
    }
    json!({"User": members})
}

/// A user as `search-users` answers: without e-mails, mobile and last change, and with after contact work in milliseconds.
fn searched(state: &UserState) -> Json {
    let mut user = described(state)["User"].take();
    let members = user.as_object_mut().expect("an object");
    members.retain(|name, _| !name.starts_with("LastModified"));
    if let Some(Json::Object(identity)) = user.get_mut("IdentityInfo") {
        identity.retain(|name, _| ["FirstName", "LastName"].contains(&name.as_str()));
    }
    in_milliseconds(&mut user);
    user
}

fn in_milliseconds(value: &mut Json) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value.as_u64()) {
                    ("AfterContactWorkTimeLimit", Some(seconds)) => *value = json!(seconds * 1_000),
                    _ => in_milliseconds(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(in_milliseconds),
        _ => {}
    }
}

/// A template as people write it, in YAML: ARNs are made of that of the instance.
fn in_short_forms(template: &Json, states: &[UserState]) -> String {
    let instance = states.first().and_then(|state| state.arn.split("/agent/").next()).unwrap_or(INSTANCE);
    let mut template = template.clone();
    template["Parameters"] = json!({"Instance": {"Type": "String", "Default": "INSTANCE"}});
    let text = template.to_string();
    text.replace(&format!("\"{instance}\""), " !Ref Instance")
        .replace(&format!("\"{instance}/"), " !Sub \"${Instance}/")
        .replace("INSTANCE", instance)
}

/// What `terraform show -json` prints of a state.
fn shown(kind: &str, users: Vec<Json>) -> String {
    let resources: Vec<Json> = users
        .into_iter()
        .enumerate()
        .map(|(index, user)| {
            let address = format!("{kind}.floor[{index}]");
            json!({"address": address, "mode": "managed", "type": kind, "name": "floor", "index": index, "values": user})
        })
        .collect();
    json!({"format_version": "1.0", "terraform_version": "1.15.5", "values": {"root_module": {"resources": resources}}})
        .to_string()
}

fn terraform(kind: &str, users: Vec<Json>) -> String {
    let instances: Vec<Json> = users
        .into_iter()
        .enumerate()
        .map(|(index, user)| json!({"index_key": index, "attributes": user}))
        .collect();
    json!({"version": 4, "lineage": "x", "serial": 1, "resources": [
        {"mode": "managed", "type": kind, "name": "floor", "instances": instances},
    ]})
    .to_string()
}

/// The state that a configuration, whose users exist, leads to: attributes, and blocks as lists of one.
pub fn state_of(configuration: &str) -> String {
    let users = users_of(configuration).into_iter().map(|mut user| {
        for block in ["identity_info", "phone_config"] {
            if let Some(block) = user.get_mut(block) {
                *block = json!([block.take()]);
            }
        }
        user
    });
    terraform("connect_user", users.collect())
}

/// The users of a configuration.
pub fn users_of(configuration: &str) -> Vec<Json> {
    let body: hcl::Body =
        hcl::parse(configuration).unwrap_or_else(|error| panic!("{error}:\n{configuration}"));
    let users = body.blocks().filter(|block| block.identifier() == "resource");
    users
        .map(|user| {
            let mut found = serde_json::Map::new();
            for attribute in user.body().attributes() {
                found.insert(attribute.key().to_owned(), evaluated(attribute.expr()));
            }
            for block in user.body().blocks().filter(|block| block.identifier() != "lifecycle") {
                let members = block.body().attributes();
                let members: serde_json::Map<String, Json> =
                    members.map(|member| (member.key().to_owned(), evaluated(member.expr()))).collect();
                found.insert(block.identifier().to_owned(), json!(members));
            }
            Json::Object(found)
        })
        .collect()
}

/// What Terraform makes of an expression without variables.
fn evaluated(expression: &hcl::Expression) -> Json {
    use hcl::eval::{Context, Evaluate};

    let value =
        expression.evaluate(&Context::new()).unwrap_or_else(|error| panic!("{error}: {expression:?}"));
    serde_json::to_value(value).expect("JSON")
}

fn snake(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let snake = |name: &str| {
                let mut snake = connect_user::user::to_snake_case(name);
                if snake.starts_with('_') {
                    snake.remove(0);
                }
                snake
            };
            members
                .into_iter()
                .map(|(name, value)| (snake(&name), self::snake(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Json::Array(items) => items.into_iter().map(snake).collect(),
        leaf => leaf,
    }
}

/// The users as each tool has them.
pub fn files(states: &[UserState]) -> Vec<(&'static str, FileFormat, String)> {
    let each = |of: fn(&UserState) -> Json| states.iter().map(of).collect::<Vec<Json>>();
    let resources = states.iter().enumerate().map(|(index, state)| {
        (format!("User{index}"), json!({"Type": "AWS::Connect::User", "Properties": cloud_control(state)}))
    });
    let template = json!({"Resources": resources.collect::<serde_json::Map<_, _>>()});
    let stack = states.iter().map(|state| {
        let mut inputs = spelled(state, Spelling::CamelCase);
        ["id", "arn", "userId", "tagsAll"].iter().for_each(|name| drop(inputs.remove(*name)));
        json!({
            "urn": format!("urn:pulumi:live::centre::aws:connect/user:User::{}", state.name), "custom": true,
            "id": state.id().to_string(), "type": "aws:connect/user:User", "inputs": inputs, "outputs": {"arn": state.arn},
        })
    });
    let stack = json!({"version": 3, "deployment": {"resources": stack.collect::<Vec<_>>()}});
    let awscc = states.iter().map(|state| {
        let mut user = snake(cloud_control(state));
        user["id"] = json!(state.arn);
        user
    });
    let answers = each(described).iter().map(|answer| format!("{answer}\n")).collect();
    vec![
        ("connect_user", FileFormat::Terraform, terraform("connect_user", each(connect_user))),
        ("aws_connect_user", FileFormat::Terraform, terraform("aws_connect_user", each(aws_connect_user))),
        ("awscc_connect_user", FileFormat::Terraform, terraform("awscc_connect_user", awscc.collect())),
        ("show -json", FileFormat::Terraform, shown("connect_user", each(connect_user))),
        ("template", FileFormat::CloudFormation, template.to_string()),
        ("short forms", FileFormat::CloudFormation, in_short_forms(&template, states)),
        ("stack", FileFormat::PulumiStack, stack.to_string()),
        ("answers", FileFormat::AwsCli, answers),
        ("search", FileFormat::AwsCli, json!({"Users": each(searched)}).to_string()),
    ]
}

/// The same, made by this crate of an export with names.
pub async fn tables(
    states: &[UserState],
    connect: &MemoryConnect,
) -> Vec<(&'static str, FileFormat, String)> {
    let directory = Directory::read(&"i".into(), connect).await.expect("a directory");
    let mut file = UserFile::default();
    for state in states {
        let mut spec = state.to_spec(&Settings::default());
        directory.with_names(&mut spec);
        // A table has whole paths.
        let group = state.properties.hierarchy_group_id.as_ref();
        let path = group.and_then(|id| directory.name_of(Property::HierarchyGroupId, id.as_str()));
        spec.hierarchy_group_id = path.map(|path| Input::Known(format!("path:{path}").as_str().into()));
        file.users.push(FileUser::new(state.name.as_str(), spec.encode()));
    }
    let mut tables = Vec::new();
    for (name, format) in [("table", FileFormat::Csv), ("console", FileFormat::ConsoleCsv)] {
        let written = write(format, &file, &WriteOptions::default()).expect("a table");
        // A table has no column for a phone of the channel alone, and says so: its users then have none.
        let loses_phone = |found: &FileDiagnostic| found.diagnostic.message.contains("phoneNumberConfigs");
        if !written.diagnostics.iter().any(loses_phone) {
            tables.push((name, format, written.text));
        }
    }
    tables
}
