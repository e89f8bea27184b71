//! From the SDK's types to the model. What this version does not know is told, not lost silently.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_connect::{primitives::DateTime, types as sdk};

use crate::{
    client::{FoundUser, InstanceDescription, ListedUser, QuickConnectSummary, UserDescription},
    user::{
        AfterContactWork, AutoAccept, Channel, ChannelSettings, Id, IdKind, Identity, IdentityManagementType,
        InstanceId, Personal, Phone, PhoneNumber, PhoneType, ProficiencyKey, Tags, Timestamp,
        VoiceEnhancementMode,
    },
};

/// In which unit an answer gives after contact work.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Seconds,
    /// `SearchUsers` only.
    Milliseconds,
}

impl Unit {
    fn seconds(self, value: i32) -> u32 {
        let value = u32::try_from(value).unwrap_or(0);
        match self {
            Self::Seconds => value,
            Self::Milliseconds => value / 1_000,
        }
    }
}

/// Reads the parts of a user, and notes what it does not know.
struct Reader {
    unit: Unit,
    unrecognised: Vec<String>,
}

/// The per-channel settings of a user, in either of its types.
macro_rules! lists {
    ($user:ident) => {
        Lists {
            auto_accept: $user.auto_accept_configs,
            after_contact_work: $user.after_contact_work_configs,
            phone_number: $user.phone_number_configs,
            persistent_connection: $user.persistent_connection_configs,
            voice_enhancement: $user.voice_enhancement_configs,
        }
    };
}

/// A user as `DescribeUser` answers it; `None` without its id, ARN, name or routing profile.
pub(super) fn description(user: sdk::User) -> Option<UserDescription> {
    let mut reader = Reader { unit: Unit::Seconds, unrecognised: Vec::new() };
    Some(UserDescription {
        user_id: user.id?.into(),
        arn: user.arn?,
        name: user.username?,
        directory_user_id: user.directory_user_id,
        identity: user.identity_info.map(identity).unwrap_or_default(),
        phone: reader.phone(user.phone_config),
        routing_profile_id: user.routing_profile_id?.into(),
        security_profile_ids: ids(user.security_profile_ids),
        hierarchy_group_id: user.hierarchy_group_id.map(Into::into),
        channels: reader.channels(lists!(user)),
        tags: user.tags.map(tags).unwrap_or_default(),
        last_modified_time: user.last_modified_time.and_then(time),
        last_modified_region: user.last_modified_region,
        unrecognised: reader.unrecognised,
    })
}

/// A user as `SearchUsers` answers it; `None` without its id, ARN or name.
pub(super) fn found(user: sdk::UserSearchSummary) -> Option<FoundUser> {
    let mut reader = Reader { unit: Unit::Milliseconds, unrecognised: Vec::new() };
    let (first_name, last_name) =
        user.identity_info.map(|info| (info.first_name, info.last_name)).unwrap_or_default();
    Some(FoundUser {
        user_id: user.id?.into(),
        arn: user.arn?,
        name: user.username?,
        directory_user_id: user.directory_user_id,
        first_name: first_name.map(Personal::new),
        last_name: last_name.map(Personal::new),
        phone: reader.phone(user.phone_config),
        routing_profile_id: user.routing_profile_id.map(Into::into),
        security_profile_ids: ids(user.security_profile_ids),
        hierarchy_group_id: user.hierarchy_group_id.map(Into::into),
        channels: reader.channels(lists!(user)),
        tags: user.tags.map(tags).unwrap_or_default(),
        unrecognised: reader.unrecognised,
    })
}

/// A user as `ListUsers` answers it; `None` without its id, ARN or name.
pub(super) fn listed(user: sdk::UserSummary) -> Option<ListedUser> {
    Some(ListedUser {
        user_id: user.id?.into(),
        arn: user.arn?,
        name: user.username?,
        last_modified_time: user.last_modified_time.and_then(time),
        last_modified_region: user.last_modified_region,
    })
}

/// A level that is no whole number is rounded.
pub(super) fn proficiency(proficiency: sdk::UserProficiency) -> (ProficiencyKey, u8) {
    let key = ProficiencyKey { name: proficiency.attribute_name, value: proficiency.attribute_value };
    // A float that is out of bounds is cut to them by the conversion.
    (key, proficiency.level.round() as u8)
}

pub(super) fn instance(instance: sdk::Instance, asked: &InstanceId) -> InstanceDescription {
    let kind = instance.identity_management_type;
    InstanceDescription {
        instance_id: instance.id.map_or_else(|| asked.to_bare(), InstanceId::new),
        identity_management: kind.and_then(|kind| kind.as_str().parse::<IdentityManagementType>().ok()),
    }
}

pub(super) fn quick_connect(quick_connect: sdk::QuickConnect) -> Option<QuickConnectSummary> {
    let user = quick_connect.quick_connect_config.and_then(|config| config.user_config);
    Some(QuickConnectSummary {
        quick_connect_id: quick_connect.quick_connect_id?,
        name: quick_connect.name.unwrap_or_default(),
        user_id: user.map(|user| user.user_id.into()),
    })
}

