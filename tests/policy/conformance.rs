//! The contract: kept by the service in memory, by pointers and decorators, and broken by wrong clients.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use async_trait::async_trait;
use connect_user::{
    client::{
        conformance::{Fixture, check},
        memory::{MemoryConnect, MemoryInstance},
        *,
    },
    user::{IdentityManagementType, ProficiencyKey},
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
    let rate = Rate { every: Duration::from_millis(10), burst: NonZeroU32::MIN };
    let paced = Paced::new(connect(), Arc::new(TokenBuckets::new(rate, timer())));
    keeps(&Retrying::new(paced, RetryPolicy::default(), timer())).await;
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
    TellsThePassword,
    CallsAnythingNotFound,
    ListsOnlyTheFirstPage,
    MergesTheIdentity,
    ListsNoNames,
    GivesLargerPages,
    LeavesTheGroupOutOfItsPath,
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
            result => result,
        }
    }

    async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription> {
        self.inner.describe_user(request).await
    }

    async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()> {
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
        let mut page = self.inner.search_users(request).await?;
        if self.mistake == Mistake::SearchesInMilliseconds {
            for work in page.items.iter_mut().flat_map(|user| user.channels.after_contact_work.values_mut()) {
                work.time_limit *= 1_000;
            }
        }
        Ok(page)
    }

    async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()> {
        let mut request = request.clone();
        if self.mistake == Mistake::MergesTheIdentity && request.identity.email.is_none() {
            request.identity.email = Some("conformance@example.com".into());
        }
        self.inner.update_user_identity_info(&request).await
    }

    async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()> {
        self.inner.update_user_phone_config(request).await
    }

    async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()> {
        self.inner.update_user_config(request).await
    }

    async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()> {
        self.inner.update_user_routing_profile(request).await
    }

    async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()> {
        self.inner.update_user_security_profiles(request).await
    }

    async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()> {
        self.inner.update_user_hierarchy(request).await
    }

    async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()> {
        self.inner.associate_user_proficiencies(request).await
    }

    async fn disassociate_user_proficiencies(
        &self,
        request: &DisassociateUserProficiencies,
    ) -> ClientResult<()> {
        self.inner.disassociate_user_proficiencies(request).await
    }

    async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()> {
        self.inner.update_user_proficiencies(request).await
    }

    async fn list_user_proficiencies(
        &self,
        request: &ListUserProficiencies,
    ) -> ClientResult<Page<(ProficiencyKey, u8)>> {
        self.inner.list_user_proficiencies(request).await
    }

    async fn tag_resource(&self, request: &TagResource) -> ClientResult<()> {
        self.inner.tag_resource(request).await
    }

    async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()> {
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
            Mistake::GivesLargerPages => &ListSecurityProfiles { max_results: None, ..request.clone() },
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
        self.inner.delete_quick_connect(request).await
    }
}

#[tokio::test]
async fn a_wrong_client_breaks_the_contract_where_it_is_wrong() {
    for (mistake, broken) in [
        (Mistake::ForgetsTheMobile, "a_user_is_read_as_it_was_made"),
        (Mistake::SearchesInMilliseconds, "a_search_finds_a_name"),
        (Mistake::TellsThePassword, "a_name_is_taken_once"),
        (Mistake::CallsAnythingNotFound, "a_deletion_is_done_once"),
        (Mistake::ListsOnlyTheFirstPage, "a_list_holds_everybody_once"),
        (Mistake::MergesTheIdentity, "identity_is_replaced_whole"),
        (Mistake::ListsNoNames, "routing_profiles_are_listed_by_name"),
        (Mistake::GivesLargerPages, "security_profiles_are_listed_by_name"),
        (Mistake::LeavesTheGroupOutOfItsPath, "hierarchy_groups_are_listed_by_path"),
    ] {
        let client = Wrong { inner: connect(), mistake };
        let breaches = check(&client, &fixture()).await;
        assert!(breaches.iter().any(|breach| breach.check == broken), "{mistake:?}: {breaches:#?}");
    }
}
