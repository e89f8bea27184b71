//! Clients that are right but for one thing: the suite must refuse each, where it is wrong.

use std::{any::Any, sync::Arc};

use connect_user::{
    client::{
        conformance::{Breach, check},
        memory::MemoryConnect,
        *,
    },
    user::{Identity, Operation, ProficiencyKey},
};

use crate::conformance::{connect, with_groups as fixture};

/// What is wrong with a client.
#[derive(Clone, Copy)]
enum Mistake {
    /// It changes its answers.
    Answers(fn(&mut dyn Any)),
    /// It changes its errors.
    Fails(fn(ApiCall<'_>, ClientError) -> ClientError),
    /// It does something else than what it is asked: what is answered instead, if anything.
    Does(fn(&MemoryConnect, ApiCall<'_>) -> Option<Box<dyn Any + Send>>),
}

struct Wrong {
    connect: Arc<MemoryConnect>,
    mistake: Mistake,
}

impl std::fmt::Debug for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wrong")
    }
}

impl Around for Wrong {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        if let Mistake::Does(instead) = self.mistake
            && let Some(answer) = instead(&self.connect, call)
        {
            return *answer.downcast::<ClientResult<T>>().expect("an answer of the operation");
        }
        let mut answer = next.call().await;
        match self.mistake {
            Mistake::Answers(change) => answer.iter_mut().for_each(|answer| change(answer)),
            Mistake::Fails(change) => answer = answer.map_err(|error| change(call, error)),
            Mistake::Does(_) => {}
        }
        answer
    }
}

async fn breaches(mistake: Mistake) -> Vec<Breach> {
    let connect = Arc::new(connect());
    check(&Decorated::with(connect.clone(), Wrong { connect, mistake }), &fixture()).await
}

/// A mistake in every answer of a type.
macro_rules! answers {
    ($type:ty, |$answer:ident| $change:expr) => {
        Mistake::Answers(|answer| {
            if let Some($answer) = answer.downcast_mut::<$type>() {
                $change;
            }
        })
    };
}

/// A mistake in each element of the pages of a list.
macro_rules! each {
    ($type:ty, |$element:pat_param| $change:expr) => {
        answers!(Page<$type>, |page| for $element in &mut page.items {
            $change;
        })
    };
}

/// What is done instead of a request; the answer of another.
macro_rules! does {
    ($request:ident, |$asked:ident| $sent:expr) => {
        Mistake::Does(|connect, call| {
            let $asked = call.request::<$request>()?.clone();
            Some(Box::new(now($sent.send(connect))))
        })
    };
}

/// Another condition than the one that is asked for.
macro_rules! searches_otherwise {
    ($asked:pat => $sent:expr) => {
        does!(SearchUsers, |request| match request.condition.clone() {
            Some($asked) => request.condition($sent),
            _ => request,
        })
    };
}

/// Texts are compared in another way than the one that is asked for.
macro_rules! compares {
    ($comparison:expr) => {
        searches_otherwise!(UserCondition::Text { field, value, .. } => {
            UserCondition::text(field, $comparison, value.as_str())
        })
    };
}

fn swap_names(identity: &mut Identity) {
    std::mem::swap(&mut identity.first_name, &mut identity.last_name);
}

/// The service in memory never waits.
fn now<T>(answer: Pending<'_, T>) -> ClientResult<T> {
    futures_util::FutureExt::now_or_never(answer).expect("an answer")
}

type Users = Page<FoundUser>;

/// What is wrong, under the check that it breaks, with what that says.
macro_rules! mistakes {
    ($($check:ident { $($message:literal => $mistake:expr;)+ })+) => {
        vec![$($((stringify!($check), $message, $mistake),)+)+]
    };
}

fn mistakes() -> Vec<(&'static str, &'static str, Mistake)> {
    mistakes! {
        a_user_is_read_as_it_was_made {
            "mobile: expected Some(Personal(redacted)), found None" => does!(CreateUser, |request| {
                let mut request = request;
                request.identity.mobile = None;
                request
            });
            "tags: expected {\"team\": \"conformance\"}, found {}"
                => does!(CreateUser, |request| request.tags([]));
            "ARN: expected \"\", found \"arn:" => answers!(CreatedUser, |user| user.arn.clear());
            "first name: expected Some(Personal(redacted)), found Some(Personal(redacted))"
                => answers!(UserDescription, |user| swap_names(&mut user.identity));
            "e-mail: expected" => answers!(UserDescription, |user| {
                let identity = &mut user.identity;
                std::mem::swap(&mut identity.email, &mut identity.secondary_email);
            });
            "name: expected \"conformance-"
                => answers!(UserDescription, |user| user.name = user.name.to_uppercase());
            "hierarchy group: expected Some"
                => answers!(UserDescription, |user| user.hierarchy_group_id = None);
            "phone: expected Some(Phone {"
                => answers!(UserDescription, |user| user.phone.auto_accept = true);
            "security profiles: expected {"
                => answers!(UserDescription, |user| drop(user.security_profile_ids.pop_first()));
            "channels: expected"
                => answers!(UserDescription, |user| user.channels.after_contact_work.clear());
        }
        a_search_tells_what_a_read_does {
            "found directory user id: expected None, found Some"
                => answers!(UserDescription, |user| user.directory_user_id = None);
            "found phone: expected Phone {"
                => each!(FoundUser, |user| user.phone.after_contact_work_time_limit *= 1_000);
            "found tags: expected {\"team\": \"conformance\"}, found {}"
                => each!(FoundUser, |user| user.tags.clear());
            "found first name: expected"
                => each!(FoundUser, |user| std::mem::swap(&mut user.first_name, &mut user.last_name));
            "found routing profile: expected Some"
                => each!(FoundUser, |user| user.routing_profile_id = None);
            "found channels: expected" => each!(FoundUser, |user| user.channels = Default::default());
            "found ARN: expected \"arn:" => each!(FoundUser, |user| user.arn.clear());
            "found hierarchy group: expected Some"
                => each!(FoundUser, |user| user.hierarchy_group_id = None);
            "found security profiles: expected {"
                => each!(FoundUser, |user| user.security_profile_ids.clear());
            "found directory user id: expected Some"
                => each!(FoundUser, |user| user.directory_user_id = None);
            "found last name: expected Some" => each!(FoundUser, |user| user.last_name = None);
        }
        a_list_tells_the_time_of_change {
            "listed time of change: expected None, found Some"
                => answers!(UserDescription, |user| user.last_modified_time = None);
            "listed ARN: expected \"arn:" => each!(ListedUser, |user| user.arn.clear());
            "listed time of change: expected Some"
                => each!(ListedUser, |user| user.last_modified_time = None);
        }
        a_list_holds_everybody_once {
            "users of all pages: expected " => answers!(Page<ListedUser>, |page| page.next_token = None);
            "users of all pages: expected " => answers!(Page<ListedUser>, |page| drop(page.items.pop()));
            "a page must have at most 2 elements, has 3"
                => answers!(Page<ListedUser>, |page| page.items.extend(page.items.first().cloned()));
            "a list: a page comes twice" => does!(ListUsers, |request| request.next_token(None));
        }
        a_search_finds_a_name {
            "a search for a name: expected no other user, found others"
                => does!(SearchUsers, |request| request.name(None));
            "after contact work, in seconds: expected Some(90), found Some(90000)"
                => each!(FoundUser, |user| for work in user.channels.after_contact_work.values_mut() {
                    work.time_limit *= 1_000;
                });
        }
        a_search_keeps_to_its_conditions {
            "a search by hierarchy group and those below it: expected"
                => searches_otherwise!(UserCondition::HierarchyGroup { id, .. } => UserCondition::hierarchy_group(id));
            "a search by hierarchy group: expected"
                => searches_otherwise!(UserCondition::HierarchyGroup { id, .. } => UserCondition::hierarchy(id));
            "a search by all of two conditions: expected"
                => searches_otherwise!(UserCondition::All(all) => UserCondition::Any(all));
            "a search by any of two conditions: expected"
                => searches_otherwise!(UserCondition::Any(any) => UserCondition::All(any));
            "a search by the start of user names: expected" => compares!(TextComparison::Exact);
            "a search by user name: expected" => compares!(TextComparison::StartsWith);
            "a search by a tag: expected" => does!(SearchUsers, |request| request.tags([]));
            "a search by two tags: expected" => does!(SearchUsers, |request| {
                let mut request = request;
                while request.tags.len() > 1 {
                    request.tags.pop_first();
                }
                request
            });
        }
        a_search_has_pages {
            "users of all pages: expected " => answers!(Users, |page| page.next_token = None);
            "a page must have at most 2 elements, has 3"
                => does!(SearchUsers, |request| request.max_results(None));
        }
        proficiencies_come_change_and_go {
            "proficiencies: expected" => each!((ProficiencyKey, u8), |(_, level)| *level -= 1);
            "number of proficiencies of all pages: expected 2, found 1"
                => answers!(Page<(ProficiencyKey, u8)>, |page| page.next_token = None);
            "proficiencies: expected" => does!(AssociateUserProficiencies, |request| {
                let mut request = request;
                request.proficiencies = request.proficiencies.into_iter().take(1).collect();
                request
            });
            "a page must have at most 1 element, has 2"
                => does!(ListUserProficiencies, |request| request.max_results(None));
            "whether the predefined attribute is found with its value: expected true, found false"
                => each!(PredefinedAttribute, |attribute| attribute.values.clear());
        }
        routing_profiles_are_listed_by_name {
            "a page must have at most 1 element, has 2"
                => does!(ListRoutingProfiles, |request| request.max_results(None));
        }
        security_profiles_are_listed_by_name {
            "has no name" => each!(NamedResource, |item| item.name.clear());
            "must be listed once"
                => each!(NamedResource, |item| std::mem::swap(&mut item.id, &mut item.arn));
        }
        hierarchy_groups_are_listed_by_path {
            "end of the path: expected Some(\"group-1\"), found None"
                => each!(HierarchyGroupEntry, |group| group.path.pop());
        }
        memberships_are_listed {
            "whether the workspace of an association is listed: expected true, found false"
                => each!(WorkspaceAssociation, |association| association.workspace_id.clear());
            "expected NotFound, found Invalid" => Mistake::Fails(|call, error| match call.operation() {
                operation @ Operation::ListTrafficDistributionGroupUsers => {
                    ClientError::new(operation, ErrorKind::Invalid)
                }
                _ => error,
            });
        }
        an_instance_is_described {
            "identity management type: expected Some(ConnectManaged), found None"
                => answers!(InstanceDescription, |instance| instance.identity_management = None);
        }
        identity_is_replaced_whole {
            "secondary e-mail: expected Some(Personal(redacted)), found None"
                => does!(UpdateUserIdentityInfo, |request| {
                    let mut request = request;
                    request.identity.secondary_email = None;
                    request
                });
            "e-mail: expected None, found Some(Personal(redacted))" => does!(UpdateUserIdentityInfo, |request| {
                let mut request = request;
                request.identity.email.get_or_insert_with(|| "conformance@example.com".into());
                request
            });
        }
        profiles_and_group_are_replaced {
            "security profiles: expected" => Mistake::Does(|connect, call| {
                let request = call.request::<UpdateUserSecurityProfiles>()?;
                let user = (&request.instance_id, &request.user_id);
                let ids = request.security_profile_ids.clone();
                connect.edit_user(user.0, user.1, |user, _| user.security_profile_ids.extend(ids));
                Some(Box::new(Ok::<(), ClientError>(())))
            });
        }
        channels_are_set_one_by_one {
            "channels: expected" => Mistake::Does(|connect, call| {
                let request = call.request::<UpdateUserConfig>()?;
                let channels = request.channels.clone();
                connect.edit_user(&request.instance_id, &request.user_id, |user, _| user.channels = channels);
                Some(Box::new(Ok::<(), ClientError>(())))
            });
            "channels: expected" => does!(UpdateUserConfig, |request| {
                let mut request = request;
                request.channels.voice_enhancement.clear();
                request
            });
            "channels: expected" => answers!(UserDescription, |user| user.channels.voice_enhancement.clear());
            "channels: expected" => answers!(UserDescription, |user| user.channels.phone_number.clear());
            "channels: expected" => answers!(UserDescription, |user| user.channels.persistent_connection.clear());
            "channels: expected" => answers!(UserDescription, |user| {
                user.channels.auto_accept.values_mut().for_each(|accept| accept.agent_first_callback = None);
            });
        }
        phone_is_replaced_whole_and_flattens {
            "after contact work of the channels: expected {7}" => Mistake::Does(|connect, call| {
                let request = call.request::<UpdateUserPhoneConfig>()?;
                let phone = request.phone.clone();
                connect.edit_user(&request.instance_id, &request.user_id, |user, _| user.phone = phone);
                Some(Box::new(Ok::<(), ClientError>(())))
            });
        }
        tags_come_change_and_go {
            "tags: expected" => does!(TagResource, |request| {
                let mut request = request;
                request.tags.pop_first();
                request
            });
            "tags: expected" => Mistake::Does(|connect, call| {
                let request = call.request::<TagResource>()?;
                let user = request.arn.rsplit('/').next()?.into();
                let tags = request.tags.clone();
                connect.edit_user(&call.instance()?.into(), &user, |user, _| user.tags = tags);
                Some(Box::new(Ok::<(), ClientError>(())))
            });
            "tags: expected {\"team\"" => Mistake::Does(|connect, call| {
                let request = call.request::<UntagResource>()?;
                let user = request.arn.rsplit('/').next()?.into();
                connect.edit_user(&call.instance()?.into(), &user, |user, _| user.tags.clear());
                Some(Box::new(Ok::<(), ClientError>(())))
            });
        }
        a_name_is_taken_once {
            "the error tells a value that was sent"
                => Mistake::Fails(|_, error| error.with_message("Conformance1"));
            "the error tells a value that was sent" => Mistake::Fails(|call, error| match call.user_name() {
                Some(name) => error.with_message(format!("the user {name} exists")),
                None => error,
            });
            "the error tells a value that was sent"
                => Mistake::Fails(|call, error| match call.request::<CreateUser>() {
                    Some(request) => {
                        let first = request.identity.first_name.as_ref().map(|name| name.as_str());
                        error.with_message(first.unwrap_or_default())
                    }
                    None => error,
                });
            "expected Duplicate, found Conflict" => Mistake::Fails(|call, error| match call.operation() {
                Operation::CreateUser => ClientError::new(Operation::CreateUser, ErrorKind::Conflict),
                _ => error,
            });
        }
        a_refusal_changes_nothing {
            "the error tells a value that was sent"
                => Mistake::Fails(|_, error| error.with_message("for no-number"));
        }
        a_deletion_is_done_once {
            "expected NotFound, found Invalid" => Mistake::Fails(|call, error| match call.operation() {
                Operation::DeleteUser => ClientError::new(Operation::DeleteUser, ErrorKind::Invalid),
                _ => error,
            });
            "expected that a refusal has no effect, found `Effect::Unknown`"
                => Mistake::Fails(|_, error| error.with_effect(Effect::Unknown));
        }
        nobody_is_not_found {
            "expected an error of `DescribeUser`, found one of `ListUsers`"
                => Mistake::Fails(|_, error| ClientError::new(Operation::ListUsers, error.kind()));
        }
        arns_are_ids {
            "a change by ARN: `UpdateUserHierarchy` failed, not found" => Mistake::Does(|_, call| {
                let request = call.request::<UpdateUserHierarchy>()?;
                let error = ClientError::new(call.operation(), ErrorKind::NotFound);
                request.user_id.as_str().starts_with("arn:").then(|| Box::new(Err::<(), _>(error)) as _)
            });
        }
    }
}

#[tokio::test]
async fn a_wrong_client_breaks_the_contract_where_it_is_wrong() {
    for (broken, message, mistake) in mistakes() {
        let breaches = breaches(mistake).await;
        let is_it = |breach: &Breach| breach.check == broken && breach.message.contains(message);
        assert!(breaches.iter().any(is_it), "expected `{broken}`: {message}\nfound {breaches:#?}");
    }
}

/// Answers an operation that has nothing to tell as if all were well, and does nothing.
#[derive(Debug)]
struct Skips(Operation);

impl Around for Skips {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let nothing: Box<dyn Any + Send> = Box::new(());
        match nothing.downcast::<T>() {
            Ok(nothing) if call.operation() == self.0 => Ok(*nothing),
            _ => next.call().await,
        }
    }
}

