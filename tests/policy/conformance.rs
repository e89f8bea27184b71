//! The contract: kept by the service in memory, by pointers and decorators, and broken by wrong clients.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use async_trait::async_trait;
use connect_user::{
    client::{
        conformance::{Breach, Fixture, check},
        memory::{MemoryConnect, MemoryFile, MemoryInstance, PersistentConnect},
        *,
    },
    user::{IdentityManagementType, Operation, ProficiencyKey},
};

use crate::timer;

fn connect() -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged).with_hidden_reads(2),
    );
    connect
}

pub fn fixture() -> Fixture {
    Fixture::new("1c2d")
}

async fn keeps(client: &dyn ConnectClient) {
    let breaches = check(client, &fixture()).await;
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[tokio::test(start_paused = true)]
async fn every_client_here_keeps_the_contract() {
    keeps(&connect()).await;
    keeps(&&connect()).await;
    keeps(&Box::new(connect())).await;
    keeps(&Arc::new(connect())).await;
    keeps(&Retrying::new(connect(), RetryPolicy::default(), timer())).await;
    keeps(&Traced::new(connect())).await;
    let rate = Rate::new(Duration::from_millis(10), NonZeroU32::MIN);
    let paced = Paced::new(connect(), Arc::new(TokenBuckets::new(rate, timer())));
    keeps(&paced).await;
    keeps(&Retrying::new(paced, RetryPolicy::default(), timer())).await;
    keeps(&Delayed::new(connect(), Duration::from_millis(10), timer())).await;
    let directory = tempfile::tempdir().expect("a directory");
    let (file, empty) = MemoryFile::open(directory.path().join("service.json")).expect("a file");
    empty.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged));
    keeps(&PersistentConnect::new(empty, file)).await;
}

/// A client that is right but for one thing.
#[derive(Debug)]
struct Wrong {
    inner: MemoryConnect,
    mistake: Mistake,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    ForgetsTheMobile,
    SearchesInMilliseconds,
    SearchesPhonesInMilliseconds,
    FindsNoTags,
    TellsThePassword,
    CallsAnythingNotFound,
    ListsOnlyTheFirstPage,
    MergesTheIdentity,
    ListsNoNames,
    GivesLargerPages,
    LeavesTheGroupOutOfItsPath,
    FindsEverybody,
    KnowsNoArns,
    QuotesTheNumber,
    AnswersWithoutDoing(Operation),
}

/// Answers as if all were well.
macro_rules! unless_skipped {
    ($client:ident, $operation:ident) => {
        if $client.mistake == Mistake::AnswersWithoutDoing(Operation::$operation) {
            return Ok(());
        }
    };
}

#[async_trait]
impl ConnectClient for Wrong {
    async fn create_user(&self, request: &CreateUser) -> ClientResult<CreatedUser> {
        let mut request = request.clone();
        if self.mistake == Mistake::ForgetsTheMobile {
            request.identity.mobile = None;
        }
        let result = self.inner.create_user(&request).await;
        let password = request.password.map(|password| password.expose().to_owned()).unwrap_or_default();
        match result {
            Err(error) if self.mistake == Mistake::TellsThePassword => Err(error.with_message(password)),
            Err(error) if self.mistake == Mistake::QuotesTheNumber => {
                let number = request.identity.mobile.map(|number| number.as_str().to_owned());
                Err(error.with_message(number.unwrap_or_default()))
            }
            result => result,
        }
    }

    async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription> {
        self.inner.describe_user(request).await
    }

    async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()> {
        unless_skipped!(self, DeleteUser);
        match self.inner.delete_user(request).await {
            Err(error) if self.mistake == Mistake::CallsAnythingNotFound => {
                Err(ClientError::new(error.operation(), ErrorKind::Invalid))
            }
            result => result,
        }
    }

    async fn list_users(&self, request: &ListUsers) -> ClientResult<Page<ListedUser>> {
        let mut page = self.inner.list_users(request).await?;
        if self.mistake == Mistake::ListsOnlyTheFirstPage {
            page.next_token = None;
        }
        Ok(page)
    }

    async fn search_users(&self, request: &SearchUsers) -> ClientResult<Page<FoundUser>> {
        let everybody = request.clone().name(None);
        let request = if self.mistake == Mistake::FindsEverybody { &everybody } else { request };
        let mut page = self.inner.search_users(request).await?;
        if self.mistake == Mistake::SearchesInMilliseconds {
            for work in page.items.iter_mut().flat_map(|user| user.channels.after_contact_work.values_mut()) {
                work.time_limit *= 1_000;
            }
        }
        for user in &mut page.items {
            match self.mistake {
                Mistake::SearchesPhonesInMilliseconds => user.phone.after_contact_work_time_limit *= 1_000,
                Mistake::FindsNoTags => user.tags.clear(),
                _ => {}
            }
        }
        Ok(page)
    }

