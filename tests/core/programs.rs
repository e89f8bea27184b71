//! Programs of other tools, read by a host.

use connect_user::{
    interop::program::{Assignment, Program, ProgramError, ProgramResource, Scope, Source, WrittenResource},
    user::{Code, Input, UserSpec, Value},
};

fn read(text: &str) -> Result<Program, ProgramError> {
    Program::read(Source::new("users.yaml", text), &[])
}

/// The mistakes of a program: message and place.
fn mistakes(text: &str) -> Vec<(String, String)> {
    let error = read(text).expect_err("a mistake");
    let told = error.mistakes().map(|(mistake, location)| {
        assert_eq!(mistake.code, Code::INVALID_PROGRAM);
        assert!(mistake.help.is_some(), "{mistake}");
        (mistake.message.to_string(), location.map(ToString::to_string).unwrap_or_default())
    });
    told.collect()
}

fn spec(program: &Program, name: &str, scope: &Scope) -> UserSpec {
    let user = program.user(name).expect("a user");
    UserSpec::clone(&program.evaluate(user, scope).expect("a value").spec)
}

const USERS: &str = r#"
config: {centre: {type: string, default: i1}, secret: {type: string}}
variables: {profile: r1}
resources:
  agent:
    type: aws:connect:User
    properties:
      instance_id: ${centre}
      name: agent
      password: ${secret}
      routingProfileId: ${lead.routingProfileId}
      securityProfileIds: [s1]
      phoneConfig: {phoneType: SOFT_PHONE, autoAccept: "true"}
      tags: {lead: "${lead.userId}", text: "$${x}"}
    options: {protect: true, dependsOn: ["${queue}"]}
  lead:
    type: aws:connect/user:User
    properties: {instanceId: i1, name: lead, routingProfileId: "${profile}", securityProfileIds: [s1]}
  queue: {type: "aws:connect:Queue"}
"#;

