//! The contract of [`ConnectClient`], operation by operation, as a test suite for any client (feature `conformance`):
//! this crate's clients, and those that hosts write.
//!
//! The suite creates its own users, whose names begin with the fixture's prefix, and deletes them. Run it only on an
//! instance that may be changed.
//!
//! ```
//! use connect_user::client::{conformance::{Fixture, check}, memory::MemoryConnect};
//! use connect_user::user::IdentityManagementType;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
//! let breaches = check(&connect, &Fixture::new("1c2d")).await;
//! assert_eq!(breaches, []);
//! # }
//! ```

mod changes;
mod lists;

use std::{any::Any, fmt};

use super::*;
use crate::user::{
    AfterContactWork, AutoAccept, Channel, ChannelSettings, HierarchyGroupId, Identity,
    IdentityManagementType, InstanceId, Phone, PhoneLine, ProficiencyKey, RoutingProfileId, Secret,
    SecurityProfileId, Tags, UserId,
};

/// The resources that the suite uses; all must exist in the instance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fixture {
    /// The instance, which manages identities itself (`CONNECT_MANAGED`).
    pub instance_id: InstanceId,
    /// The prefix of the names of the suite's users. Default: `conformance`.
    pub prefix: String,
    /// Two routing profiles.
    pub routing_profiles: [RoutingProfileId; 2],
    /// Two security profiles.
    pub security_profiles: [SecurityProfileId; 2],
    /// A hierarchy group.
    pub hierarchy_group: HierarchyGroupId,
    /// A hierarchy group below `hierarchy_group`. Default: none; then searches that include child groups are not
    /// checked.
    pub child_group: Option<HierarchyGroupId>,
    /// Two proficiencies: predefined attributes, or one of them twice, each with one of its values.
    pub proficiencies: [ProficiencyKey; 2],
    /// How often a new user that cannot be read yet is read again. Default: 10.
    pub patience: usize,
}

impl Fixture {
    /// Creates a fixture for an instance in which everything exists, as in a `MemoryConnect` without restrictions.
    pub fn new(instance_id: impl Into<InstanceId>) -> Self {
        Self {
            instance_id: instance_id.into(),
            prefix: "conformance".to_owned(),
            routing_profiles: ["routing-1".into(), "routing-2".into()],
            security_profiles: ["security-1".into(), "security-2".into()],
            hierarchy_group: "group-1".into(),
            child_group: None,
            proficiencies: ["connect:French", "connect:German"]
                .map(|value| ProficiencyKey { name: "connect:Language".into(), value: value.into() }),
            patience: 10,
        }
    }
}

/// A breach of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breach {
    /// The name of the check.
    pub check: &'static str,
    /// The expected and the actual result.
    pub message: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.message)
    }
}

/// Checks a client against the contract, and returns the breaches.
pub async fn check(client: &dyn ConnectClient, fixture: &Fixture) -> Vec<Breach> {
    let suite = Suite { client, fixture };
    let mut breaches = Vec::new();
    macro_rules! run {
        ($($check:ident),+ $(,)?) => {$(
            let name = stringify!($check);
            if let Err(message) = suite.$check(&format!("{}-{}", fixture.prefix, name)).await {
                breaches.push(Breach { check: name, message });
            }
        )+};
    }
    run!(
        a_user_is_read_as_it_was_made,
        a_name_is_taken_once,
        nobody_is_not_found,
        a_deletion_is_done_once,
        a_list_holds_everybody_once,
        a_list_tells_the_time_of_change,
        a_search_finds_a_name,
        a_search_has_pages,
        a_search_tells_what_a_read_does,
        a_search_keeps_to_its_conditions,
        identity_is_replaced_whole,
        phone_is_replaced_whole_and_flattens,
        channels_are_set_one_by_one,
        profiles_and_group_are_replaced,
        proficiencies_come_change_and_go,
        tags_come_change_and_go,
        an_instance_is_described,
        arns_are_ids,
        a_refusal_changes_nothing,
        routing_profiles_are_listed_by_name,
        security_profiles_are_listed_by_name,
        hierarchy_groups_are_listed_by_path,
        quick_connects_are_searched,
        memberships_are_listed,
    );
    breaches
}

struct Suite<'a> {
    client: &'a dyn ConnectClient,
    fixture: &'a Fixture,
}

type Check = Result<(), String>;

const PASSWORD: &str = "Conformance1";

/// A value that is no number of a telephone.
const NO_NUMBER: &str = "no-number";

