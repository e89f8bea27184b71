//! Whether the name of a user that is deleted before it is created again is free.

use super::{
    failed::ApplyError,
    identify::{Verdict, differences, identify_earlier},
    options::ApplyOptions,
};
use crate::{
    client::{ConnectClient, ErrorKind},
    read::{SharedLists, Sighting, sight},
    user::{CreationAttempt, DesiredUser, Operation, Replaced, UserId, UserState},
};

/// Checks, before a user is deleted so that it can be created again, that no other user has its new name. Users that the
/// host manages are left out: it frees their names in time. A user that was just deleted may be found for a while.
pub(super) async fn check_new_name(
    client: &dyn ConnectClient,
    user: &Replaced,
    desired: &DesiredUser,
    options: &ApplyOptions<'_>,
) -> Result<(), ApplyError> {
    let (instance, name) = (desired.instance_id(), desired.name());
    if user.name == name && user.instance_id == *instance {
        return Ok(());
    }
    let mut freed: Vec<UserId> = options.freed.to_vec();
    freed.push(user.user_id.clone());
    let own = SharedLists::default();
    let lists = options.lists.unwrap_or(&own);
    let mut pauses = options.pauses();
    loop {
        let found = match sight(client, instance, name, &freed, false, lists).await {
            Ok(Sighting { users, denied, .. }) => {
                denied.iter().for_each(|operation| options.did_without(*operation));
                users
            }
            // What was found must be read: it may have another name by now.
            Err(denied)
                if denied.kind() == ErrorKind::AccessDenied
                    && denied.operation() != Operation::DescribeUser =>
            {
                options.not_allowed(
                    Operation::SearchUsers,
                    "whether the new names of users are free is not checked",
                );
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let mut taken = None;
        for other in found {
            if !is_expected(desired, &other, options)
                && !options.is_owned(&other.user_id).await.map_err(ApplyError::Observer)?
            {
                taken = Some(other);
            }
        }
        let Some(other) = taken else { return Ok(()) };
        match pauses.next() {
            Some(pause) => options.pause(pause).await,
            None => {
                return Err(ApplyError::NewNameTaken { user: user.name.clone(), id: Box::new(other.id()) });
            }
        }
    }
}

/// Whether the creation will take the user over: an earlier run has created it, or the host allows its adoption.
fn is_expected(desired: &DesiredUser, found: &UserState, options: &ApplyOptions<'_>) -> bool {
    let is_made = |attempt: &CreationAttempt| {
        matches!(identify_earlier(attempt, found, options.clock_skew), Verdict::Made)
    };
    let is_adopted = || differences(&CreationAttempt::new(desired, (options.now)()), found).is_empty();
    options.attempts.iter().any(is_made) || options.adopt_taken && is_adopted()
}
