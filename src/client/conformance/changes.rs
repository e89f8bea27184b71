//! Checks of the changes of a user.

use std::collections::BTreeSet;

use super::{Check, Suite, expect, expect_identity, identity};
use crate::{
    client::*,
    user::{
        AutoAccept, Channel, ChannelSettings, Identity, LeftOut, Member, Phone, Proficiencies,
        ProficiencyKey, Property, Shape, SortedSet, Tags, UserId, UserSpec, Value,
    },
};

/// Returns every setting of the channel `VOICE`, with every member, from the table of properties.
fn every_setting() -> ChannelSettings {
    let text = |text: &str| Value::String(text.to_owned());
    let value = |property: Property, member: &Member| match member.shape {
        _ if member.path == "channel" => text(Channel::Voice.as_str()),
        Shape::Choice(names) => {
            let is_default = |name: &'static str| property.info().left_out == LeftOut::Default(name);
            text(names.iter().copied().find(|name| !is_default(name)).unwrap_or_default())
        }
        Shape::Bool => Value::Bool(true),
        Shape::Integer => Value::Integer(45),
        _ => text("+16175550104"),
    };
    let element = |property: Property| {
        let members = property.members().iter().map(|member| {
            let value = value(property, member);
            match member.path.split_once('.') {
                Some((block, name)) => (block.to_owned(), Value::Map(vec![(name.to_owned(), value)])),
                None => (member.path.to_owned(), value),
            }
        });
        Value::Map(members.collect())
    };
    let kinds = Property::ALL.iter().filter(|property| property.info().shape == Shape::Channels);
    let required = [("instanceId", text("i")), ("routingProfileId", text("r"))];
    let mut members: Vec<(String, Value)> =
        required.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    members.push((Property::SecurityProfileIds.path().to_owned(), Value::List(vec![text("s")])));
    members.extend(kinds.map(|property| (property.path().to_owned(), Value::List(vec![element(*property)]))));
    let spec = UserSpec::decode(Value::Map(members)).ok();
    spec.and_then(|spec| spec.settle()).map(|properties| properties.channels).unwrap_or_default()
}

