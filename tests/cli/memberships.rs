//! `show --memberships`: what users belong to besides their settings.

use connect_user::{
    client::memory::{MemoryFile, MemoryInstance},
    user::IdentityManagementType,
};

use crate::tool::{Tool, jane};

#[test]
fn groups_and_workspaces_are_shown_where_they_are_asked_for() {
    let tool = Tool::new();
    let program = tool.program(&jane());
    tool.apply(&program);
    let before = tool.json(&["show"]);
    let user = before["users"]["jane"]["userId"].as_str().expect("an id").to_owned();
    let (file, connect) = MemoryFile::open(tool.path(".connect-user/local.json")).expect("the service");
    connect.add_instance(
        MemoryInstance::new("i", IdentityManagementType::ConnectManaged)
            .with_traffic_distribution_group("g1", "Both Regions", [user.as_str()])
            .with_workspace(
                "w1",
                "Sales",
                [] as [&str; 0],
                [jane()["routingProfileId"].as_str().expect("one")],
            ),
    );
    file.persist(&connect).expect("written");
    drop(file);
    let shown = tool.json(&["show", "jane", "--memberships"]);
    assert_eq!(shown["users"], before["users"]);
    assert_eq!(
        shown["memberships"]["jane"],
        serde_json::json!({
            "trafficDistributionGroups": [{"id": "g1", "name": "Both Regions"}],
            "workspaces": [{"id": "w1", "name": "Sales", "through": "routingProfile"}],
        })
    );
    let said = tool.ok(&["show", "--memberships"]).out;
    let line = r#"memberships.trafficDistributionGroups: [{"id":"g1","name":"Both Regions"}]"#;
    assert!(said.contains(line), "{said}");
    assert!(!tool.ok(&["show"]).out.contains("memberships"), "it takes calls");
}
