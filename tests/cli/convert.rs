//! `convert`: files of other tools as programs, which then plan and apply.

use serde_json::{Value, json};

use crate::tool::{Tool, jane, named, repository, resource, user};

fn case(name: &str) -> String {
    repository(&format!("tests/interop/cases/{name}"))
}

#[test]
fn a_table_becomes_a_program_that_applies() {
    let tool = Tool::new();
    let said = tool.ok(&["convert", &case("03-agents.csv"), "--instance", "i"]);
    assert!(said.err.contains("warning[not-converted]: passwords are left out (2 times)"), "{}", said.err);
    assert!(said.err.contains("2 users converted"), "{}", said.err);
    assert!(!said.out.contains("Welcome2Connect"));
    let said = tool.ok(&["convert", &case("03-agents.csv"), "--instance", "i", "--with-passwords"]);
    let program = tool.write_text(&said.out);
    assert!(tool.ok(&["apply", &program, "--yes"]).out.contains("2 created"));
    assert!(tool.plan(&program).is_empty());
}

#[test]
fn references_of_a_template_become_configuration() {
    let tool = Tool::new();
    let said = tool.ok(&["convert", &case("10-user.cfn.yaml"), "--set", "InstanceArn=i"]);
    assert!(said.out.contains("\"FirstPassword\": {\"type\":\"string\",\"secret\":true}"), "{}", said.out);
    assert!(said.out.contains("routingProfileId: \"${Routing_RoutingProfileArn}\""), "{}", said.out);
    assert!(said.out.contains("retainOnDelete: true"), "{}", said.out);
    let program = tool.write_text(&said.out);
    let given = ["--set", "Routing_RoutingProfileArn=r1", "--set", "FirstPassword=Welcome2Connect"];
    let plan = tool.ok(&[&["plan", &program], &given[..]].concat());
    assert!(plan.out.contains("mira.holt"), "{}", plan.out);
}

#[test]
fn what_is_wrong_with_a_file_ends_the_command_with_its_place() {
    let tool = Tool::new();
    std::fs::write(tool.path("agents.csv"), "user login,acw,phone type\njane,soon,soft\n").expect("written");
    let said = tool.fails(&["convert", "agents.csv"]);
    assert!(
        said.contains("error[wrong-type]: jane: `phoneConfig.afterContactWorkTimeLimit` is `soon`"),
        "{said}"
    );
    assert!(said.contains("at: agents.csv:2:6"), "{said}");
    let said = tool.run(&["convert", "agents.csv", "--format", "json"]);
    let line: Value = serde_json::from_str(said.err.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        (&line["level"], &line["line"], &line["code"]),
        (&"error".into(), &2.into(), &"wrong-type".into())
    );
    assert_eq!((said.code, said.out.as_str()), (1, ""));

    std::fs::write(tool.path("agents.csv"), "user login,acw,phone type\njane,3,soft\n").expect("written");
    let said = tool.fails(&["convert", "agents.csv"]);
    assert!(said.contains("error[missing-required]: jane: `routingProfileId` is required"), "{said}");
    std::fs::write(tool.path("text"), "hello").expect("written");
    assert!(tool.fails(&["convert", "text"]).contains("`text` looks like no format that is read"));
    let said = tool.fails(&["convert", &case("12-backup.json"), "--to", "aws-cli"]);
    assert!(said.contains("program, program-json, terraform, cloudformation, csv, console-csv"), "{said}");
}

#[test]
fn of_many_mistakes_the_first_are_shown_and_the_others_counted() {
    let tool = Tool::new();
    let mut table = "user login,acw,phone type\n".to_owned();
    for number in 0..150 {
        table += &format!("agent{number},3,soft\n");
    }
    std::fs::write(tool.path("agents.csv"), table).expect("written");
    let said = tool.fails(&["convert", "agents.csv"]);
    assert_eq!(said.matches("error[missing-required]").count(), 100, "{said}");
    assert!(said.contains("note: 200 more findings are not shown"), "{said}");
    assert!(said.ends_with("note: in all: missing-required 300\n"), "{said}");
}

#[test]
fn a_file_that_is_no_program_is_told_from_one_with_the_way_out() {
    let tool = Tool::new();
    for name in ["03-agents.csv", "10-user.cfn.yaml", "12-backup.json"] {
        let said = tool.fails(&["plan", &case(name)]);
        assert!(said.contains("`convert` makes a program of it"), "{said}");
    }
    let configuration = repository("examples/terraform-provider/tests/cases/01-ignore-changes.tf");
    assert!(tool.fails(&["plan", &configuration]).contains("terraform show -json"));
}