#[test]
fn users_come_in_order_with_options_and_references_resolved() {
    let program = read(USERS).expect("a program");
    assert_eq!(program.users().iter().map(ProgramResource::name).collect::<Vec<_>>(), ["agent", "lead"]);
    assert_eq!(
        program.in_order().into_iter().map(ProgramResource::name).collect::<Vec<_>>(),
        ["lead", "agent"]
    );
    let user = |name| program.user(name).expect("a user");
    assert_eq!(program.needs(user("agent")).collect::<Vec<_>>(), ["lead"]);
    assert!(program.is_needed(user("lead")) && !program.is_needed(user("agent")));
    assert!(program.other_resources().contains("queue"));
    let agent = program.user("agent").expect("a user");
    assert!(agent.options().protect && !agent.options().is_plain());

    let mut scope = Scope::default();
    let before = program.evaluate(agent, &scope).expect("a value");
    assert_eq!(before.spec.instance_id, Input::Known("i1".into()));
    assert_eq!(before.spec.routing_profile_id, Input::Unknown);
    let unresolved: Vec<_> = before.unresolved.iter().map(|left| left.reference.as_str()).collect();
    assert_eq!(unresolved, ["secret"], "what other users have is not unresolved: it comes");

    scope.pending("lead", spec(&program, "lead", &scope).encode(), None);
    let pending = spec(&program, "agent", &scope);
    assert_eq!(pending.routing_profile_id, Input::Known("r1".into()));
    assert_eq!(pending.phone_config.expect("a phone").auto_accept, Some(Input::Known(true)));
    let tags = pending.tags.expect("tags").into_known().expect("known");
    assert_eq!(
        (tags.get("lead"), tags.get("text")),
        (Some(&Input::Unknown), Some(&Input::Known("${x}".into())))
    );

    let outputs: Value = serde_json::from_str(r#"{"userId": "u1", "routingProfileId": "r2"}"#).expect("JSON");
    scope.known("lead", outputs);
    let known = spec(&program, "agent", &scope);
    assert_eq!(known.routing_profile_id, Input::Known("r2".into()));
}

#[test]
fn assignments_give_what_the_program_leaves_open_and_no_text_shows_them() {
    let assign = |reference: &str| {
        let assignment = Assignment::new(reference, "S3cretValue").from_origin("--set");
        assert!(!format!("{assignment:?}").contains("S3cret"));
        Program::read(Source::new("users.yaml", USERS), &[assignment])
    };
    let program = assign("secret").expect("a program");
    let agent = spec(&program, "agent", &Scope::default());
    assert_eq!(agent.password.expect("a password").into_known().expect("known").expose(), "S3cretValue");
    assert!(!format!("{program:?}").contains("S3cretValue"), "{program:?}");
    let written = USERS.replace("${secret}", "S3cret${profile}");
    let shown = format!("{:?}", read(&written).expect("a program"));
    assert!(!shown.contains("S3cret") && shown.contains("agent"), "{shown}");
    let error = assign("secrt").expect_err("nothing uses it").to_string();
    assert_eq!(error, "`users.yaml`: `--set`: nothing in the program uses `secrt`");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let text = "
resources:
  a: {type: 'aws:connect:User', properties: [], options: {}}
  b:
    type: aws:connect:User
    properties: {name: b}
    options:
      protect: maybe
      retainOnDelte: true
";
    assert_eq!(
        mistakes(text),
        [
            (
                "`users.yaml`: `resources.a` has `properties` that are not a map".to_owned(),
                "users.yaml:3:3".to_owned()
            ),
            (
                "`users.yaml`: `resources.b.options.protect` must be `true` or `false`, is a string"
                    .to_owned(),
                "users.yaml:8:7".to_owned(),
            ),
            (
                "`users.yaml`: `resources.b.options.retainOnDelte` is not a resource option".to_owned(),
                "users.yaml:9:7".to_owned(),
            ),
        ],
    );
    let text = "resources:\n  a:\n    type: aws:connect:User\n    properties:\n      name: ${a b}$\n      tags: {x: '${}'}\n";
    let [(message, place)] = mistakes(text).try_into().expect("one mistake");
    assert_eq!(message, "`users.yaml`: resources.a.tags.x: `${}` is not a reference");
    assert_eq!(place, "users.yaml:6:14");
    let broken = mistakes("resources: [");
    assert!(
        broken[0].0.starts_with("`users.yaml` is neither YAML nor JSON")
            && broken[0].1.starts_with("users.yaml:")
    );
}

#[test]
fn what_cannot_be_read_of_a_user_is_a_diagnostic_of_that_user() {
    let text = "resources: {a: {type: 'aws:connect:User', properties: {name: [], nmae: x, tags: {t: '${nothing}'}}}}";
    let program = read(text).expect("a program");
    let user = program.user("a").expect("a user");
    let found = program.evaluate(user, &Scope::default()).expect("a value");
    let undefined = found.mistakes.iter().find(|mistake| mistake.code == Code::UNDEFINED_REFERENCE);
    let undefined = undefined.expect("an undefined reference");
    assert_eq!(undefined.path.to_string(), "tags.t");
    assert_eq!(program.location("a", "tags.t").expect("a place").to_string(), "users.yaml:1:82");
    assert!(found.mistakes.iter().any(|mistake| mistake.code == Code::UNKNOWN_MEMBER));
}

#[test]
fn nearly_users_are_told_from_other_resources() {
    let of_type = |kind: &str| read(&format!("resources: {{a: {{type: {kind:?}}}}}"));
    for kind in [
        "aws:connect:user",
        "aws:connect:Usr",
        "aws:connect/user:user",
        "aws-native:connect:User",
        "AWS::Connect::User",
        "aws:conect:User",
        "aws:connect:Users",
        "awscc_connect_user",
        "aws_connect_user",
        "connect_user",
        "aws:connect/usr:Usr",
        " aws:connect:User",
    ] {
        assert!(of_type(kind).expect_err(kind).to_string().contains("is not managed here"), "{kind}");
    }
    for kind in [
        "aws:connect:Queue",
        "aws:connect:QuickConnect",
        "aws:connect:UserHierarchyGroup",
        "aws:connect:Instance",
        "aws:iam:User",
        "aws:iam/user:User",
        "aws:transfer:User",
        "aws:connect:View",
        "aws-native:connect:Rule",
        "aws:cognito:User",
        "random:RandomPassword",
        "aws:connect:Vocabulary",
        "aws:connect:Prompt",
        "",
    ] {
        assert!(of_type(kind).is_ok(), "{kind}");
    }
}

/// YAML looks for the colon of a key no further than a thousand characters.
#[test]
fn a_key_of_any_length_is_read_back() {
    for length in [999, 1_000, 1_001, 1_022, 1_024, 5_000] {
        let (name, tag) = ("n".repeat(length), "é".repeat(length));
        let tags = Value::Map([&tag, "other"].map(|key| (key.to_owned(), "v".into())).to_vec());
        let properties = Value::Map(vec![("tags".to_owned(), tags)]);
        let yaml = WrittenResource::new(&name, &properties, None).yaml();
        let program =
            read(&format!("resources:\n{yaml}")).unwrap_or_else(|error| panic!("{length}: {error}"));
        let tags = spec(&program, &name, &Scope::default()).tags.expect("tags");
        let keys: Vec<&String> = tags.known().expect("known").keys().collect();
        assert_eq!(keys, ["other", tag.as_str()], "{length}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let program = read(USERS).expect("a program");
    let lead = spec(&program, "lead", &Scope::default());
    let id = "i1:u1".parse().expect("an id");
    for import in [None, Some(&id)] {
        let resource = WrittenResource::new("le: ad", &lead.encode(), import);
        let yaml = read(&format!("resources:\n{}", resource.yaml())).expect("a program");
        let json = Value::Map(vec![("resources".to_owned(), Value::Map(vec![resource.into_member()]))]);
        let json = read(&serde_json::to_string(&json).expect("JSON")).expect("a program");
        for program in [yaml, json] {
            assert_eq!(spec(&program, "le: ad", &Scope::default()), lead);
            assert_eq!(program.user("le: ad").expect("a user").options().import.as_ref(), import);
        }
    }
}

#[test]
fn whatever_a_key_looks_like_it_is_written_as_a_text() {
    let keys = ["yes", "No", "on", "null", "1", "1e3", "~", "a b", "a:b", "-", "", "é", "Team", "team_2"];
    let tags = Value::Map(keys.iter().map(|key| ((*key).to_owned(), "x".into())).collect());
    let properties = Value::Map(vec![("tags".to_owned(), tags.clone())]);
    let yaml = WrittenResource::new("a", &properties, None).yaml();
    let program = read(&format!("resources:\n{yaml}")).expect("a program");
    let Value::Map(members) = spec(&program, "a", &Scope::default()).encode() else { panic!("no map") };
    let read = members.into_iter().find(|(name, _)| name == "tags").expect("tags").1;
    assert_eq!(
        serde_json::to_value(&read).expect("JSON"),
        serde_json::to_value(&tags).expect("JSON"),
        "{yaml}"
    );
}

#[test]
fn the_first_mistake_says_how_many_more_there_are() {
    let user = "{type: aws:connect:User, properties: {}, options: {hideDiffs: []}}";
    for (count, more) in [(1, ""), (2, "; and 1 more mistake"), (3, "; and 2 more mistakes")] {
        let users: String = (0..count).map(|number| format!("\n  user{number}: {user}")).collect();
        let error = read(&format!("resources:{users}")).expect_err("mistakes").to_string();
        let (_, rest) = error.split_once(')').expect("a place");
        assert_eq!(rest, more, "{error}");
    }
}

#[test]
fn a_key_that_comes_twice_is_a_mistake_wherever_it_stands() {
    let user = "type: aws:connect:User, properties: {instanceId: i, name: a";
    let many: String = (0..20).map(|number| format!("tag{number}: x, ")).collect();
    for (text, key) in [
        ("resources: {}\nresources: {}".to_owned(), "resources"),
        ("name: x\nname: y\nresources: {}".to_owned(), "name"),
        (format!("resources:\n  a: {{{user}}}}}\n  a: {{{user}}}}}"), "a"),
        (format!("resources:\n  a: {{{user}, name: b}}}}"), "name"),
        (format!("resources:\n  a: {{{user}, tags: {{{many}tag3: y}}}}}}"), "tag3"),
        ("variables: {list: [{k: 1, k: 2}]}\nresources: {}".to_owned(), "k"),
    ] {
        // The last line in which it stands, and the last place but for the resource's.
        let (line, said) = text
            .lines()
            .enumerate()
            .filter(|(_, said)| said.contains(&format!("{key}: ")))
            .last()
            .expect("it");
        let from = format!("{key}: ");
        let column = if key == "a" { said.find(&from) } else { said.rfind(&from) }.expect("it");
        let expected = (
            format!("`users.yaml` has the key `{key}` twice"),
            format!("users.yaml:{}:{}", line + 1, column + 1),
        );
        assert_eq!(mistakes(&text), [expected], "{text}");
    }
    // Two keys for YAML, and one name.
    let [(message, _)] = &*mistakes("resources: {1: {type: x}, \"1\": {type: x}}") else {
        panic!("a mistake")
    };
    assert_eq!(message, "`users.yaml` has the key `1` twice");
}

#[test]
fn what_a_map_says_itself_goes_before_what_is_merged_into_it() {
    let text = "variables:\n  common: &common {instanceId: i, name: x, routingProfileId: r, tags: {a: b}}\n\
                resources:\n  ana:\n    type: aws:connect:User\n    properties: {name: ana, <<: *common, \
                securityProfileIds: [s]}\n";
    let program = read(text).expect("a program");
    let spec = spec(&program, "ana", &Scope::default());
    assert_eq!(spec.name, Some("ana".to_owned().into()));
    assert_eq!(spec.instance_id, Input::Known("i".into()));
    assert_eq!(program.location("ana", "name").map(|at| (at.line, at.column)), Some((6, 18)));
}

/// As `parseInterpolate` of Pulumi reads them.
#[test]
fn a_doubled_dollar_is_one_and_a_reference_is_closed() {
    let user = |text: &str| {
        let text = text.replace('"', "\\\"");
        format!(
            "variables: {{x: {{'a}}b': c, y: d}}}}\nresources:\n  a:\n    type: aws:connect:User\n    properties: {{instanceId: i, name: a, \
             routingProfileId: r, securityProfileIds: [s], tags: {{t: \"{text}\"}}}}\n"
        )
    };
    for (text, expected) in [
        ("$", "$"),
        ("a$b$", "a$b$"),
        ("a$$b$$", "a$b$"),
        ("$$$", "$$"),
        ("$$$$", "$$"),
        ("$${x.y}", "${x.y}"),
        ("$$${x.y}", "$d"),
        ("$$$${x.y}", "$${x.y}"),
        ("$$$$${x.y}$$${x.y}", "$$d$d"),
        ("${x[\"a}b\"]}}", "c}"),
        ("{$$}{", "{$}{"),
    ] {
        let program = read(&user(text)).expect("a program");
        let tags = spec(&program, "a", &Scope::default()).tags.expect("tags").into_known().expect("known");
        assert_eq!(tags.get("t"), Some(&Input::Known(expected.to_owned())), "{text}");
        // What is written means the same.
        let properties: Value =
            serde_json::from_value(serde_json::json!({"tags": {"t": expected}})).expect("JSON");
        let written = WrittenResource::new("a", &properties, None).yaml();
        let program = read(&format!("resources:\n{written}")).expect("a program");
        let again = spec(&program, "a", &Scope::default()).tags.expect("tags").into_known().expect("known");
        assert_eq!(again.get("t"), Some(&Input::Known(expected.to_owned())), "{written}");
    }
    for text in ["${", "a ${x.y", "$$${x", "${x[\"}"] {
        let told = mistakes(&user(text));
        assert_eq!(told[0].0, "`users.yaml`: resources.a.tags.t: a `${` is not closed", "{text}");
    }
    let unused = "variables: {x: '${a.b'}\noutputs: {y: ['${']}\nresources: {}\n";
    let told: Vec<_> = mistakes(unused).into_iter().map(|(message, _)| message).collect();
    let expected =
        ["`variables.x` has a `${` that is not closed", "`outputs.y` has a `${` that is not closed"];
    assert_eq!(told.len(), 2);
    assert!(told.iter().zip(expected).all(|(told, expected)| told.contains(expected)), "{told:?}");
}
