//! The quick connects that lead to each user.

use std::collections::HashMap;

use crate::{
    client::QuickConnectSummary,
    user::{InstanceId, Replaced, UserId},
};

/// The quick connects of the instances that were searched, by the user to which they lead.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuickConnectIndex(HashMap<InstanceId, HashMap<UserId, Vec<String>>>);

impl QuickConnectIndex {
    /// Creates the index of one instance.
    pub(crate) fn new(instance: &InstanceId, found: Vec<QuickConnectSummary>) -> Self {
        let mut index = Self::default();
        index.add(instance, found);
        index
    }

    /// Adds the quick connects of an instance.
    pub(crate) fn add(&mut self, instance: &InstanceId, found: Vec<QuickConnectSummary>) {
        let users = self.0.entry(instance.clone()).or_default();
        for quick_connect in found {
            if let Some(user) = quick_connect.user_id {
                users.entry(user).or_default().push(quick_connect.quick_connect_id);
            }
        }
    }

    /// Returns the ids of the quick connects that lead to a user; `None` if its instance was not searched.
    pub(crate) fn of(&self, user: &Replaced) -> Option<Vec<String>> {
        let users = self.0.get(&user.instance_id)?;
        Some(users.get(&user.user_id).cloned().unwrap_or_default())
    }
}
