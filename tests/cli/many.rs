//! Many users: exported, imported, targeted, guarded, and ended before everything is done.

use serde_json::{Value, json};

use crate::tool::{Tool, jane, named, resource, user};

/// A program of users whose names in it are `a0`, `a1` …
fn program(tool: &Tool, count: usize, change: impl Fn(usize, &mut Value)) -> String {
    let of = |number: usize| {
        (format!("a{number}"), user(&format!("agent-{number}"), |properties| change(number, properties)))
    };
    let users: serde_json::Map<_, _> = (0..count).map(of).collect();
    tool.write(&json!({"resources": users}))
}

#[test]
fn what_is_exported_imports_itself_and_plans_to_nothing() {
    let tool = Tool::new();
    tool.apply(&program(&tool, 5, |number, user| {
        user["tags"] = json!({"number": number.to_string(), "text": "$${no} $$$${reference"});
    }));
    std::fs::remove_dir_all(tool.path(".connect-user/none")).ok();
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("no state");
    let exported = tool.ok(&["export", "--instance", "i"]);
    assert!(exported.err.contains("5 users; passwords cannot be read"), "{}", exported.err);
    let file = tool.write_text(&exported.out);
    assert!(exported.out.contains("import: \"i:"), "{}", exported.out);
    let planned = tool.ok(&["plan", &file, "--detailed-exitcode"]);
    assert_eq!(planned.out, "No changes: 5 up to date.\n");
    // Nobody is recorded, and so deleted one day, whom no plan has shown, and without a yes.
    assert_eq!(planned.err.matches("which is imported").count(), 5, "{}", planned.err);
    assert_eq!(tool.json(&["plan", &file])["imports"].as_array().expect("imports").len(), 5);
    assert!(tool.fails(&["apply", &file]).contains("there is no terminal to ask on"));
    assert!(tool.json(&["show"])["users"].as_object().expect("users").is_empty());
    assert!(tool.apply(&file).is_empty());
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 5);
    // What is exported of recorded users is a backup: it means them also where their state is lost.
    let again = tool.ok(&["export", "--instance", "i"]).out;
    assert_eq!(again, exported.out);
    let file = tool.write_text(&again);
    for (state, told) in [(".connect-user/users.redb", ""), ("lost.redb", "which is imported")] {
        let plan = tool.ok(&["plan", &file, "--state", state]);
        assert!(plan.out == "No changes: 5 up to date.\n" && plan.err.contains(told), "{}", plan.err);
    }
    // A search tells less, and what it leaves out is left alone.
    let tool_file = tool.write_text(&tool.ok(&["export", "--instance", "i", "--refresh", "search"]).out);
    assert!(!std::fs::read_to_string(tool.path(&tool_file)).expect("text").contains("email"));
    let changes = tool.json(&["plan", &tool_file]);
    assert_eq!(changes["summary"]["update"], 5, "the recorded program set e-mail addresses: {changes}");
}

#[test]
fn everybody_is_imported_at_once_and_nobody_twice() {
    let tool = Tool::new();
    tool.apply(&program(&tool, 4, |_, _| ()));
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("no state");
    let said = tool.ok(&["import", "--all", "--instance", "i"]).out;
    assert_eq!(said, "Recorded 4 users (0 already recorded); `export` prints a program of them.\n");
    let said = tool.json(&["import", "--all", "--instance", "i"]);
    assert_eq!(said, json!({"imported": 0, "recorded": 4}));
    let file = tool.write_text(&tool.ok(&["export", "--instance", "i"]).out);
    assert_eq!(tool.ok(&["plan", &file]).out, "No changes: 4 up to date.\n");
    // Their names in an older program are others: they move.
    let file = program(&tool, 4, |_, _| ());
    assert_eq!(tool.ok(&["plan", &file]).out, "No changes: 4 up to date.\n");
    assert!(tool.fails(&["import", "--all", "--instance", "a b"]).contains("is not the id of an instance"));
    assert_eq!(tool.run(&["import", "--all"]).code, 1, "of which instance?");
}