#[test]
fn a_value_that_nothing_in_a_file_uses_is_told_with_what_takes_one() {
    let tool = Tool::new();
    let template = case("10-user.cfn.yaml");
    for (given, message, help) in [
        (
            "Nope=S3cret",
            "nothing in the template uses `Nope`",
            "what takes a value: `FirstPassword`, `InstanceArn`",
        ),
        ("InstanceArm=S3cret", "nothing in the template uses `InstanceArm`", "did you mean `InstanceArn`?"),
    ] {
        for command in ["convert", "adopt"] {
            let said = tool.fails(&[command, &template, "--set", given]);
            assert!(said.contains(message) && said.contains(help) && !said.contains("S3cret"), "{said}");
        }
    }
    // A parameter that other resources use, or none, is one.
    tool.ok(&["convert", &template, "--set", "FirstPassword=S3cret"]);
    let said = tool.fails(&["convert", &case("03-agents.csv"), "--set", "Nope=S3cret"]);
    assert!(
        said.contains("has no references: nothing in it uses `Nope`") && !said.contains("S3cret"),
        "{said}"
    );
    let program = tool.program(&jane());
    for command in ["convert", "plan"] {
        let said = tool.fails(&[command, &program, "--set", "Nope=S3cret"]);
        assert!(said.contains("nothing in the program uses `Nope`"), "{said}");
        assert!(said.contains("leave it out: nothing there takes a value"), "{said}");
    }
}

#[test]
fn a_program_becomes_a_file_of_another_tool() {
    let tool = Tool::new();
    let backup = case("12-backup.json");
    let hcl = tool.ok(&["convert", &backup, "--to", "terraform"]);
    assert!(hcl.out.contains("resource \"connect_user\" \"mira_holt\" {"), "{}", hcl.out);
    let said = tool.ok(&["convert", &backup, "--to", "cloudformation", "--imports", "imports.json"]);
    let template: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(template["Resources"]["miraholt"]["Type"], "AWS::Connect::User");
    let imports = std::fs::read_to_string(tool.path("imports.json")).expect("a file");
    assert!(imports.contains("agent/11111111-aaaa-4bbb-8ccc-222222222222"), "{imports}");
    assert!(tool.ok(&["convert", &backup, "--to", "cloudformation"]).err.contains("`--imports PATH`"));
    let said = tool.fails(&["convert", &backup, "--to", "terraform", "--imports", "imports.json"]);
    assert!(said.contains("there is nothing to write to `imports.json`"), "{said}");
    for table in ["csv", "console-csv"] {
        let said = tool.fails(&["convert", &backup, "--to", table, "--imports", "imports.json"]);
        assert!(
            said.contains("a table does not say which users exist; `adopt` finds them by name"),
            "{said}"
        );
    }
    // An earlier one is written anew; what is another file stays.
    tool.ok(&["convert", &backup, "--to", "cloudformation", "--imports", "imports.json"]);
    std::fs::write(tool.path("template.yaml"), "Resources: {}\n").expect("written");
    let said = tool.fails(&["convert", &backup, "--to", "cloudformation", "--imports", "template.yaml"]);
    assert!(said.contains("`template.yaml` is there, and is no file of resources to import"), "{said}");
    assert_eq!(std::fs::read_to_string(tool.path("template.yaml")).expect("a file"), "Resources: {}\n");
    let table =
        tool.ok(&["convert", &case("07-console-template.csv"), "--to", "console-csv", "--instance", "i"]);
    assert!(
        table.out.contains(
            ",Basic Routing Profile,Admin|Agent,Europe|Netherlands|Utrecht,soft,,yes,,1,team|a||site|utrecht"
        ),
        "{}",
        table.out
    );
    assert!(table.err.contains("the table has no column for `instanceId`"), "{}", table.err);
}

