//! What users belong to besides their settings, and when their proficiencies were changed.

use connect_user::{
    client::{
        AssociateUserProficiencies, ConnectClient, CreateUser, ErrorKind, ListUserProficiencies,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    read::{Memberships, WorkspaceThrough, import, read, refresh},
    user::{
        Identity, IdentityManagementType, InstanceId, Operation, Phone, Proficiencies, ProficiencyKey,
        Timestamp, UserId,
    },
};

fn instance() -> InstanceId {
    "i".into()
}

/// More users of a group than a page has.
fn service() -> MemoryConnect {
    let connect = MemoryConnect::new();
    let many = (0..25).map(|number| format!("u{number}"));
    connect.add_instance(
        MemoryInstance::new("i", IdentityManagementType::Saml)
            .with_traffic_distribution_group("g2", "B", ["u1"])
            .with_traffic_distribution_group("g1", "A", many)
            .with_traffic_distribution_group("g3", "C", [] as [UserId; 0])
            .with_workspace("w1", "Sales", ["u1"], ["r1", "r2"])
            .with_workspace("w2", "Help", ["u1", "u2"], [] as [&str; 0]),
    );
    connect
}

#[tokio::test]
async fn groups_and_workspaces_of_users_are_read_together() {
    let connect = service();
    let memberships = Memberships::read(&instance(), &connect).await;
    assert_eq!(memberships.notices(), []);
    // Groups, 3 pages of users and 2 of one page; associations, and workspaces.
    assert_eq!(connect.calls().len(), 1 + 3 + 2 + 1 + 1);
    let of = |user: &str, profile: &str| {
        let found = memberships.of(&user.into(), &profile.into());
        let groups = found.traffic_distribution_groups.expect("read").into_iter().map(|group| group.name);
        let workspaces = found.workspaces.expect("read").into_iter();
        let workspaces = workspaces.map(|workspace| format!("{} by {}", workspace.name, workspace.through));
        (groups.collect::<Vec<_>>().join(" "), workspaces.collect::<Vec<_>>().join(", "))
    };
    let expected = "Help by user, Sales by user, Sales by routingProfile";
    assert_eq!(of("u1", "r1"), ("A B".to_owned(), expected.to_owned()));
    assert_eq!(of("u24", "r2"), ("A".to_owned(), "Sales by routingProfile".to_owned()));
    assert_eq!(of("nobody", "r9"), (String::new(), String::new()));
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/i/agent/u2";
    assert_eq!(of(arn, "r9"), ("A".to_owned(), "Help by user".to_owned()));
    assert_eq!(WorkspaceThrough::ALL.len(), 2);
}

#[tokio::test]
async fn what_may_not_be_read_is_a_note_and_the_rest_is_read() {
    let connect = service();
    let denied = Outcome::Refused(ErrorKind::AccessDenied);
    connect.inject(Fault::of(Operation::ListTrafficDistributionGroupUsers, 1, denied));
    let memberships = Memberships::read(&instance(), &connect).await;
    let found = memberships.of(&"u1".into(), &"r1".into());
    assert_eq!(found.traffic_distribution_groups, None);
    assert_eq!(found.workspaces.map(|all| all.len()), Some(3));
    let [note] = memberships.notices() else { panic!("{memberships:?}") };
    assert_eq!(
        note.to_string(),
        "note[not-checked]: the traffic distribution groups of the instance `i` were not read: \
         `ListTrafficDistributionGroupUsers` failed, access denied: refused by a fault (request `memory-2`)\n  \
         help: allow `connect:ListTrafficDistributionGroupUsers`"
    );
}

/// The user's own time says nothing of proficiencies: AWS does not document that it changes with them.
#[tokio::test]
async fn the_time_of_change_of_proficiencies_is_read_and_kept_until_they_change() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    // After the user was made: a clock that goes back hides it.
    let time = |second: u64| Timestamp::from_millis((1_900_000_000 + second) * 1_000);
    let request = CreateUser::new("i", "jane", "r", ["s".into()])
        .identity(Identity::builder().first_name("Jane").last_name("Roe").build())
        .phone(Phone::default());
    let user = connect.create_user(&request).await.expect("made").user_id;
    let list = ListUserProficiencies::new("i", user.clone());
    assert_eq!(connect.list_user_proficiencies(&list).await.expect("a page").last_modified, None);

    connect.set_time(time(60));
    let key = ProficiencyKey::new("skill", "billing");
    let level = Proficiencies::from([(key.clone(), 3)]);
    let request = AssociateUserProficiencies::new("i", user.clone(), level);
    connect.associate_user_proficiencies(&request).await.expect("associated");
    let id = format!("i:{user}").parse().expect("an id");
    let state = import(&connect, &id).await.expect("there");
    let changed = state.proficiencies_last_modified.clone().expect("known");
    assert_eq!((changed.time, changed.region.as_deref()), (time(60), Some("us-east-1")));

    // Another change does not touch it, and somebody else's is seen.
    connect.set_time(time(90));
    assert!(connect.edit_user(&instance(), &user, |user, _| user.routing_profile_id = "r2".into()));
    let again = refresh(&connect, &state).await.expect("read").expect("there");
    assert_eq!(again.proficiencies_last_modified, state.proficiencies_last_modified);
    connect.set_time(time(120));
    assert!(connect.edit_user(&instance(), &user, |_, all| all.extend([(key, 4)])));
    let read = read(&connect, &instance(), &user).await.expect("read").expect("there");
    assert_eq!(read.proficiencies_last_modified.as_ref().map(|changed| changed.time), Some(time(120)));

    let json = serde_json::to_value(&read).expect("JSON");
    let expected = serde_json::json!({"time": "2030-03-17T17:48:40.000Z", "region": "us-east-1"});
    assert_eq!(json["proficienciesLastModified"], expected);
    assert_eq!(serde_json::from_value::<connect_user::user::UserState>(json).expect("a state"), read);
}
