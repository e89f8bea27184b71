//! The actual user.

use std::collections::BTreeMap;

use bon::Builder;
use serde::{Deserialize, Serialize};

use super::{
    AfterContactWork, Channel, ImportId, InstanceId, Managed, Property, PropertySet, Secret, SortedSet, Tags,
    Timestamp, UserId, UserProperties, is_system_tag,
};

/// The actual user, with the record between runs.
///
/// Reading, importing and applying return a state; keep it between runs. Its JSON has the form of Pulumi's outputs,
/// with a few more members. The password is not written, unless the host wraps the state in
/// [`ExposeSecrets`](super::ExposeSecrets).
#[derive(Builder, Clone, Debug, PartialEq, Eq)]
#[builder(on(_, into))]
#[non_exhaustive]
pub struct UserState {
    /// The instance.
    pub instance_id: InstanceId,
    /// The user's id.
    pub user_id: UserId,
    /// The user's ARN.
    pub arn: String,
    /// The name that the user signs in with.
    pub name: String,
    /// The user's id in the directory; the service sets one for `CONNECT_MANAGED`, too.
    pub directory_user_id: Option<String>,
    /// The properties that calls can change.
    pub properties: UserProperties,
    /// Every tag of the user, including those of AWS.
    #[builder(default)]
    pub tags_all: Tags,
    /// When the user was last changed.
    pub last_modified_time: Option<Timestamp>,
    /// The Region in which the user was last changed.
    pub last_modified_region: Option<String>,
    /// When and where the proficiencies were last changed, as of their last reading; `None` after a change made by this
    /// crate, and if the service does not say.
    pub proficiencies_last_modified: Option<LastModified>,
    /// The record between runs.
    #[builder(default)]
    pub record: Record,
}

/// The time and place of the last change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LastModified {
    /// The time of the change.
    pub time: Timestamp,
    /// The Region of the change, if the service says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl LastModified {
    /// Creates the time and place of a change.
    pub fn new(time: Timestamp, region: impl Into<Option<String>>) -> Self {
        Self { time, region: region.into() }
    }
}

/// The record of a user: what no API knows and the next plan needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The managed properties, which the last applied spec set. A managed property that the next spec leaves out is
    /// cleared.
    pub managed: PropertySet,
    /// The keys of the tags that the last applied spec set.
    pub tag_keys: SortedSet<String>,
    /// The keys of the tags that were set from the provider's default tags.
    pub default_tag_keys: SortedSet<String>,
    /// Work that a failed apply has left.
    pub unfinished: Unfinished,
    /// Settings that the service has and this version does not know, such as a new phone type or a new member: the
    /// path, and the value if it is the choice of a setting and not personal data. A call that writes the block around
    /// such a setting may reset it; the plan then has a warning, or is refused
    /// ([`Settings::unrecognised`](super::Settings::unrecognised)).
    pub unrecognised: Vec<String>,
    /// When this crate last changed the user, by the clock of the machine, until the user is read again.
    /// Compared with the listed time of change to recognise our own changes.
    pub last_written: Option<Timestamp>,
    /// When this crate created the user, by the clock of the machine; `None` if it was created otherwise. A new user
    /// may not be visible yet.
    pub created: Option<Timestamp>,
    /// Whether an apply began to change the user and its end is not recorded. It may have been killed after a change,
    /// so the user must be read, whatever its time of change.
    pub in_progress: bool,
    /// The properties that the last reading left out: the state has their previously recorded values, or none. A search
    /// leaves out [`PropertySet::NOT_IN_SEARCH`]. No plan has a call that writes one of these properties: the user must
    /// be read first.
    pub unread: PropertySet,
    /// The password that the user was created with, in the process that created it. It is not serialized, so a state
    /// that was read back has none, unless the host wraps the state in [`ExposeSecrets`](super::ExposeSecrets).
    pub password: Option<Secret>,
}

impl Record {
    /// Whether tags of the user are managed.
    pub(crate) fn manages_tags(&self) -> bool {
        self.managed.contains(Property::Tags)
            || !self.tag_keys.is_empty()
            || !self.default_tag_keys.is_empty()
    }
}

/// Work that a failed apply has left for the next plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// Former users that were replaced and are not deleted yet.
    pub replaced: Vec<Replaced>,
    /// After contact work by channel that a change of the phone block has overwritten and that must be restored.
    pub after_contact_work: BTreeMap<Channel, AfterContactWork>,
    /// Whether the user has lost rights and was not signed out yet
    /// ([`Settings::sign_out_on`](super::Settings::sign_out_on)).
    pub sign_out: bool,
}