/// A program has import ids, and CloudFormation asks for ARNs.
#[test]
fn the_arns_of_an_exported_program_come_from_that_of_its_instance() {
    const ARN: &str = "arn:aws:connect:eu-west-2:111122223333:instance/i";
    let tool = Tool::new();
    let program = |instance: &str, options: &str| {
        let text = format!(
            "resources: {{ana: {{type: 'aws:connect:User', options: {options}, properties: {{name: ana, instanceId: '{instance}', \
             routingProfileId: r, securityProfileIds: [s], phoneConfig: {{phoneType: SOFT_PHONE}}}}}}}}\n"
        );
        tool.write_text(&text)
    };
    let imports = |more: &[&str]| {
        [&["convert", "program.yaml", "--to", "cloudformation", "--imports", "j.json"], more]
            .concat()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let run = |more: &[&str]| tool.run(&imports(more).iter().map(String::as_str).collect::<Vec<_>>());
    program("i", "{import: 'i:u1'}");
    for more in
        [&[][..], &["--instance", "i"], &["--instance", "arn:aws:connect:eu-west-2:111122223333:instance/k"]]
    {
        let said = run(more);
        assert!(
            said.err.contains("the ARNs of the users are not known: give `--instance ARN`"),
            "{}",
            said.err
        );
    }
    let expected = json!([{"ResourceType": "AWS::Connect::User", "LogicalResourceId": "ana",
        "ResourceIdentifier": {"UserArn": format!("{ARN}/agent/u1")}}]);
    let written = || -> Value {
        let text = std::fs::read_to_string(tool.path("j.json")).expect("a file");
        std::fs::remove_file(tool.path("j.json")).expect("removed");
        serde_json::from_str(&text).expect("JSON")
    };
    let said = run(&["--instance", ARN]);
    assert_eq!((said.code, written()), (0, expected.clone()), "{}", said.err);
    assert!(said.out.contains(&format!("\"InstanceArn\": \"{ARN}\"")), "{}", said.out);
    program(ARN, "{import: 'i:u1'}");
    let said = run(&[]);
    assert_eq!((said.code, written()), (0, expected), "{}", said.err);
    program(ARN, "{}");
    assert!(run(&[]).err.contains("leave `--imports` out: no user exists yet"));
}

#[test]
fn what_a_list_of_names_lacks_is_told_once() {
    let tool = Tool::new();
    let users: Vec<Value> =
        (0..3).map(|id| json!({"Username": format!("u{id}"), "Id": format!("i{id}")})).collect();
    std::fs::write(tool.path("list.json"), json!({"UserSummaryList": users}).to_string()).expect("written");
    let said = tool.fails(&["convert", "list.json", "--instance", "i"]);
    assert_eq!(said.matches("error").count(), 1, "{said}");
    assert!(said.contains("`list-users` has names only") && said.contains("list.json:1:"), "{said}");
    std::fs::write(tool.path("mapping.yaml"), "columns: {Team: tags.team}").expect("written");
    let said = tool.fails(&["convert", "list.json", "--instance", "i", "--mapping", "mapping.yaml"]);
    assert!(said.contains("`list.json` is `aws-cli`, which has no columns for a mapping"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_template_and_its_imports_are_written_both_or_neither() {
    let tool = Tool::new();
    let backup = case("12-backup.json");
    let args = ["convert", &backup, "--to", "cloudformation", "--imports", "imports.json"];
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let status = |out: std::fs::File| tool.command(&args).stdout(out).status().expect("it runs");
    assert!(!status(full()).success());
    let left = || {
        let names = std::fs::read_dir(tool.path(".")).expect("a folder").filter_map(Result::ok);
        names.map(|file| file.file_name()).collect::<Vec<_>>()
    };
    assert!(left().is_empty(), "{:?}", left());
    // An earlier one stays as it is.
    std::fs::write(tool.path("imports.json"), "[]").expect("written");
    assert!(!status(full()).success());
    assert_eq!(std::fs::read_to_string(tool.path("imports.json")).expect("a file"), "[]");
    assert_eq!(left(), ["imports.json"]);
    // Where the second file cannot be, nothing is printed.
    let args = ["convert", &backup, "--to", "cloudformation", "--imports", "nowhere/imports.json"];
    let said = tool.run(&args);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("`nowhere/imports.json` cannot be written"), "{}", said.err);
}

#[test]
fn a_file_from_a_pipe_is_converted() {
    let tool = Tool::new();
    let file = std::fs::File::open(case("12-backup.json")).expect("a file");
    let said = tool.command(&["convert", "-"]).stdin(file).output().expect("it runs");
    assert!(String::from_utf8_lossy(&said.stdout).contains("import: \"1c2d:11111111"), "{said:?}");
    std::fs::write(tool.path("empty.csv"), "\n").expect("written");
    assert!(tool.fails(&["convert", "empty.csv"]).contains("`empty.csv` is empty"));
    std::fs::write(tool.path("main.tf"), "# users\nresource \"aws_connect_user\" \"a\" {}\n")
        .expect("written");
    assert!(tool.fails(&["convert", "main.tf"]).contains("terraform show -json"));
}

/// The users of `agents.csv`, as others have made them.
fn with_users(tool: &Tool) {
    let text = "user login,password,first name,last name,routing_profile_id,security_profile_ids,phone_type,acw\n\
                mira,Welcome2Connect,Mira,Holt,r1,s1,soft,30\nteo,Welcome2Connect,Teo,Banks,r1,s1,soft,0\n";
    std::fs::write(tool.path("agents.csv"), text).expect("written");
    let program = tool.ok(&["convert", "agents.csv", "--instance", "i", "--with-passwords"]).out;
    std::fs::write(tool.path("all.yaml"), program).expect("written");
    tool.ok(&["apply", "all.yaml", "--yes", "--state", "other.redb"]);
}

#[test]
fn users_of_a_file_are_adopted_and_then_plan_to_nothing() {
    let tool = Tool::new();
    with_users(&tool);
    let said = tool.ok(&["adopt", "agents.csv", "--instance", "i"]);
    assert!(
        said.out
            .contains("Recorded 2 users (0 already recorded, 0 not there). 0 of them differ from the file"),
        "{}",
        said.out
    );
    assert!(tool.plan("all.yaml").is_empty());
    // A second time, with a change and somebody new.
    let text = std::fs::read_to_string(tool.path("agents.csv")).expect("a file");
    let text = text.replace("Mira,Holt", "Mira,Horst") + "ana,,Ana,Roe,r1,s1,soft,0\n";
    std::fs::write(tool.path("agents.csv"), text).expect("written");
    let said = tool.ok(&["adopt", "agents.csv", "--instance", "i"]);
    assert!(said.out.contains("~ identityInfo.lastName: \"Holt\" → \"Horst\""), "{}", said.out);
    assert!(said.err.contains("`ana` is not there: an `apply` would create it"), "{}", said.err);
    assert!(
        said.out
            .contains("Recorded 0 users (2 already recorded, 1 not there). 1 of them differ from the file"),
        "{}",
        said.out
    );
    let said = tool.json(&["adopt", "agents.csv", "--instance", "i"]);
    let outcomes: Vec<&str> = said["users"]
        .as_array()
        .expect("users")
        .iter()
        .map(|user| user["outcome"].as_str().expect("a text"))
        .collect();
    assert_eq!(outcomes, ["recorded", "recorded", "notFound"]);
    assert_eq!((&said["users"][0]["action"], &said["others"]), (&"update".into(), &0.into()));
    assert!(
        tool.fails(&["adopt", "agents.csv", "--instance", "i", "--allow", "email-shape"]).contains("no use")
    );
}

/// A table refers to nothing, and a list of names creates nobody.
#[test]
fn what_a_file_lacks_of_whom_it_adopts_is_told_with_the_way_out() {
    let tool = Tool::new();
    with_users(&tool);
    let said = tool.run(&["adopt", "agents.csv"]).err;
    assert!(said.contains("`mira` is not looked for: its instance is not known\n"), "{said}");
    assert!(said.contains("help: give the instance of the users; `--instance ID`"), "{said}");
    std::fs::write(tool.path("names.csv"), "user login,first name,last name\nnobody,No,Body\n")
        .expect("written");
    let said = tool.run(&["adopt", "names.csv", "--instance", "i"]).err;
    assert!(said.contains("`nobody` is not there\n") && !said.contains("would create"), "{said}");
    let mut nameless = named("x");
    nameless.as_object_mut().expect("an object").remove("name");
    nameless["instanceId"] = "i".into();
    let file = tool.write(&json!({"resources": {"made": resource(nameless), "open": user("y", |user| {
        user["instanceId"] = "${made.id}".into();
    })}}));
    let said = tool.run(&["adopt", &file]).err;
    assert!(said.contains("`made` is not looked for: the file has no user name of it\n"), "{said}");
    assert!(said.contains("help: give it one in the file"), "{said}");
    assert!(said.contains("help: give the value that it refers to in the file"), "{said}");
}

#[test]
fn what_is_no_file_of_users_is_told_as_what_it_is() {
    let tool = Tool::new();
    std::fs::write(tool.path("empty.json"), "[]").expect("written");
    assert!(tool.fails(&["convert", "empty.json", "--from", "scim"]).contains("has no SCIM users"));
    std::fs::write(tool.path("empty.json"), r#"{"Resources": [], "totalResults": 0}"#).expect("written");
    tool.ok(&["convert", "empty.json", "--from", "scim"]);
    let file = tool.program(&jane());
    tool.run(&["plan", &file, "--out", "saved.json"]);
    let said = tool.fails(&["convert", "saved.json"]);
    assert!(
        said.contains("is a saved plan, not a program") && said.contains("`apply` carries it out"),
        "{said}"
    );
    std::fs::write(tool.path("bin"), b"\xff\xfe{").expect("written");
    let said = tool.fails(&["state", "import", "bin"]);
    assert!(said.contains("`bin`: it is not UTF-8 text") && said.contains("save it as UTF-8"), "{said}");
}

#[test]
fn the_schema_of_programs_is_printed() {
    let schema: Value = serde_json::from_str(&Tool::new().ok(&["schema"]).out).expect("JSON");
    assert_eq!(
        schema["$defs"]["user"]["properties"]["properties"]["properties"]["password"]["writeOnly"],
        true
    );
}