impl Suite<'_> {
    pub(super) async fn identity_is_replaced_whole(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        // Members that are left out are cleared.
        let named = Identity {
            first_name: Some("Other".into()),
            last_name: Some("Last".into()),
            ..Identity::default()
        };
        for identity in [identity("other", 2), named] {
            let request = UpdateUserIdentityInfo::new(self.instance(), user_id.clone(), identity.clone());
            self.call("an identity", &request).await?;
            expect_identity(&self.read(&user_id).await?.identity, &identity)?;
        }
        self.delete(&user_id).await
    }

    pub(super) async fn phone_is_replaced_whole_and_flattens(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let phone = self.set_phone(&user_id).await?;
        let user = self.read(&user_id).await?;
        expect("phone", &user.phone, &phone)?;
        let limits: BTreeSet<_> =
            user.channels.after_contact_work.values().map(|work| work.time_limit).collect();
        expect("after contact work of the channels", &limits, &BTreeSet::from([7]))?;
        self.delete(&user_id).await
    }

    /// Replaces a user's phone block.
    pub(super) async fn set_phone(&self, user_id: &UserId) -> Result<Phone, String> {
        let phone = Phone { after_contact_work_time_limit: 7, auto_accept: true, ..Phone::default() };
        let request = UpdateUserPhoneConfig::new(self.instance(), user_id.clone(), phone.clone());
        self.call("a phone", &request).await?;
        Ok(phone)
    }

    pub(super) async fn channels_are_set_one_by_one(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let mut expected = self.creation(name).channels;
        let task = AutoAccept { auto_accept: true, agent_first_callback: None };
        let of_task = ChannelSettings { auto_accept: [(Channel::Task, task)].into(), ..Default::default() };
        for channels in [of_task, every_setting()] {
            expected.merge(channels.clone());
            self.call("channels", &UpdateUserConfig::new(self.instance(), user_id.clone(), channels)).await?;
            expect("channels", &self.read(&user_id).await?.channels, &expected)?;
        }
        self.delete(&user_id).await
    }

    pub(super) async fn profiles_and_group_are_replaced(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let routing = &self.fixture.routing_profiles[1];
        let request = UpdateUserRoutingProfile::new(self.instance(), user_id.clone(), routing.clone());
        self.call("a routing profile", &request).await?;
        let security = SortedSet::from([self.fixture.security_profiles[1].clone()]);
        let request = UpdateUserSecurityProfiles::new(self.instance(), user_id.clone(), security.clone());
        self.call("security profiles", &request).await?;
        let request = UpdateUserHierarchy::new(self.instance(), user_id.clone(), None);
        self.call("no hierarchy group", &request).await?;
        let user = self.read(&user_id).await?;
        expect("routing profile", &user.routing_profile_id, routing)?;
        expect("security profiles", &user.security_profile_ids, &security)?;
        expect("hierarchy group", &user.hierarchy_group_id, &None)?;
        self.delete(&user_id).await
    }

    pub(super) async fn proficiencies_come_change_and_go(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let keys = &self.fixture.proficiencies;
        let levels = |levels: [u8; 2]| Proficiencies::from_iter(keys.iter().cloned().zip(levels));
        let update = |new| UpdateUserProficiencies::new(self.instance(), user_id.clone(), levels(new));
        self.is_refused("a level of what is not there", ErrorKind::Invalid, &update([1, 2])).await?;
        let request = AssociateUserProficiencies::new(self.instance(), user_id.clone(), levels([2, 3]));
        self.call("proficiencies", &request).await?;
        self.has_proficiencies(&user_id, &levels([2, 3])).await?;
        self.call("levels", &update([5, 4])).await?;
        self.has_proficiencies(&user_id, &levels([5, 4])).await?;
        let attributes = self.all("attributes", SearchPredefinedAttributes::new(self.instance())).await?;
        for ProficiencyKey { name, value } in keys {
            let named = attributes.iter().find(|attribute| attribute.name == *name);
            let has_value = named.is_some_and(|attribute| attribute.values.contains(value));
            expect("whether the predefined attribute is found with its value", &has_value, &true)?;
        }
        let [first, second] = keys;
        for (key, left) in
            [(first, Proficiencies::from([(second.clone(), 4)])), (second, Proficiencies::new())]
        {
            let request = DisassociateUserProficiencies::new(self.instance(), user_id.clone(), [key.clone()]);
            self.call("a proficiency less", &request).await?;
            self.has_proficiencies(&user_id, &left).await?;
        }
        self.delete(&user_id).await
    }

    /// A list holds these proficiencies, on one page and on several.
    async fn has_proficiencies(&self, user_id: &UserId, expected: &Proficiencies) -> Check {
        let request = ListUserProficiencies::new(self.instance(), user_id.clone());
        let all: Proficiencies = self.all("proficiencies", request.clone()).await?.into_iter().collect();
        expect("proficiencies", &all, expected)?;
        let pages = self.pages_of("proficiencies", request.max_results(1), 1).await?;
        expect("number of proficiencies of all pages", &pages.len(), &expected.len())?;
        expect("proficiencies of all pages", &pages.into_iter().collect(), expected)
    }

    pub(super) async fn tags_come_change_and_go(&self, name: &str) -> Check {
        let CreatedUser { user_id, arn } = self.make(name).await?;
        let of = |tags: &[(&str, &str)]| -> Tags {
            tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let added = [("a b/c", "ä"), ("empty", "")];
        for (tags, expected) in [
            (&added[..], &[added[0], added[1], ("team", "conformance")]),
            (&[("team", "other")], &[added[0], added[1], ("team", "other")]),
        ] {
            self.call("tags", &TagResource::new(arn.clone(), of(tags))).await?;
            expect("tags", &self.read(&user_id).await?.tags, &of(expected))?;
        }
        let request = UntagResource::new(arn, added.map(|(key, _)| key.to_owned()));
        self.call("no tags", &request).await?;
        expect("tags", &self.read(&user_id).await?.tags, &of(&[("team", "other")]))?;
        self.delete(&user_id).await
    }
}