/// Has every operation but one.
#[derive(Debug)]
struct Lacks(Operation);

impl Around for Lacks {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        match call.operation() == self.0 {
            true => Err(ClientError::unsupported(self.0)),
            false => next.call().await,
        }
    }
}

/// Each property that a search compares has a check of its own.
#[tokio::test]
async fn a_client_that_confuses_what_it_searches_by_breaks_the_contract() {
    #[derive(Debug)]
    struct Ignores(Arc<MemoryConnect>, UserField);

    impl Around for Ignores {
        async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
            let asked = call.request::<SearchUsers>().map(|request| (request, &request.condition));
            let Some((request, Some(UserCondition::Text { field, .. }))) = asked else {
                return next.call().await;
            };
            if *field != self.1 {
                return next.call().await;
            }
            let all: Box<dyn Any> = Box::new(self.0.search_users(&request.clone().condition(None)).await);
            *all.downcast().expect("a page")
        }
    }

    for field in UserField::ALL {
        let connect = Arc::new(connect());
        let breaches = check(&Decorated::with(connect.clone(), Ignores(connect, *field)), &fixture()).await;
        assert!(
            breaches.iter().any(|breach| breach.check.starts_with("a_search_")),
            "{field}: {breaches:#?}"
        );
    }
}

#[tokio::test]
async fn a_client_that_answers_without_acting_breaks_the_contract() {
    // A creation and whatever reads have answers that nobody could make up.
    let reads = |operation: &Operation| !operation.writes() || *operation == Operation::CreateUser;
    for operation in Operation::ALL.iter().filter(|operation| !reads(operation)) {
        let client = Decorated::with(connect(), Skips(*operation));
        assert!(!check(&client, &fixture()).await.is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn a_client_without_an_operation_breaks_the_contract() {
    for operation in Operation::ALL {
        let client = Decorated::with(connect(), Lacks(*operation));
        let breaches = check(&client, &fixture()).await;
        let message = format!("`{operation}` failed, the client does not support it");
        let is_told =
            |breach: &Breach| breach.message.contains(&message) || breach.message.contains("Unsupported");
        assert!(breaches.iter().any(is_told), "{operation}: {breaches:#?}");
    }
}