/// The first findings of so many can no longer be seen.
#[test]
fn a_lost_state_is_told_with_the_way_out_and_not_once_for_each_user() {
    let tool = Tool::new();
    let file = program(&tool, 8, |_, _| ());
    tool.apply(&file);
    let planned = tool.ok(&["plan", &file, "--state", "lost.redb"]);
    assert_eq!(
        planned.err.matches("which is not recorded: import it if it is meant").count(),
        5,
        "{}",
        planned.err
    );
    assert!(planned.err.contains("the same is true of 3 more users"), "{}", planned.err);
    assert!(planned.err.contains("`adopt FILE` all users of a program"), "{}", planned.err);
    tool.ok(&["adopt", &file, "--state", "lost.redb"]);
    assert_eq!(tool.ok(&["plan", &file, "--state", "lost.redb"]).out, "No changes: 8 up to date.\n");
}

#[test]
fn many_findings_are_counted_by_code_at_the_end() {
    let tool = Tool::new();
    let wrong = |number: usize, user: &mut Value| {
        user["phoneConfig"]["afterContactWorkTimeLimit"] = json!(-4 - number as i64);
        if number.is_multiple_of(2) {
            user["identityInfo"]["email"] = "none".into();
        }
    };
    let told = |count| tool.fails(&["validate", &program(&tool, count, wrong)]);
    let said = told(30);
    assert!(said.ends_with("note: in all: after-contact-work-limit 30, email-shape 15\n"), "{said}");
    assert!(!told(5).contains("in all"));
}

/// One mistake in the template of a program is one of all its users.
#[test]
fn what_is_equal_for_many_users_is_told_once_with_their_number() {
    let tool = Tool::new();
    tool.apply(&program(&tool, 8, |_, _| ()));
    tool.change_service(|service| {
        service["instances"][0]["routingProfiles"] = json!(["r1"]);
        service["instances"][0]["names"] = json!({"routingProfiles": {"r1": "Basic"}});
        service["instances"][0]["userQuota"] = json!(8);
    });
    let file = program(&tool, 8, |number, user| {
        user["routingProfileId"] = json!(if number == 3 { "r8" } else { "r9" });
    });
    let said = tool.fails(&["plan", &file]);
    assert_eq!(said.matches("has no routing profile").count(), 2, "{said}");
    let seven =
        "7 users (`a0`, `a1`, `a2`, `a4`, `a5` and 2 more): the instance `i` has no routing profile `r9`";
    assert!(
        said.contains(seven) && said.contains("a3: the instance `i` has no routing profile `r8`"),
        "{said}"
    );
    assert!(said.contains("\n  at: a0.routingProfileId (program.yaml:"), "{said}");
    // Machines are told of each.
    let lines = tool.run(&["plan", &file, "--format", "json"]).err;
    assert_eq!(lines.matches("has no routing profile").count(), 8, "{lines}");

    let file = program(&tool, 8, |_, user| user["password"] = json!("Password456"));
    let said = tool.fails(&["plan", &file, "--on-password-change", "refuse"]);
    assert_eq!(said.matches("`password` has changed").count(), 1, "{said}");
    assert!(
        said.contains("8 users (`a0`, `a1`, `a2`, `a3`, `a4` and 3 more): `password` has changed"),
        "{said}"
    );
    // A plan that was carried out is stale for all of its users.
    let file = program(&tool, 8, |_, user| user["tags"] = json!({"team": "red"}));
    tool.ok(&["plan", &file, "--out", "plan.json"]);
    tool.ok(&["apply", "plan.json", "--yes"]);
    let said = tool.fails(&["apply", "plan.json", "--yes"]);
    assert_eq!(said.matches("has changed since the plan was saved").count(), 5, "{said}");
    assert!(said.contains("error: the same is true of 3 more users\n  help: plan again"), "{said}");
    // The ids of their requests differ.
    let said = tool.fails(&["apply", &program(&tool, 14, |_, _| ()), "--yes"]);
    assert_eq!(said.matches("`CreateUser` failed").count(), 1, "{said}");
    assert!(said.contains("6 users ("), "{said}");
}

