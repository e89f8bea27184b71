//! How a host mocks the service in its own unit tests, with `mockall`.
//!
//! ```text
//! cargo run --example mock_client
//! cargo test --example mock_client
//! ```

use std::error::Error;

use async_trait::async_trait;
use connect_user::{
    client::{
        AssociateUserProficiencies, ClientError, ClientResult, ConnectClient, CreateUser, CreatedUser,
        DeleteQuickConnect, DeleteUser, DescribeInstance, DescribeUser, DisassociateUserProficiencies,
        ErrorKind, FoundUser, HierarchyGroupEntry, InstanceDescription, ListRoutingProfiles,
        ListSecurityProfiles, ListUserProficiencies, ListUsers, ListedUser, NamedResource, Page,
        QuickConnectSummary, SearchQuickConnects, SearchUserHierarchyGroups, SearchUsers, TagResource,
        UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo, UpdateUserPhoneConfig,
        UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles, UserDescription,
    },
    read::find_by_name,
    user::{Operation, ProficiencyKey},
};
use mockall::mock;

mock! {
    /// A service whose every answer the test says.
    #[derive(Debug)]
    pub Connect {}

    #[async_trait]
    impl ConnectClient for Connect {
        async fn create_user(&self, request: &CreateUser) -> ClientResult<CreatedUser>;
        async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription>;
        async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()>;
        async fn list_users(&self, request: &ListUsers) -> ClientResult<Page<ListedUser>>;
        async fn search_users(&self, request: &SearchUsers) -> ClientResult<Page<FoundUser>>;
        async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()>;
        async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()>;
        async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()>;
        async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()>;
        async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()>;
        async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()>;
        async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()>;
        async fn disassociate_user_proficiencies(&self, request: &DisassociateUserProficiencies) -> ClientResult<()>;
        async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()>;
        async fn list_user_proficiencies(&self, request: &ListUserProficiencies) -> ClientResult<Page<(ProficiencyKey, u8)>>;
        async fn tag_resource(&self, request: &TagResource) -> ClientResult<()>;
        async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()>;
        async fn describe_instance(&self, request: &DescribeInstance) -> ClientResult<InstanceDescription>;
        async fn list_routing_profiles(&self, request: &ListRoutingProfiles) -> ClientResult<Page<NamedResource>>;
        async fn list_security_profiles(&self, request: &ListSecurityProfiles) -> ClientResult<Page<NamedResource>>;
        async fn search_user_hierarchy_groups(&self, request: &SearchUserHierarchyGroups) -> ClientResult<Page<HierarchyGroupEntry>>;
        async fn search_quick_connects(&self, request: &SearchQuickConnects) -> ClientResult<Page<QuickConnectSummary>>;
        async fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ClientResult<()>;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut connect = MockConnect::new();
    connect
        .expect_search_users()
        .withf(|request| request.name.as_deref() == Some("jane"))
        .times(1)
        .returning(|_| Ok(Page::new(Vec::new(), None)));
    connect
        .expect_list_users()
        .times(1)
        .returning(|_| Err(ClientError::new(Operation::ListUsers, ErrorKind::Service)));

    let error = find_by_name(&connect, &"1c2d".into(), "jane", true).await.unwrap_err();
    println!("as the mock says: {error}");
    assert_eq!(error.kind(), ErrorKind::Service);
    Ok(())
}

#[cfg(test)]
mod tests {
    use connect_user::{
        apply::apply,
        diff::plan,
        user::{Channel, PhoneNumberConfig, PhoneType, UserSpec},
        validate::{Context, resolve},
    };

    use super::*;

    fn desired() -> connect_user::user::DesiredUser {
        let spec = UserSpec::builder()
            .instance_id("1c2d")
            .name("jane")
            .routing_profile_id("7a9b")
            .security_profile_ids(["5e6f"])
            .phone_number_configs([PhoneNumberConfig::builder()
                .channel(Channel::Voice)
                .phone_type(PhoneType::SoftPhone)
                .build()])
            .build();
        resolve(spec, &Context::default()).expect("valid").0
    }

    #[tokio::test]
    async fn a_creation_is_one_call() {
        let mut connect = MockConnect::new();
        connect
            .expect_create_user()
            .withf(|request| request.name == "jane" && request.phone.is_none())
            .times(1)
            .returning(|_| Ok(CreatedUser::new("u", "arn")));
        let options = connect_user::apply::Options::builder().read_back(false).build();
        let plan = plan(desired(), None, &Default::default()).expect("a plan");
        let applied = apply(&plan, None, &connect, &options).await.expect("applied");
        assert_eq!(applied.state.expect("a user").user_id.as_str(), "u");
    }

    #[tokio::test]
    async fn a_refusal_is_not_looked_into() {
        let mut connect = MockConnect::new();
        // Whatever is not expected panics: no search follows a refusal.
        connect
            .expect_create_user()
            .times(1)
            .returning(|_| Err(ClientError::new(Operation::CreateUser, ErrorKind::QuotaExceeded)));
        let plan = plan(desired(), None, &Default::default()).expect("a plan");
        let failed = apply(&plan, None, &connect, &Default::default()).await.expect_err("refused");
        assert_eq!(failed.to_string(), "`CreateUser` failed, a quota is full");
        assert!(failed.state.is_none() && failed.certain);
    }
}
