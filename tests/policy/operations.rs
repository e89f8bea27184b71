//! Every operation, through every client.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use connect_user::{
    client::{conformance::check, memory::MemoryConnect, mock::MockConnectClient, *},
    user::{IdentityManagementType, Operation},
};

use crate::{conformance::fixture, timer};

/// Writes down what is called.
#[derive(Debug, Default)]
struct Log(Mutex<Vec<Operation>>);

impl Around for Log {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        self.0.lock().expect("whole").push(call.operation());
        next.call().await
    }
}

#[tokio::test(start_paused = true)]
async fn the_contract_has_every_operation_and_decorators_hand_each_on_once() {
    let connect = Arc::new(MemoryConnect::any_instance(IdentityManagementType::ConnectManaged));
    let inner = Decorated::with(connect.clone(), Log::default());
    let retrying = Retrying::new(Traced::new(inner), RetryPolicy::default(), timer());
    let paced = Paced::new(retrying, Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer())));
    let boxed: Box<dyn ConnectClient> = Box::new(&paced);
    let outer = Decorated::with(Arc::new(boxed), Log::default());

    assert_eq!(check(&outer, &fixture()).await, []);

    let called = outer.around().0.lock().expect("whole").clone();
    let distinct: BTreeSet<_> = called.iter().copied().collect();
    assert_eq!(distinct, Operation::ALL.iter().copied().collect(), "the contract has every operation");
    assert_eq!(*paced.inner().inner().inner().around().0.lock().expect("whole"), called);
    let recorded: Vec<_> = connect.calls().iter().map(|call| call.operation).collect();
    assert_eq!(recorded, called);
}

/// A host's client from before the operations that are optional.
#[derive(Debug)]
struct Older(MockConnectClient);

macro_rules! older {
    ($($method:ident $request:ident $answer:ty),+ $(,)?) => {
        #[connect_user::async_trait]
        impl ConnectClient for Older {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                self.0.$method(request).await
            })+
        }
    };
}

older! {
    create_user CreateUser CreatedUser,
    describe_user DescribeUser UserDescription,
    delete_user DeleteUser (),
    list_users ListUsers Page<ListedUser>,
    search_users SearchUsers Page<FoundUser>,
    update_user_identity_info UpdateUserIdentityInfo (),
    update_user_phone_config UpdateUserPhoneConfig (),
    update_user_config UpdateUserConfig (),
    update_user_routing_profile UpdateUserRoutingProfile (),
    update_user_security_profiles UpdateUserSecurityProfiles (),
    update_user_hierarchy UpdateUserHierarchy (),
    associate_user_proficiencies AssociateUserProficiencies (),
    disassociate_user_proficiencies DisassociateUserProficiencies (),
    update_user_proficiencies UpdateUserProficiencies (),
    list_user_proficiencies ListUserProficiencies Page<(connect_user::user::ProficiencyKey, u8)>,
    tag_resource TagResource (),
    untag_resource UntagResource (),
    describe_instance DescribeInstance InstanceDescription,
}

#[tokio::test(start_paused = true)]
async fn a_client_without_optional_operations_reports_them_as_unsupported() {
    let client = Retrying::new(Older(MockConnectClient::new()), RetryPolicy::default(), timer());
    let began = tokio::time::Instant::now();
    let request = DeleteQuickConnect::new("1c2d", "q");
    let error = client.delete_quick_connect(&request).await.expect_err("lacking");
    assert_eq!(error.to_string(), "`DeleteQuickConnect` failed, the client does not support it");
    assert_eq!(error.help(), "use a client that has this operation, or leave out what needs it");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unsupported, Effect::None));
    let error = all_pages(&client, ListRoutingProfiles::new("1c2d")).await.expect_err("lacking");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unsupported, false));
    assert!(began.elapsed().is_zero(), "it is not tried again");
}

#[test]
fn a_call_shows_ids_and_no_name() {
    let request = CreateUser::new("1c2d", "jane@example.com", "7a9b", ["3d4e".into()]);
    let call = request.call();
    assert_eq!((call.operation(), call.instance(), call.user()), (Operation::CreateUser, Some("1c2d"), None));
    assert_eq!(call.user_name(), Some("jane@example.com"));
    assert!(!format!("{call:?}").contains("jane"), "{call:?}");
    assert_eq!(call.request::<CreateUser>(), Some(&request));
    assert!(call.request::<DeleteUser>().is_none());

    let arn = "arn:aws:connect:us-east-1:123456789012:instance/1c2d/agent/8e9f";
    let request = UntagResource::new(arn, ["a".to_owned()]);
    assert_eq!((request.call().instance(), request.call().user()), (Some("1c2d"), Some("8e9f")));
    let request =
        UntagResource::new("arn:aws:connect:us-east-1:123456789012:instance/1c2d", ["a".to_owned()]);
    assert_eq!((request.call().instance(), request.call().user()), (None, None));
}