    async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserIdentityInfo);
        let mut request = request.clone();
        if self.mistake == Mistake::MergesTheIdentity && request.identity.email.is_none() {
            request.identity.email = Some("conformance@example.com".into());
        }
        self.inner.update_user_identity_info(&request).await
    }

    async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserPhoneConfig);
        self.inner.update_user_phone_config(request).await
    }

    async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserConfig);
        self.inner.update_user_config(request).await
    }

    async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserRoutingProfile);
        self.inner.update_user_routing_profile(request).await
    }

    async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserSecurityProfiles);
        self.inner.update_user_security_profiles(request).await
    }

    async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserHierarchy);
        if self.mistake == Mistake::KnowsNoArns && request.user_id.as_str().starts_with("arn:") {
            return Err(ClientError::new(Operation::UpdateUserHierarchy, ErrorKind::NotFound));
        }
        self.inner.update_user_hierarchy(request).await
    }

    async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()> {
        unless_skipped!(self, AssociateUserProficiencies);
        self.inner.associate_user_proficiencies(request).await
    }

    async fn disassociate_user_proficiencies(
        &self,
        request: &DisassociateUserProficiencies,
    ) -> ClientResult<()> {
        unless_skipped!(self, DisassociateUserProficiencies);
        self.inner.disassociate_user_proficiencies(request).await
    }

    async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()> {
        unless_skipped!(self, UpdateUserProficiencies);
        self.inner.update_user_proficiencies(request).await
    }

    async fn list_user_proficiencies(
        &self,
        request: &ListUserProficiencies,
    ) -> ClientResult<Page<(ProficiencyKey, u8)>> {
        self.inner.list_user_proficiencies(request).await
    }

    async fn tag_resource(&self, request: &TagResource) -> ClientResult<()> {
        unless_skipped!(self, TagResource);
        self.inner.tag_resource(request).await
    }

    async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()> {
        unless_skipped!(self, UntagResource);
        self.inner.untag_resource(request).await
    }

    async fn describe_instance(&self, request: &DescribeInstance) -> ClientResult<InstanceDescription> {
        self.inner.describe_instance(request).await
    }

    async fn list_routing_profiles(
        &self,
        request: &ListRoutingProfiles,
    ) -> ClientResult<Page<NamedResource>> {
        let mut page = self.inner.list_routing_profiles(request).await?;
        if self.mistake == Mistake::ListsNoNames {
            page.items.iter_mut().for_each(|profile| profile.name.clear());
        }
        Ok(page)
    }

    async fn list_security_profiles(
        &self,
        request: &ListSecurityProfiles,
    ) -> ClientResult<Page<NamedResource>> {
        let request = match self.mistake {
            Mistake::GivesLargerPages => &request.clone().max_results(None),
            _ => request,
        };
        self.inner.list_security_profiles(request).await
    }

    async fn search_user_hierarchy_groups(
        &self,
        request: &SearchUserHierarchyGroups,
    ) -> ClientResult<Page<HierarchyGroupEntry>> {
        let mut page = self.inner.search_user_hierarchy_groups(request).await?;
        if self.mistake == Mistake::LeavesTheGroupOutOfItsPath {
            page.items.iter_mut().for_each(|group| group.path.truncate(group.path.len() - 1));
        }
        Ok(page)
    }

    async fn search_quick_connects(
        &self,
        request: &SearchQuickConnects,
    ) -> ClientResult<Page<QuickConnectSummary>> {
        self.inner.search_quick_connects(request).await
    }

    async fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ClientResult<()> {
        unless_skipped!(self, DeleteQuickConnect);
        self.inner.delete_quick_connect(request).await
    }
}

#[tokio::test]
async fn a_wrong_client_breaks_the_contract_where_it_is_wrong() {
    for (mistake, broken, message) in [
        (
            Mistake::ForgetsTheMobile,
            "a_user_is_read_as_it_was_made",
            "mobile: expected Some(Personal(redacted)), found None",
        ),
        (
            Mistake::SearchesInMilliseconds,
            "a_search_finds_a_name",
            "after contact work, in seconds: expected Some(90), found Some(90000)",
        ),
        (
            Mistake::SearchesPhonesInMilliseconds,
            "a_search_tells_what_a_read_does",
            "found phone: expected Phone {",
        ),
        (
            Mistake::FindsNoTags,
            "a_search_tells_what_a_read_does",
            "found tags: expected {\"team\": \"conformance\"}, found {}",
        ),
        (Mistake::TellsThePassword, "a_name_is_taken_once", "the error tells a value that was sent"),
        (Mistake::CallsAnythingNotFound, "a_deletion_is_done_once", "expected NotFound, found Invalid"),
        (Mistake::ListsOnlyTheFirstPage, "a_list_holds_everybody_once", "pages' content: expected (3, "),
        (
            Mistake::MergesTheIdentity,
            "identity_is_replaced_whole",
            "e-mail: expected None, found Some(Personal(redacted))",
        ),
        (
            Mistake::ListsNoNames,
            "routing_profiles_are_listed_by_name",
            "whether it has a name: expected true, found false",
        ),
        (
            Mistake::GivesLargerPages,
            "security_profiles_are_listed_by_name",
            "a page: expected at most 1, found 2",
        ),
        (
            Mistake::LeavesTheGroupOutOfItsPath,
            "hierarchy_groups_are_listed_by_path",
            "end of the path: expected Some(\"group-1\"), found None",
        ),
        (Mistake::FindsEverybody, "a_search_finds_a_name", "expected nobody else, found others"),
        (Mistake::KnowsNoArns, "arns_are_ids", "a change by ARN: `UpdateUserHierarchy` failed, not found"),
        (Mistake::QuotesTheNumber, "a_refusal_changes_nothing", "the error tells a value that was sent"),
    ] {
        let client = Wrong { inner: connect(), mistake };
        let breaches = check(&client, &fixture()).await;
        let is_it = |breach: &Breach| breach.check == broken && breach.message.contains(message);
        assert!(breaches.iter().any(is_it), "{mistake:?}: {breaches:#?}");
    }
}

#[tokio::test]
async fn whoever_answers_and_does_nothing_breaks_the_contract() {
    // A creation and whatever reads have answers that nobody could make up.
    for operation in Operation::ALL.iter().filter(|operation| operation.writes()) {
        if *operation == Operation::CreateUser {
            continue;
        }
        let client = Wrong { inner: connect(), mistake: Mistake::AnswersWithoutDoing(*operation) };
        assert!(!check(&client, &fixture()).await.is_empty(), "{operation}");
    }
}