#[test]
fn only_the_targets_are_touched() {
    let tool = Tool::new();
    let file = program(&tool, 4, |_, _| ());
    assert_eq!(tool.json_lines(&["apply", &file, "--yes", "--target", "a1", "--target", "a3"]).len(), 3);
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 2);
    assert_eq!(tool.plan(&file), ["CreateUser", "CreateUser"]);
    tool.apply(&file);
    // Who left the program goes only if it is meant.
    let file = program(&tool, 2, |number, user| user["routingProfileId"] = json!(format!("r{number}")));
    let plan = tool.json(&["plan", &file, "--target", "a0", "--target", "a3"]);
    let summary = &plan["summary"];
    assert_eq!((&summary["update"], &summary["delete"]), (&json!(1), &json!(1)), "{plan}");
    let wrong = tool.fails(&["plan", &file, "--target", "b0"]);
    assert!(wrong.contains("there is no user `b0` in the program or the state"), "{wrong}");
}

#[test]
fn many_deletions_must_be_meant() {
    let tool = Tool::new();
    tool.apply(&program(&tool, 40, |_, _| ()));
    let file = program(&tool, 30, |_, _| ());
    for command in [&["plan", &file][..], &["apply", &file, "--yes"]] {
        let said = tool.run(command);
        assert_eq!(said.code, 1);
        assert!(
            said.out.contains("- 10 users will be deleted, which is irreversible: a30, a31"),
            "{}",
            said.out
        );
        assert!(
            said.err.contains("10 of 40 users would be deleted or replaced; the limit is 4"),
            "{}",
            said.err
        );
        assert!(said.err.contains("--max-deletes 10"), "{}", said.err);
    }
    assert_eq!(tool.ok(&["apply", &file, "--yes", "--max-deletes", "10"]).err, "");
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 30);
    tool.ok(&["destroy", "--yes"]);
}

#[test]
fn a_quota_is_kept_and_estimated() {
    let tool = Tool::new();
    let file = program(&tool, 8, |_, _| ());
    let rates = ["--rate", "1000:1", "--rate", "CreateUser=20:2"];
    let said = tool.ok(&[&["plan", &file][..], &rates].concat());
    assert!(said.out.contains("8 calls, at least 1s (CreateUser 8 at 20 a second, given)."), "{}", said.out);
    let plan = tool.json(&[&["plan", &file][..], &rates].concat());
    assert_eq!(plan["summary"]["estimate"]["slowest"], "CreateUser");
    assert!((plan["summary"]["estimate"]["seconds"].as_f64().expect("a number") - 0.3).abs() < 1e-9);
    tool.ok(&[&["apply", &file, "--yes"][..], &rates].concat());
    for (rate, expected) in [
        ("2", "write `RATE:BURST`"),
        ("0:1", "must be 0.001 to"),
        ("2:0", "must be 1 to"),
        ("Fly=2:5", "no operation `Fly`"),
    ] {
        let said = tool.fails(&["plan", &file, "--rate", rate]);
        assert!(said.contains(expected), "{rate}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_cleanly_and_the_next_run_goes_on() {
    ends_cleanly("-INT", "20:1", 60);
}

#[cfg(unix)]
#[test]
fn the_usual_signal_to_end_does_the_same() {
    ends_cleanly("-TERM", "20:1", 60);
}

#[cfg(unix)]
#[test]
fn an_apply_that_never_waits_is_interrupted_too() {
    ends_cleanly("-INT", "1000000:1000000", 800);
}

#[cfg(unix)]
fn ends_cleanly(signal: &str, rate: &str, users: usize) {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };

    let tool = Tool::new();
    let file = program(&tool, users, |_, user| {
        user.as_object_mut().expect("an object").remove("password");
        user["identityInfo"].as_object_mut().expect("an object").remove("email");
    });
    let saml = ["--identity-management", "SAML", "--rate", rate, "--users-per-instance", "5000"];
    let args = [&["apply", &file, "--yes"][..], &saml].concat();
    let mut child =
        tool.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
    let made = |line: &String| line.contains("CreateUser done");
    let seen = lines.by_ref().map(|line| line.expect("text")).filter(made).take(5).count();
    assert_eq!(seen, 5);
    Command::new("kill").args([signal, &child.id().to_string()]).status().expect("interrupted");
    let rest: Vec<String> = lines.map(|line| line.expect("text")).collect();
    let output = child.wait_with_output().expect("ended");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("what was done is recorded; apply again to go on"), "{err}");
    let done = 5 + rest.iter().filter(|line| made(line)).count();
    assert!(done < users, "it ended");
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), done);
    let events = tool.json_lines(&[
        "apply",
        &file,
        "--yes",
        "--identity-management",
        "SAML",
        "--users-per-instance",
        "5000",
    ]);
    assert_eq!(events.last().expect("a summary")["created"], users - done);
}

