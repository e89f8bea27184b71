//! Conversion of a state to a spec.

use super::{
    Channel, Input, PhoneLine, Proficiencies, Property, TagInputs, UserSpec, UserState, is_system_tag,
    settings::Settings, settle::Settle,
};

impl UserState {
    /// Returns a spec that describes the actual user, to write into a program after an import. Its plan is empty.
    ///
    /// The spec leaves out values that equal the service's defaults, the password, which cannot be read, and an empty
    /// list of proficiencies, which would make them managed. It also leaves out tags that equal one of
    /// [`Settings::default_tags`], and the tags of [`Settings::ignore_tags`].
    pub fn to_spec(&self, settings: &Settings) -> UserSpec {
        let mut spec = self.whole_spec();
        let channels = &self.properties.channels;
        let phone = &self.properties.phone;
        // The API keeps one value in two places; a spec may set it in only one of them.
        let is_mirrored =
            |(channel, line): (&Channel, &PhoneLine)| *channel == Channel::Voice && *line == phone.line;
        let is_mirrored = channels.phone_number.iter().all(is_mirrored);
        if !is_mirrored {
            spec.phone_config = None;
        }
        if let Some(config) = &mut spec.phone_config {
            spec.phone_number_configs = None;
            if !phone.auto_accept || !channels.auto_accept.is_empty() {
                config.auto_accept = None;
            }
            if phone.after_contact_work_time_limit == 0 || !channels.after_contact_work.is_empty() {
                config.after_contact_work_time_limit = None;
            }
            if !channels.persistent_connection.is_empty() {
                config.persistent_connection = None;
            }
        }
        spec.directory_user_id = None;
        if self.properties.proficiencies.as_ref().is_some_and(Proficiencies::is_empty) {
            spec.user_proficiencies = None;
        }
        let own: TagInputs = self
            .tags_all
            .iter()
            .filter(|(key, value)| {
                let is_others = is_system_tag(key) || settings.ignore_tags.contains(key);
                !is_others && settings.default_tags.get(*key) != Some(*value)
            })
            .map(|(key, value)| (key.clone(), Input::Known(value.clone())))
            .collect();
        spec.tags = (!own.is_empty()).then_some(Input::Known(own));
        spec
    }

    /// Returns all actual values, including those that a spec may not set twice.
    pub(crate) fn whole_spec(&self) -> UserSpec {
        let mut spec = UserSpec::builder()
            .instance_id(self.instance_id.clone())
            .routing_profile_id(self.properties.routing_profile_id.clone())
            .security_profile_ids(self.properties.security_profile_ids.iter().cloned())
            .build();
        Property::ALL.iter().for_each(|property| self.say(*property, &mut spec));
        spec.tags = Some(Input::Known(TagInputs::of(&self.tags())));
        spec
    }
}