/// Compares two values. `Debug` redacts personal values, so both may look the same in the message.
fn expect<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Check {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// Compares member by member, because `Debug` does not show which member differs.
/// A whole identity, with values of its own for each name and number from 1 to 9.
fn identity(name: &str, number: u8) -> Identity {
    Identity {
        first_name: Some(format!("First {number}").into()),
        last_name: Some(format!("Last {number}").into()),
        email: Some(format!("{name}@example.com").into()),
        secondary_email: Some(format!("{name}-second@example.com").into()),
        mobile: Some(format!("+1617555010{number}").into()),
    }
}

fn expect_identity(found: &Identity, expected: &Identity) -> Check {
    let Identity { first_name, last_name, email, secondary_email, mobile } = expected;
    expect("first name", &found.first_name, first_name)?;
    expect("last name", &found.last_name, last_name)?;
    expect("e-mail", &found.email, email)?;
    expect("secondary e-mail", &found.secondary_email, secondary_email)?;
    expect("mobile", &found.mobile, mobile)
}

/// Returns the personal values of a creation.
fn sent(creation: &CreateUser) -> Vec<&str> {
    let CreateUser { name, password, identity, phone, .. } = creation;
    let Identity { first_name, last_name, email, secondary_email, mobile } = identity;
    let number = match phone.as_ref().map(|phone| &phone.line) {
        Some(PhoneLine::Desk(number)) => number.as_ref(),
        _ => None,
    };
    let personal = [first_name, last_name, email, secondary_email, mobile].map(Option::as_ref);
    let personal = personal.into_iter().chain([number]).flatten().map(|value| value.as_str());
    personal.chain(password.as_ref().map(Secret::expose)).chain([name.as_str()]).collect()
}

impl Suite<'_> {
    fn instance(&self) -> InstanceId {
        self.fixture.instance_id.clone()
    }

    /// Makes a call that must be answered.
    async fn call<R: Request>(&self, what: &str, request: &R) -> Result<R::Answer, String> {
        request.send(self.client).await.map_err(|error| format!("{what}: {error}"))
    }

    /// Makes a call that must be refused and have no effect, and whose error must not quote what was sent.
    async fn is_refused<R: Request>(&self, what: &str, kind: ErrorKind, request: &R) -> Check {
        let Err(error) = request.send(self.client).await else {
            return Err(format!("{what}: expected {kind:?}, found an answer"));
        };
        let text = format!("{error} {error:?}");
        let creation = (request as &dyn Any).downcast_ref::<CreateUser>();
        if creation.is_some_and(|creation| sent(creation).iter().any(|sent| text.contains(sent))) {
            return Err(format!("{what}: the error tells a value that was sent"));
        }
        let (operation, found) = (R::OPERATION, error.operation());
        if found != operation {
            return Err(format!("{what}: expected an error of `{operation}`, found one of `{found}`"));
        }
        expect(what, &error.kind(), &kind)?;
        match error.effect() {
            Effect::None => Ok(()),
            _ => Err(format!("{what}: expected that a refusal has no effect, found `Effect::Unknown`")),
        }
    }

    fn creation(&self, name: &str) -> CreateUser {
        CreateUser {
            instance_id: self.instance(),
            name: name.to_owned(),
            password: Some(Secret::from(PASSWORD)),
            directory_user_id: None,
            identity: identity("conformance", 1),
            phone: Some(Phone { line: PhoneLine::Desk(Some("+16175550102".into())), ..Phone::default() }),
            routing_profile_id: self.fixture.routing_profiles[0].clone(),
            security_profile_ids: self.fixture.security_profiles.iter().cloned().collect(),
            hierarchy_group_id: Some(self.fixture.hierarchy_group.clone()),
            channels: ChannelSettings {
                auto_accept: [(Channel::Chat, AutoAccept { auto_accept: true, agent_first_callback: None })]
                    .into(),
                after_contact_work: [
                    (Channel::Voice, AfterContactWork { time_limit: 90, agent_first_callback: Some(30) }),
                    (Channel::Chat, AfterContactWork { time_limit: 15, agent_first_callback: None }),
                ]
                .into(),
                ..ChannelSettings::default()
            },
            tags: Tags::from([("team".to_owned(), "conformance".to_owned())]),
        }
    }

    async fn make(&self, name: &str) -> Result<CreatedUser, String> {
        let created = self.call("a creation", &self.creation(name)).await?;
        self.read(&created.user_id).await?;
        Ok(created)
    }

    async fn read(&self, user_id: &UserId) -> Result<UserDescription, String> {
        let request = DescribeUser::new(self.instance(), user_id.clone());
        let mut left = self.fixture.patience;
        loop {
            match self.client.describe_user(&request).await {
                Ok(user) => return Ok(user),
                Err(error) if error.kind() == ErrorKind::NotFound && left > 0 => left -= 1,
                Err(error) => return Err(format!("a user that was made: {error}")),
            }
        }
    }

    async fn delete(&self, user_id: &UserId) -> Check {
        self.call("a deletion", &DeleteUser::new(self.instance(), user_id.clone())).await
    }

    async fn a_user_is_read_as_it_was_made(&self, name: &str) -> Check {
        let request = self.creation(name);
        let CreatedUser { user_id, arn } = self.make(name).await?;
        let user = self.read(&user_id).await?;
        expect("id", &user.user_id, &user_id)?;
        expect("ARN", &user.arn, &arn)?;
        expect("name", &user.name, &request.name)?;
        expect_identity(&user.identity, &request.identity)?;
        expect("phone", &Some(user.phone), &request.phone)?;
        expect("routing profile", &user.routing_profile_id, &request.routing_profile_id)?;
        expect("security profiles", &user.security_profile_ids, &request.security_profile_ids)?;
        expect("hierarchy group", &user.hierarchy_group_id, &request.hierarchy_group_id)?;
        expect("channels", &user.channels, &request.channels)?;
        expect("tags", &user.tags, &request.tags)?;
        self.delete(&user_id).await
    }

    async fn a_name_is_taken_once(&self, name: &str) -> Check {
        let created = self.make(name).await?;
        self.is_refused("a second user of a name", ErrorKind::Duplicate, &self.creation(name)).await?;
        self.delete(&created.user_id).await
    }

    async fn nobody_is_not_found(&self, _: &str) -> Check {
        let nobody = UserId::new("00000000-0000-4000-8000-ffffffffffff");
        let request = DescribeUser::new(self.instance(), nobody.clone());
        self.is_refused("nobody", ErrorKind::NotFound, &request).await?;
        let request = UpdateUserHierarchy::new(self.instance(), nobody.clone(), None);
        self.is_refused("a change of nobody", ErrorKind::NotFound, &request).await?;
        let request = DeleteAllEntitySessions::new(self.instance(), nobody);
        self.is_refused("a sign-out of nobody", ErrorKind::NotFound, &request).await
    }

    async fn a_deletion_is_done_once(&self, name: &str) -> Check {
        let created = self.make(name).await?;
        self.delete(&created.user_id).await?;
        let request = DeleteUser::new(self.instance(), created.user_id);
        self.is_refused("a second deletion", ErrorKind::NotFound, &request).await
    }

    async fn an_instance_is_described(&self, _: &str) -> Check {
        let instance = self.call("an instance", &DescribeInstance::new(self.instance())).await?;
        expect("id", &instance.instance_id, &self.fixture.instance_id)?;
        let managed = Some(IdentityManagementType::ConnectManaged);
        expect("identity management type", &instance.identity_management, &managed)
    }

    async fn arns_are_ids(&self, name: &str) -> Check {
        let CreatedUser { user_id, arn } = self.make(name).await?;
        let instance = arn.split("/agent/").next().unwrap_or_default();
        let user = self.call("a user by its ARN", &DescribeUser::new(instance, arn.as_str())).await?;
        expect("user", &user.user_id, &user_id)?;
        let request = UpdateUserHierarchy::new(instance, arn.as_str(), None);
        self.call("a change by ARN", &request).await?;
        expect("hierarchy group", &self.read(&user_id).await?.hierarchy_group_id, &None)?;
        self.call("a sign-out by ARN", &DeleteAllEntitySessions::new(instance, arn.as_str())).await?;
        self.call("a deletion by ARN", &DeleteUser::new(instance, arn.as_str())).await
    }

    async fn a_refusal_changes_nothing(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let before = self.read(&user_id).await?;
        let request = UpdateUserSecurityProfiles::new(self.instance(), user_id.clone(), []);
        self.is_refused("no security profile", ErrorKind::Invalid, &request).await?;
        let mut request = self.creation(&format!("{name}-2"));
        request.identity.mobile = Some(NO_NUMBER.into());
        self.is_refused("a user with a wrong number", ErrorKind::Invalid, &request).await?;
        let mut after = self.read(&user_id).await?;
        after.last_modified_time = before.last_modified_time;
        expect("user", &after, &before)?;
        self.delete(&user_id).await
    }
}
