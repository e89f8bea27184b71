//! Accounts that exist: which one an `import` option means, and that none is deleted by mistake.

use serde_json::{Value, json};

use crate::tool::{Tool, jane};

fn user(name: &str, options: Value) -> Value {
    let mut properties = jane();
    properties["name"] = json!(name);
    json!({"type": "aws:connect:User", "properties": properties, "options": options})
}

fn id_of(tool: &Tool, name: &str) -> String {
    let users = tool.json(&["show"])["users"].clone();
    format!("i:{}", users[name]["userId"].as_str().expect("an id"))
}

fn names(tool: &Tool) -> Vec<String> {
    let program = tool.json(&["export", "--instance", "i", "--state", "none.redb"]);
    program["resources"].as_object().expect("users").keys().cloned().collect()
}

/// The account of somebody else would be deleted to make a new one.
#[test]
fn an_import_of_somebody_else_is_refused() {
    let tool = Tool::new();
    tool.apply(&tool.write(&json!({"resources": {"boss": user("boss", json!({}))}})));
    let id = id_of(&tool, "boss");
    let mut elsewhere = user("boss", json!({"import": id}));
    elsewhere["properties"]["instanceId"] = json!("k");
    let by_name = format!("`jane` imports `{id}`, which is the user `boss`, not `jane`");
    let by_instance = format!("`jane` imports `{id}`, and would be replaced because of `instanceId`");
    for (imported, expected) in [(user("jane", json!({"import": id})), by_name), (elsewhere, by_instance)] {
        let file = tool.write(&json!({"resources": {"jane": imported}}));
        for command in [&["plan", &file][..], &["apply", &file, "--yes"]] {
            let said = tool.fails(&[command, &["--state", "other.redb"]].concat());
            assert!(said.contains(&expected) && said.contains("look the id up, or "), "{said}");
        }
    }
    assert_eq!(names(&tool), ["boss"]);
    let file = tool.write(&json!({"resources": {"jane": user("boss", json!({"import": id}))}}));
    tool.ok(&["apply", &file, "--yes", "--state", "other.redb"]);
    assert_eq!(names(&tool), ["boss"]);
}

/// A state from before `state import` refused this records one account under two names.
#[test]
fn an_account_that_the_program_has_is_not_deleted_under_another_name() {
    let tool = Tool::new();
    let file = tool.write(&json!({"resources": {"a": user("a", json!({})), "b": user("b", json!({}))}}));
    tool.apply(&file);
    let mut document: Value = serde_json::from_str(&tool.ok(&["state", "export"]).out).expect("JSON");
    let twin = document["users"]["a"].clone();
    document["users"].as_object_mut().expect("users").insert("agent-a".into(), twin);
    let other = twice(&tool, &document);
    for command in [&["plan", &file][..], &["apply", &file, "--yes"]] {
        let said = tool.fails(&[command, &["--state", &other]].concat());
        assert!(said.contains("would be deleted, which is recorded as `a"), "{said}");
    }
    assert_eq!(names(&tool), ["a", "b"]);
    tool.ok(&["state", "rm", "agent-a", "--state", &other]);
    assert_eq!(tool.ok(&["plan", &file, "--state", &other]).out, "No changes: 2 up to date.\n");
}

/// Writes recorded users as they are into a state, past the checks of `state import`.
fn twice(tool: &Tool, document: &Value) -> String {
    use connect_user::fleet::{EmbeddedStore, Entry, StateStore, StoreChange};

    let users = document["users"].as_object().expect("users");
    let changes: Vec<StoreChange> = users
        .iter()
        .map(|(name, entry)| {
            let entry: Entry = serde_json::from_value(entry.clone()).expect("an entry");
            StoreChange::put(name.clone(), entry)
        })
        .collect();
    let store = EmbeddedStore::open(tool.path("twice.redb")).expect("a store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(store.commit(&changes)).expect("committed");
    "twice.redb".to_owned()
}
