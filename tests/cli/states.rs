//! `state export` and `state import`: the recorded users as a file, and what is no such file.

use serde_json::{Value, json};

use crate::tool::{Tool, jane};

/// A tool with `jane` applied, and the recorded users as a document.
fn recorded() -> (Tool, Value) {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    let text = tool.ok(&["state", "export"]).out;
    (tool, serde_json::from_str(&text).expect("JSON"))
}

fn write(tool: &Tool, text: &str) {
    std::fs::write(tool.path("state.json"), text).expect("written");
}

/// An account that is recorded under two names is deleted by the next apply, though the program has it.
#[test]
fn an_account_is_not_imported_under_a_second_name() {
    let (tool, document) = recorded();
    let mut renamed = document.clone();
    let jane = renamed["users"].as_object_mut().expect("users").remove("jane").expect("jane");
    let id = jane["state"]["userId"].as_str().expect("an id").to_owned();
    renamed["users"]["agent-a"] = jane.clone();
    write(&tool, &renamed.to_string());
    let said = tool.fails(&["state", "import", "state.json"]);
    let expected = format!("`agent-a` is the account `i:{id}`, which is recorded as `jane`");
    assert!(said.contains(&expected), "{said}");
    // Nor twice from one file, nor as what an unfinished replacement has still to delete.
    let mut twice = document.clone();
    twice["users"]["agent-a"] = jane;
    write(&tool, &twice.to_string());
    let said = tool.fails(&["state", "import", "state.json", "--state", "other.redb"]);
    assert!(said.contains("`jane` is the account"), "{said}");
    renamed["users"]["agent-a"]["state"]["userId"] = json!("new");
    renamed["users"]["agent-a"]["state"]["unfinished"] =
        json!({"replaced": [{"instanceId": "i", "userId": id, "name": "jane"}]});
    write(&tool, &renamed.to_string());
    assert!(tool.fails(&["state", "import", "state.json"]).contains(&expected));
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 1, "nothing was recorded");
}

#[test]
fn an_account_that_a_replacement_has_still_to_delete_is_not_imported() {
    let (tool, mut document) = recorded();
    let state = &mut document["users"]["jane"]["state"];
    let id = state["userId"].as_str().expect("an id").to_owned();
    state["userId"] = json!("new");
    state["unfinished"] = json!({"replaced": [{"instanceId": "i", "userId": id, "name": "jane"}]});
    write(&tool, &document.to_string());
    let other = ["--state", "other.redb"];
    tool.ok(&[&["state", "import", "state.json"][..], &other].concat());
    let said = tool.fails(&[&["import", "old", &format!("i:{id}")][..], &other].concat());
    assert!(said.contains(&format!("`i:{id}` is recorded as `jane` already")), "{said}");
    let said = tool.ok(&[&["import", "--all", "--instance", "i"][..], &other].concat()).out;
    assert!(said.contains("Recorded 0 users (1 already recorded)"), "{said}");
}

#[test]
fn a_file_that_is_no_export_is_refused_in_words() {
    let (tool, document) = recorded();
    let text = document.to_string();
    let entry = document["users"]["jane"].to_string();
    let twice = format!("{{\"version\":1,\"users\":{{\"jane\":{entry},\"jane\":{entry}}}}}");
    let deep = format!("{{\"version\":{}1{}}}", "{\"a\":".repeat(9), "}".repeat(9));
    for (text, expected) in [
        ("", "it is cut off"),
        (&text[..text.len() / 2], "it is cut off"),
        (&deep, "it is not an export of recorded users: "),
        ("[]", "it is not an export of recorded users: "),
        ("{]", "it is not an export of recorded users: key must be a string at line 1"),
        (&twice, "`jane` stands twice"),
        ("{\"version\":1,\"users\":{\"a\":{}}}", "`a` has no state"),
        (&format!("{{\"version\":1,\"users\":{{\"\":{entry}}}}}"), "`` is no resource name"),
        ("{\"version\":1,\"users\":{\"a\":{\"state\":7}}}", "`a`: a state is an object at"),
        ("{\"version\":1,\"users\":{\"a\":7}}", "`a`: must be an object, is integer `7` at line 1"),
        ("{\"version\":1,\"users\":[]}", "must be users by resource name, is a list at line 1"),
    ] {
        write(&tool, text);
        let said = tool.fails(&["state", "import", "state.json", "--state", "other.redb"]);
        assert!(said.contains("`state.json`: ") && said.contains(expected), "{expected}: {said}");
        for jargon in ["EOF", "invalid type", "u32"] {
            assert!(!said.contains(jargon), "{said}");
        }
    }
}

/// A replacement was stopped between the deletion of the user and the creation of the new one.
#[test]
fn a_user_without_an_account_is_shown_as_one() {
    let (tool, mut document) = recorded();
    let entry = document["users"]["jane"].as_object_mut().expect("an entry");
    let state = entry.remove("state").expect("a state");
    entry.insert("former".to_owned(), json!({"state": state}));
    write(&tool, &document.to_string());
    let other = ["--state", "other.redb"];
    tool.ok(&[&["state", "import", "state.json"][..], &other].concat());
    for show in [&["show"][..], &["show", "jane"]] {
        let said = tool.ok(&[show, &other].concat());
        assert!(said.err.contains("`jane` has no account: its replacement was stopped"), "{}", said.err);
        assert_eq!(said.out, "");
        assert_eq!(tool.json(&[show, &other].concat()), json!({"users": {}}));
    }
    let said = tool.fails(&[&["show", "jane", "--where", "name=june"][..], &other].concat());
    assert!(said.contains("`jane` is recorded, and not meant by `--where`"), "{said}");
    let said = tool.fails(&[&["show", "june"][..], &other].concat());
    assert!(said.contains("no user is recorded as `june`"), "{said}");
}