#[test]
fn names_are_looked_up_and_mistaken_ones_refused() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    // The service in the file gets named profiles.
    tool.change_service(|service| {
        let instance = &mut service["instances"][0];
        instance["routingProfiles"] = json!(["r1", "r2"]);
        instance["names"] = json!({"routingProfiles": {"r1": "Basic", "r2": "Priority"}});
    });
    let mut properties = jane();
    properties["routingProfileId"] = json!("name:Basic");
    let file = tool.program(&properties);
    assert_eq!(tool.ok(&["plan", &file]).out, "No changes: 1 up to date.\n");
    properties["routingProfileId"] = json!("name:Priorty");
    let file = tool.program(&properties);
    let said = tool.fails(&["apply", &file, "--yes"]);
    assert!(said.contains("error[unknown-routing-profile]: jane: the instance `i` has no routing profile of the name `Priorty`"), "{said}");
    assert!(said.contains("did you mean `Priority`?"), "{said}");
    let deferred = tool.ok(&["validate", &file]).out;
    assert!(deferred.contains("1 value is not known yet"), "{deferred}");
    properties["routingProfileId"] = json!("name:Priority");
    assert_eq!(tool.apply(&tool.program(&properties)), ["UpdateUserRoutingProfile"]);
    assert_eq!(tool.json(&["show"])["users"]["jane"]["routingProfileId"], "r2");
    let exported = tool.ok(&["export", "--instance", "i", "--names"]).out;
    assert!(exported.contains("routingProfileId: \"name:Priority\""), "{exported}");
}

