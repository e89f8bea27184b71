//! The structs of a spec, read from and written to a [`Value`] by their members.

use std::borrow::Cow;

use super::{
    AfterContactWorkConfig, AfterContactWorkConfigPerChannel, AutoAcceptConfig, IdentityInfo, Path,
    PersistentConnectionConfig, PhoneConfig, PhoneNumberConfig, UserProficiency, UserSpec, Value,
    VoiceEnhancementConfig,
    case::to_camel_case,
    decode_error::MOST_LISTED,
    diagnostic::Diagnostic,
    node::{Node, Secrets, read_object},
};

macro_rules! members {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Node for $type {
            fn decode(value: Value, at: &Path, errors: &mut Vec<Diagnostic>) -> Self {
                let mut object = ObjectReader::new(value, at, errors);
                let node = Self { $($field: object.member(stringify!($field))),+ };
                object.finish(&[$(stringify!($field)),+]);
                node
            }

            fn encode(&self, secrets: Secrets) -> Option<Value> {
                let mut members = Vec::new();
                $(if let Some(value) = self.$field.encode(secrets) {
                    members.push((to_camel_case(stringify!($field)), value));
                })+
                Some(Value::Map(members))
            }

            fn unknowns(&self, at: &Path, found: &mut dyn FnMut(Path)) {
                $(self.$field.unknowns(&at.member(Cow::Owned(to_camel_case(stringify!($field)))), found);)+
            }

            fn has_unknowns(&self) -> bool {
                $(self.$field.has_unknowns())||+
            }
        }
    )+};
}

members! {
    UserSpec {
        instance_id, name, password, directory_user_id, hierarchy_group_id, routing_profile_id,
        security_profile_ids, identity_info, phone_config, auto_accept_configs,
        after_contact_work_configs, phone_number_configs, persistent_connection_configs,
        voice_enhancement_configs, user_proficiencies, tags,
    }
    IdentityInfo { email, first_name, last_name, secondary_email, mobile }
    PhoneConfig {
        phone_type, after_contact_work_time_limit, auto_accept, desk_phone_number,
        persistent_connection,
    }
    AutoAcceptConfig { channel, auto_accept, agent_first_callback_auto_accept }
    AfterContactWorkConfigPerChannel {
        channel, after_contact_work_config, agent_first_callback_after_contact_work_config,
    }
    AfterContactWorkConfig { after_contact_work_time_limit }
    PhoneNumberConfig { channel, phone_type, phone_number }
    PersistentConnectionConfig { channel, persistent_connection }
    VoiceEnhancementConfig { channel, voice_enhancement_mode }
    UserProficiency { attribute_name, attribute_value, level }
}

/// Reads the members of one object, each once.
struct ObjectReader<'a> {
    /// What has not been read yet; `None` where the whole object is unknown.
    members: Option<Vec<(String, Value)>>,
    at: &'a Path,
    errors: &'a mut Vec<Diagnostic>,
}

impl<'a> ObjectReader<'a> {
    fn new(value: Value, at: &'a Path, errors: &'a mut Vec<Diagnostic>) -> Self {
        let members = match value {
            Value::Unknown => None,
            value => read_object(value, at, errors),
        };
        Self { members, at, errors }
    }

    /// The member of that snake_case name.
    fn member<N: Node>(&mut self, snake: &str) -> N {
        let camel = to_camel_case(snake);
        let place = self.at.member(camel.clone());
        let Some(members) = &mut self.members else {
            return N::decode(Value::Unknown, &place, self.errors);
        };
        let is_it = |(name, _): &(String, Value)| *name == camel || name == snake;
        let (found, rest): (Vec<_>, Vec<_>) = std::mem::take(members).into_iter().partition(is_it);
        *members = rest;
        if let Some((name, _)) = found.get(1) {
            self.errors.push(Diagnostic::duplicate(&place, name));
        }
        match found.into_iter().next_back() {
            None | Some((_, Value::Null)) => N::missing(&place, self.errors),
            Some((_, value)) => N::decode(value, &place, self.errors),
        }
    }

    /// Refuses what has not been read.
    fn finish(self, known: &[&str]) {
        let unknown = self.members.unwrap_or_default();
        let listed = unknown.iter().take(MOST_LISTED);
        self.errors.extend(listed.map(|(name, _)| Diagnostic::unknown_member(self.at, name, known)));
        if unknown.len() > MOST_LISTED {
            self.errors.push(Diagnostic::more_unknown_members(self.at, unknown.len() - MOST_LISTED));
        }
    }
}
