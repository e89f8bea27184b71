//! How a host mocks the service in its own unit tests, with the feature `mock`.
//!
//! ```text
//! cargo test --example mock_client
//! ```

fn main() {
    println!("its tests show it: cargo test --example mock_client");
}

#[cfg(test)]
mod tests {
    use connect_user::{
        client::{ClientError, ErrorKind, Page, UserCondition, mock::MockConnectClient},
        read::find_by_name,
        user::Operation,
    };

    /// A search without a result may only lag behind: the list decides, and its error is the answer.
    #[tokio::test]
    async fn a_failed_list_is_told() {
        let mut connect = MockConnectClient::new();
        connect
            .expect_search_users()
            .withf(|request| request.condition == Some(UserCondition::name("jane")))
            .times(1)
            .returning(|_| Ok(Page::new([], None)));
        connect
            .expect_list_users()
            .times(1)
            .returning(|_| Err(ClientError::new(Operation::ListUsers, ErrorKind::Service)));

        let error = find_by_name(&connect, &"1c2d".into(), "jane", true).await.expect_err("the mock's error");
        assert_eq!(error.kind(), ErrorKind::Service);
    }

    use connect_user::{
        apply::apply,
        client::CreatedUser,
        diff::plan,
        user::{Channel, DesiredUser, PhoneNumberConfig, PhoneType, UserSpec},
        validate::{Context, resolve},
    };

    fn desired() -> DesiredUser {
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
        let mut connect = MockConnectClient::new();
        connect
            .expect_create_user()
            .withf(|request| request.name == "jane" && request.phone.is_none())
            .times(1)
            .returning(|_| Ok(CreatedUser::new("u", "arn")));
        let options = connect_user::apply::ApplyOptions::builder().read_back(false).build();
        let plan = plan(desired(), None, &Default::default()).expect("a plan");
        let applied = apply(&plan, None, &connect, &options).await.expect("applied");
        assert_eq!(applied.state.expect("a user").user_id.as_str(), "u");
    }

    #[tokio::test]
    async fn a_refusal_is_not_looked_into() {
        let mut connect = MockConnectClient::new();
        // Calls that are not expected panic: no search follows a refusal.
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