#[test]
fn a_plan_shows_the_order_in_which_names_and_room_are_taken() {
    let tool = Tool::new();
    let those = |names: &[(&str, &str)]| {
        let of = |(key, name): &(&str, &str)| ((*key).to_owned(), resource(named(name)));
        tool.write(&json!({"resources": names.iter().map(of).collect::<serde_json::Map<_, _>>()}))
    };
    tool.apply(&those(&[("a", "x"), ("b", "y")]));
    // Same instance and user name is the same person: they exchange their resource names.
    let file = those(&[("a", "y"), ("b", "x")]);
    assert!(tool.plan(&file).is_empty());
    let said = tool.ok(&["apply", &file, "--yes"]);
    assert!(said.err.contains("`a` is the user that was `b`"), "{}", said.err);
    // Who takes a name that another one frees meets nobody unknown.
    let said = tool.ok(&["plan", &those(&[("a", "y"), ("b", "z"), ("c", "x")])]);
    assert_eq!(said.err, "note: `c` is the user that was `b`\n");
    // Who moves is told, and costs no call.
    let file = those(&[("d", "y"), ("b", "x")]);
    let said = tool.ok(&["plan", &file]);
    assert_eq!(
        (said.out.as_str(), said.err.as_str()),
        ("No changes: 2 up to date.\n", "note: `d` is the user that was `a`\n")
    );
    assert_eq!(tool.json(&["plan", &file])["moves"], json!([{"from": "a", "user": "d"}]));
    // Rows shift, and nobody is replaced.
    tool.apply(&those(&[("0", "mira"), ("1", "teo"), ("2", "ama")]));
    let file = those(&[("0", "teo"), ("1", "ama")]);
    assert_eq!(tool.plan(&file), ["DeleteUser"]);
    tool.apply(&file);
    assert!(tool.plan(&file).is_empty());
    let users = tool.json(&["show"])["users"].clone();
    assert_eq!(
        (&users["0"]["name"], &users["1"]["name"], users.as_object().map(|users| users.len())),
        (&json!("teo"), &json!("ama"), Some(2))
    );
    // A full instance is known before the first call.
    let file = those(&[("a", "y"), ("b", "x"), ("c", "z")]);
    let full = tool.fails(&["plan", &file, "--users-per-instance", "2"]);
    assert!(full.contains("the instance `i` would have 3 users; the limit is 2"), "{full}");
}

#[test]
fn a_program_may_be_as_large_as_a_contact_centre() {
    let tool = Tool::new();
    let file = program(&tool, 12_000, |number, user| user["tags"] = json!({"number": number.to_string()}));
    assert_eq!(tool.ok(&["validate", &file]).out, "program.yaml: 12000 users valid.\n");
}

#[test]
fn users_are_removed_from_the_state_without_being_deleted() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    let unknown = tool.fails(&["state", "rm", "jane", "nobody"]);
    assert!(unknown.contains("no user is recorded as `nobody`"), "{unknown}");
    assert!(tool.ok(&["show"]).out.contains("jane"), "all or none");
    assert_eq!(tool.json(&["state", "rm", "jane"]), json!({"removed": ["jane"]}));
    assert_eq!(tool.ok(&["show"]).out, "No user is recorded.\n");
    let export = tool.ok(&["export", "--instance", "i"]).out;
    assert!(export.contains("jane"), "the account stays: {export}");
}

#[test]
fn what_is_unfinished_is_not_removed_from_the_state_unless_forced() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    let mut state: serde_json::Value =
        serde_json::from_str(&tool.ok(&["state", "export"]).out).expect("a state");
    state["users"]["jane"]["state"]["unfinished"] =
        json!({"replaced": [{"instanceId": "i", "userId": "old", "name": "jane"}]});
    std::fs::write(tool.path("state.json"), state.to_string()).expect("written");
    tool.ok(&["state", "import", "state.json", "--state", "other.redb"]);
    let said = tool.fails(&["state", "rm", "jane", "--state", "other.redb"]);
    assert!(said.contains("of `jane` is unfinished") && said.contains("--force"), "{said}");
    tool.ok(&["state", "rm", "jane", "--force", "--state", "other.redb"]);
}