fn identity(info: sdk::UserIdentityInfo) -> Identity {
    Identity {
        first_name: info.first_name.map(Personal::new),
        last_name: info.last_name.map(Personal::new),
        email: info.email.map(Personal::new),
        secondary_email: info.secondary_email.map(Personal::new),
        mobile: info.mobile.map(Personal::new),
    }
}

fn ids<K: IdKind>(ids: Option<Vec<String>>) -> BTreeSet<Id<K>> {
    ids.unwrap_or_default().into_iter().map(Id::new).collect()
}

fn tags(tags: std::collections::HashMap<String, String>) -> Tags {
    tags.into_iter().collect()
}

fn time(time: DateTime) -> Option<Timestamp> {
    let millis = time.to_millis().ok()?;
    u64::try_from(millis).ok().map(Timestamp::from_millis)
}

/// The per-channel settings of an answer.
struct Lists {
    auto_accept: Option<Vec<sdk::AutoAcceptConfig>>,
    after_contact_work: Option<Vec<sdk::AfterContactWorkConfigPerChannel>>,
    phone_number: Option<Vec<sdk::PhoneNumberConfig>>,
    persistent_connection: Option<Vec<sdk::PersistentConnectionConfig>>,
    voice_enhancement: Option<Vec<sdk::VoiceEnhancementConfig>>,
}

impl Reader {
    /// A block that is absent is one of the service's defaults.
    fn phone(&mut self, phone: Option<sdk::UserPhoneConfig>) -> Phone {
        let Some(phone) = phone else { return Phone::default() };
        let phone_type = self.choice("phoneConfig.phoneType", phone.phone_type.as_str());
        Phone {
            phone_type: phone_type.unwrap_or(PhoneType::SoftPhone),
            auto_accept: phone.auto_accept,
            after_contact_work_time_limit: self.unit.seconds(phone.after_contact_work_time_limit),
            // An empty number is none.
            desk_phone_number: phone.desk_phone_number.filter(|number| !number.is_empty()).map(Personal::new),
            persistent_connection: phone.persistent_connection,
        }
    }

    fn channels(&mut self, lists: Lists) -> ChannelSettings {
        let unit = self.unit;
        let limit = |config: &sdk::AfterContactWorkConfig| unit.seconds(config.after_contact_work_time_limit);
        let mut settings = ChannelSettings {
            auto_accept: self.list("autoAcceptConfigs", lists.auto_accept, |config| {
                let agent_first_callback = config.agent_first_callback_auto_accept;
                (config.channel, AutoAccept { auto_accept: config.auto_accept, agent_first_callback })
            }),
            after_contact_work: self.list("afterContactWorkConfigs", lists.after_contact_work, |config| {
                let work = AfterContactWork {
                    time_limit: config.after_contact_work_config.as_ref().map_or(0, limit),
                    agent_first_callback: config
                        .agent_first_callback_after_contact_work_config
                        .as_ref()
                        .map(limit),
                };
                (config.channel, work)
            }),
            persistent_connection: self.list(
                "persistentConnectionConfigs",
                lists.persistent_connection,
                |config| (config.channel, config.persistent_connection),
            ),
            ..ChannelSettings::default()
        };
        let phones = self.list("phoneNumberConfigs", lists.phone_number, |config| {
            (config.channel, (config.phone_type, config.phone_number))
        });
        for (channel, (phone_type, number)) in phones {
            if let Some(phone_type) = self.choice("phoneNumberConfigs.phoneType", phone_type.as_str()) {
                let number = number.filter(|number| !number.is_empty()).map(Personal::new);
                settings.phone_number.insert(channel, PhoneNumber { phone_type, number });
            }
        }
        let modes = self.list("voiceEnhancementConfigs", lists.voice_enhancement, |config| {
            (config.channel, config.voice_enhancement_mode)
        });
        for (channel, mode) in modes {
            let mode = self.choice::<VoiceEnhancementMode>(
                "voiceEnhancementConfigs.voiceEnhancementMode",
                mode.as_str(),
            );
            settings.voice_enhancement.extend(mode.map(|mode| (channel, mode)));
        }
        settings
    }

    /// The elements whose channel is known.
    fn list<T, V>(
        &mut self,
        name: &str,
        list: Option<Vec<T>>,
        read: impl Fn(T) -> (sdk::Channel, V),
    ) -> BTreeMap<Channel, V> {
        let mut settings = BTreeMap::new();
        for (channel, value) in list.unwrap_or_default().into_iter().map(read) {
            if let Some(channel) = self.choice(&format!("{name}.channel"), channel.as_str()) {
                settings.insert(channel, value);
            }
        }
        settings
    }

    /// A value that this version knows; any other is noted.
    fn choice<T: std::str::FromStr>(&mut self, path: &str, text: &str) -> Option<T> {
        let known = text.parse().ok();
        if known.is_none() {
            self.unrecognised.push(format!("{path} `{text}`"));
        }
        known
    }
}