impl Unfinished {
    /// Whether no work is left.
    pub fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.after_contact_work.is_empty() && !self.sign_out
    }

    /// Returns the after contact work that is still overwritten.
    ///
    /// A restored value is not included, nor is a value that was changed outside the program since: an overwritten
    /// value equals exactly the limit of the phone block.
    pub(crate) fn lost(
        &self,
        properties: &UserProperties,
    ) -> impl Iterator<Item = (Channel, AfterContactWork)> {
        let limit = properties.phone.after_contact_work_time_limit;
        let there = &properties.channels.after_contact_work;
        self.after_contact_work.iter().map(|(channel, work)| (*channel, *work)).filter(
            move |(channel, work)| {
                let unnamed = AfterContactWork { time_limit: limit, agent_first_callback: None };
                let there = there.get(channel).copied().unwrap_or(unnamed);
                let is_flat = there.time_limit == limit
                    && there.agent_first_callback.is_none_or(|callback| callback == limit);
                let is_back = there.time_limit == work.time_limit
                    && there.agent_first_callback.unwrap_or(0) == work.agent_first_callback.unwrap_or(0);
                is_flat && !is_back
            },
        )
    }

    /// Removes what is no longer overwritten in these settings.
    pub(crate) fn settle(&mut self, properties: &UserProperties) {
        if !self.after_contact_work.is_empty() {
            self.after_contact_work = self.lost(properties).collect();
        }
    }
}

/// A former user that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Replaced {
    /// The instance.
    pub instance_id: InstanceId,
    /// The user's id.
    pub user_id: UserId,
    /// The user's name.
    pub name: String,
    /// When this crate created the user, if it was not read since: it may not be visible yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Whether the user has lost rights and was not signed out yet, like [`Unfinished::sign_out`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sign_out: bool,
    /// What was managed of the user: if the user is desired again, the rest of it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) managed: Option<Box<Managed>>,
}

impl Replaced {
    /// Returns the import id of the user.
    pub fn id(&self) -> ImportId {
        ImportId::new(&self.instance_id, &self.user_id)
    }
}

impl UserState {
    /// Returns the import id of the user: the `id` in Pulumi and Terraform.
    pub fn id(&self) -> ImportId {
        ImportId::new(&self.instance_id, &self.user_id)
    }

    /// Returns the tags that the last applied spec set, with their actual values. If no spec was applied yet: all tags
    /// except those of AWS.
    pub fn tags(&self) -> Tags {
        let imported = self.record.managed.is_empty();
        let own = |key: &str| if imported { !is_system_tag(key) } else { self.record.tag_keys.contains(key) };
        self.tags_all
            .iter()
            .filter(|(key, _)| own(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// Returns the user as a replaced user.
    pub fn to_replaced(&self) -> Replaced {
        Replaced { managed: Some(Box::new(Managed::recorded(&self.record))), ..self.to_account() }
    }

    /// Returns the user for a call that needs its account alone.
    pub(crate) fn to_account(&self) -> Replaced {
        Replaced {
            instance_id: self.instance_id.clone(),
            user_id: self.user_id.clone(),
            name: self.name.clone(),
            created: self.created_unseen(),
            sign_out: self.record.unfinished.sign_out,
            managed: None,
        }
    }

    /// Returns when this crate created the user, if it was not read since: it may not be visible yet.
    pub(crate) fn created_unseen(&self) -> Option<Timestamp> {
        self.record.created.filter(|_| self.last_modified_time.is_none())
    }

    /// Returns the record of a user that this user has superseded. The password, and what is left to do for this user,
    /// are not its own.
    #[cfg(feature = "fleet")]
    pub(crate) fn to_former(&self, old: &Replaced) -> Self {
        let mut former = self.clone();
        former.instance_id.clone_from(&old.instance_id);
        former.user_id.clone_from(&old.user_id);
        former.name.clone_from(&old.name);
        // They are read by a call of their own, and those of this user say nothing about them.
        (former.properties.proficiencies, former.proficiencies_last_modified) = (None, None);
        former.record.created = old.created;
        if let Some(managed) = &old.managed {
            managed.clone().record(&mut former.record);
        }
        former.record.password = None;
        former.record.unfinished = Unfinished { sign_out: old.sign_out, ..Unfinished::default() };
        former
    }
}