#[test]
fn drift_tells_by_its_exit_code() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    assert_eq!(tool.run(&["drift", "--detailed-exitcode"]).code, 0);
    let other = ["--state", "other.redb"];
    let id = tool.json(&["show"])["users"]["jane"]["userId"].as_str().expect("an id").to_owned();
    tool.ok(&[&["import", "jane", &format!("i:{id}")][..], &other].concat());
    let mut user = jane();
    user["identityInfo"]["firstName"] = "Janet".into();
    let file = tool.program(&user);
    tool.ok(&[&["apply", &file, "--yes"][..], &other].concat());
    assert_eq!(tool.run(&["drift", "--detailed-exitcode"]).code, 2);
    assert_eq!(tool.run(&["drift"]).code, 0);
    assert_eq!(tool.run(&["drift", "--detailed-exitcode", "--local-file", "none.json"]).code, 1);
    // What is not looked at is not called unchanged.
    assert!(tool.fails(&["drift", "--refresh", "none"]).contains("`--refresh` has no use as `none`"));
    let searched = tool.ok(&["drift", "--refresh", "search"]).out;
    assert!(
        searched.ends_with(
            "; not compared: identityInfo.email, identityInfo.secondaryEmail, identityInfo.mobile, userProficiencies.\n"
        ),
        "{searched}"
    );
    let listed = tool.json(&["drift", "--refresh", "listed"])["notCompared"].clone();
    let listed = listed.as_array().expect("properties");
    assert!(listed.contains(&json!("tags")) && listed.contains(&json!("userProficiencies")), "{listed:?}");
    assert!(tool.fails(&["export", "--instance", "i", "--refresh", "none"]).contains("has no use as `none`"));
    assert!(tool.fails(&["import", "x", "i:u", "--refresh", "full"]).contains("`--refresh` has no use"));
    assert!(
        tool.fails(&["plan", &file, "--stop-after", "1"]).contains("`--stop-after` has no use in `plan`")
    );
    assert!(tool.fails(&["plan", &file, "--set", "a=1", "--set", "a=2"]).contains("`--set` gives `a` twice"));
}

#[test]
fn a_plan_is_summed_up() {
    let tool = Tool::new();
    let mut john = jane();
    john["name"] = "john".into();
    john["instanceId"] = "k".into();
    let file = tool.write(&json!({"resources": {"jane": resource(jane()), "john": resource(john)}}));
    let whole = tool.json(&["plan", &file]);
    let short = tool.json(&["plan", &file, "--summary"]);
    assert_eq!(short["summary"]["create"], 2);
    assert_eq!(short["summary"]["calls"], whole["summary"]["calls"]);
    assert_eq!(short["summary"]["instances"], json!({"i": 1, "k": 1}));
    assert!(short.get("users").is_none(), "{short}");
    let said = tool.ok(&["plan", &file, "--summary"]).out;
    assert!(said.starts_with("Plan: 2 to create"), "{said}");
    assert!(said.contains("  i: 1 user to change\n") && !said.contains("firstName"), "{said}");
}

/// Also those whose names are made, and those that wait for others.
#[test]
fn everybody_counts_whatever_is_not_known_of_them_yet() {
    let tool = Tool::new();
    let (boss, mut trainee) = (jane(), jane());
    trainee["tags"] = json!({"mentor": "${boss.userId}"});
    trainee.as_object_mut().expect("an object").remove("name");
    let mut last = named("last");
    last["tags"] = json!({"mentor": "${trainee.userId}"});
    let users = [("boss", boss), ("trainee", trainee), ("last", last), ("other", named("other"))];
    let users: serde_json::Map<_, _> =
        users.into_iter().map(|(name, user)| (name.to_owned(), resource(user))).collect();
    let file = tool.write(&json!({"resources": users}));
    let short = tool.json(&["plan", &file, "--summary"]);
    assert_eq!((&short["summary"]["create"], &short["summary"]["instances"]), (&json!(4), &json!({"i": 4})));
    let events = tool.json_lines(&["apply", &file, "--yes"]);
    let progress: Vec<&Value> =
        events.iter().filter(|event| event["event"] == "step").map(|event| &event["progress"]).collect();
    assert!(progress.iter().all(|progress| progress["users"] == 4 && progress["steps"] == 4), "{progress:?}");
    let done: Vec<&Value> = progress.iter().map(|progress| &progress["stepsDone"]).collect();
    assert_eq!(done, [1, 2, 3, 4]);
    let times = |member: &str| -> Vec<f64> {
        progress.iter().map(|progress| progress[member].as_f64().expect("a number")).collect()
    };
    assert!(times("elapsedSeconds").is_sorted(), "{progress:?}");
    assert!(times("leftSeconds").is_sorted_by(|one, next| one >= next), "{progress:?}");
    assert_eq!(times("leftSeconds").last(), Some(&0.0));
}
