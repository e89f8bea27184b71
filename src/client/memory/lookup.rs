//! Finds the instance and the user of a call.

use super::{
    config::MemoryInstance,
    connect::Inner,
    instance::Instance,
    refusal::{Check, Refusal, refusal},
    rules,
    users::StoredUser,
};
use crate::{
    client::error::ErrorKind,
    user::{Arn, InstanceId, UserId},
};

impl Inner {
    pub(super) fn instance(&mut self, id: &InstanceId) -> Check<&mut Instance> {
        if id.check().is_err() {
            return Err(refusal(ErrorKind::Invalid, "the id is not that of an instance"));
        }
        let known = self.instances.iter().any(|instance| instance.config.id == id.bare());
        if let Some(kind) = self.any_instance.filter(|_| !known) {
            self.instances.push(Instance::new(MemoryInstance::new(id.bare(), kind)));
        }
        self.stored(id).ok_or_else(|| refusal(ErrorKind::NotFound, "there is no such instance"))
    }

    /// Returns a user, unless it is hidden.
    pub(super) fn user(&mut self, instance: &InstanceId, user: &UserId) -> Check<&StoredUser> {
        let now = self.clock.now();
        let Instance { config, users, .. } = self.instance(instance)?;
        rules::user_id(config, user)?;
        users.seen(user, now).ok_or_else(no_user)
    }

    /// Changes a user, unless it is hidden.
    fn change(
        &mut self,
        instance: &InstanceId,
        user: &UserId,
        work: impl FnOnce(&MemoryInstance, &mut StoredUser) -> Check,
    ) -> Check {
        let now = self.clock.now();
        let Instance { config, users, .. } = self.instance(instance)?;
        rules::user_id(config, user)?;
        users.change(user, now, |stored| work(config, stored)).unwrap_or_else(|| Err(no_user()))
    }

    /// Changes a user, unless it is hidden, and records time and Region of the change.
    pub(super) fn update(
        &mut self,
        instance: &InstanceId,
        user: &UserId,
        work: impl FnOnce(&MemoryInstance, &mut StoredUser) -> Check,
    ) -> Check {
        let now = self.clock.now();
        self.change(instance, user, |config, stored| {
            let before = stored.proficiencies.clone();
            work(config, stored)?;
            stored.note_change(&before, now, &config.region);
            Ok(())
        })
    }

    /// Changes the tags of a user, unless it is hidden.
    pub(super) fn retag(&mut self, arn: &str, work: impl FnOnce(&mut StoredUser) -> Check) -> Check {
        let parsed = arn.parse::<Arn>().ok();
        let place = parsed.as_ref().and_then(|arn| Some((arn.instance(), arn.resource()?)));
        let Some((instance, ("agent", user))) = place else {
            return Err(refusal(ErrorKind::Invalid, "the ARN is not that of a user"));
        };
        self.change(&InstanceId::new(instance), &UserId::new(user), |_, stored| work(stored))
    }
}

pub(super) fn no_user() -> Refusal {
    refusal(ErrorKind::NotFound, "the instance has no such user")
}
