//! What changes of a user must do.

use std::collections::BTreeSet;

use super::{Check, Suite, expect, expect_identity, failed, refused};
use crate::{
    client::*,
    user::{AutoAccept, Channel, ChannelSettings, Identity, Operation, Phone, Proficiencies, Tags, UserId},
};

impl Suite<'_> {
    pub(super) async fn identity_is_replaced_whole(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let identity = Identity {
            first_name: Some("Other".into()),
            last_name: Some("Last".into()),
            mobile: Some("+16175550103".into()),
            ..Identity::default()
        };
        let request = UpdateUserIdentityInfo {
            instance_id: self.instance(),
            user_id: user_id.clone(),
            identity: identity.clone(),
        };
        self.client.update_user_identity_info(&request).await.map_err(failed("an identity"))?;
        expect_identity(&self.read(&user_id).await?.identity, &identity)?;
        self.delete(&user_id).await
    }

    pub(super) async fn phone_is_replaced_whole_and_flattens(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let phone = Phone { after_contact_work_time_limit: 7, auto_accept: true, ..Phone::default() };
        let request = UpdateUserPhoneConfig {
            instance_id: self.instance(),
            user_id: user_id.clone(),
            phone: phone.clone(),
        };
        self.client.update_user_phone_config(&request).await.map_err(failed("a phone"))?;
        let user = self.read(&user_id).await?;
        expect("phone", &user.phone, &phone)?;
        let limits: BTreeSet<_> =
            user.channels.after_contact_work.values().map(|work| work.time_limit).collect();
        expect("after contact work of the channels", &limits, &BTreeSet::from([7]))?;
        self.delete(&user_id).await
    }

    pub(super) async fn channels_are_set_one_by_one(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let mut expected = self.creation(name).channels;
        let channels = ChannelSettings {
            auto_accept: [(Channel::Task, AutoAccept { auto_accept: true, agent_first_callback: None })]
                .into(),
            persistent_connection: [(Channel::Voice, true)].into(),
            ..ChannelSettings::default()
        };
        expected.merge(channels.clone());
        let request = UpdateUserConfig { instance_id: self.instance(), user_id: user_id.clone(), channels };
        self.client.update_user_config(&request).await.map_err(failed("channels"))?;
        expect("channels", &self.read(&user_id).await?.channels, &expected)?;
        self.delete(&user_id).await
    }

    pub(super) async fn profiles_and_group_are_replaced(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let instance_id = self.instance();
        let routing = &self.fixture.routing_profiles[1];
        let request = UpdateUserRoutingProfile {
            instance_id: instance_id.clone(),
            user_id: user_id.clone(),
            routing_profile_id: routing.clone(),
        };
        self.client.update_user_routing_profile(&request).await.map_err(failed("a routing profile"))?;
        let security = BTreeSet::from([self.fixture.security_profiles[1].clone()]);
        let request = UpdateUserSecurityProfiles {
            instance_id: instance_id.clone(),
            user_id: user_id.clone(),
            security_profile_ids: security.clone(),
        };
        self.client.update_user_security_profiles(&request).await.map_err(failed("security profiles"))?;
        let request = UpdateUserHierarchy { instance_id, user_id: user_id.clone(), hierarchy_group_id: None };
        self.client.update_user_hierarchy(&request).await.map_err(failed("no hierarchy group"))?;
        let user = self.read(&user_id).await?;
        expect("routing profile", &user.routing_profile_id, routing)?;
        expect("security profiles", &user.security_profile_ids, &security)?;
        expect("hierarchy group", &user.hierarchy_group_id, &None)?;
        self.delete(&user_id).await
    }

    pub(super) async fn proficiencies_come_change_and_go(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let instance_id = self.instance();
        let key = &self.fixture.proficiency;
        let level = |level: u8| Proficiencies::from([(key.clone(), level)]);
        let update = |proficiencies| UpdateUserProficiencies {
            instance_id: instance_id.clone(),
            user_id: user_id.clone(),
            proficiencies,
        };
        let early = self.client.update_user_proficiencies(&update(level(1))).await;
        refused(
            "a level of what is not there",
            Operation::UpdateUserProficiencies,
            ErrorKind::Invalid,
            early,
        )?;
        let request = AssociateUserProficiencies {
            instance_id: self.instance(),
            user_id: user_id.clone(),
            proficiencies: level(2),
        };
        self.client.associate_user_proficiencies(&request).await.map_err(failed("a proficiency"))?;
        self.client.update_user_proficiencies(&update(level(5))).await.map_err(failed("a level"))?;
        let all = self.proficiencies(&user_id).await;
        expect("proficiencies", &all.map_err(failed("proficiencies"))?, &level(5))?;
        let request = DisassociateUserProficiencies {
            instance_id: self.instance(),
            user_id: user_id.clone(),
            proficiencies: BTreeSet::from([key.clone()]),
        };
        self.client.disassociate_user_proficiencies(&request).await.map_err(failed("no proficiency"))?;
        let all = self.proficiencies(&user_id).await;
        expect("proficiencies", &all.map_err(failed("proficiencies"))?, &Proficiencies::new())?;
        self.delete(&user_id).await
    }

    async fn proficiencies(&self, user_id: &UserId) -> ClientResult<Proficiencies> {
        let request = ListUserProficiencies::new(self.instance(), user_id.clone());
        Ok(all_pages(self.client, request).await?.into_iter().collect())
    }

    pub(super) async fn tags_come_change_and_go(&self, name: &str) -> Check {
        let CreatedUser { user_id, arn } = self.make(name).await?;
        let of = |tags: &[(&str, &str)]| -> Tags {
            tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        for (tags, expected) in [
            (
                &[("a b/c", "ä"), ("empty", "")][..],
                &[("a b/c", "ä"), ("empty", ""), ("team", "conformance")][..],
            ),
            (&[("team", "other")], &[("a b/c", "ä"), ("empty", ""), ("team", "other")]),
        ] {
            let request = TagResource::new(arn.clone(), of(tags));
            self.client.tag_resource(&request).await.map_err(failed("tags"))?;
            expect("tags", &self.read(&user_id).await?.tags, &of(expected))?;
        }
        let request = UntagResource::new(arn, ["a b/c".to_owned(), "empty".to_owned()]);
        self.client.untag_resource(&request).await.map_err(failed("no tags"))?;
        expect("tags", &self.read(&user_id).await?.tags, &of(&[("team", "other")]))?;
        self.delete(&user_id).await
    }
}
