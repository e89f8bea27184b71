//! An empty text in an optional property means that it is left out, as spreadsheets and the defaults of
//! modules write it. It is taken out where specs and states come in, so that nothing else has to know.

use std::borrow::Cow;

use super::{HierarchyGroupId, Input, Personal, PhoneNumberConfig, UserSpec, UserState};

trait MaybeEmpty {
    fn is_empty(&self) -> bool;
}

impl MaybeEmpty for String {
    fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

impl MaybeEmpty for Personal {
    fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

impl MaybeEmpty for HierarchyGroupId {
    fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

impl<T: MaybeEmpty> MaybeEmpty for Input<T> {
    fn is_empty(&self) -> bool {
        self.known().is_some_and(T::is_empty)
    }
}

fn drop_empty<T: MaybeEmpty>(text: &mut Option<T>) {
    if is_empty(text) {
        *text = None;
    }
}

fn is_empty<T: MaybeEmpty>(text: &Option<T>) -> bool {
    text.as_ref().is_some_and(T::is_empty)
}

impl UserSpec {
    /// The spec without empty texts in the properties in which one means that they are left out.
    pub(crate) fn without_empty_texts(&self) -> Cow<'_, Self> {
        if !self.has_empty_texts() {
            return Cow::Borrowed(self);
        }
        let mut spec = self.clone();
        spec.drop_empty_texts();
        Cow::Owned(spec)
    }

    pub(super) fn drop_empty_texts(&mut self) {
        drop_empty(&mut self.hierarchy_group_id);
        drop_empty(&mut self.directory_user_id);
        if let Some(identity) = &mut self.identity_info {
            drop_empty(&mut identity.email);
            drop_empty(&mut identity.secondary_email);
            drop_empty(&mut identity.mobile);
        }
        if let Some(phone) = &mut self.phone_config {
            drop_empty(&mut phone.desk_phone_number);
        }
        if let Some(Input::Known(configs)) = &mut self.phone_number_configs {
            configs.iter_mut().for_each(|config| drop_empty(&mut config.phone_number));
        }
    }

    fn has_empty_texts(&self) -> bool {
        let identity = self.identity_info.as_ref();
        let phone = self.phone_config.as_ref();
        let numbers = self.phone_number_configs.as_ref().and_then(Input::known);
        let is_empty_number = |config: &PhoneNumberConfig| is_empty(&config.phone_number);
        is_empty(&self.hierarchy_group_id)
            || is_empty(&self.directory_user_id)
            || identity
                .is_some_and(|i| is_empty(&i.email) || is_empty(&i.secondary_email) || is_empty(&i.mobile))
            || phone.is_some_and(|phone| is_empty(&phone.desk_phone_number))
            || numbers.is_some_and(|configs| configs.iter().any(is_empty_number))
    }
}

impl UserState {
    /// Takes out the empty texts that the service answers where nothing is set.
    pub(crate) fn drop_empty_texts(&mut self) {
        let settings = &mut self.settings;
        drop_empty(&mut self.directory_user_id);
        drop_empty(&mut settings.hierarchy_group_id);
        drop_empty(&mut settings.identity.email);
        drop_empty(&mut settings.identity.secondary_email);
        drop_empty(&mut settings.identity.mobile);
        drop_empty(&mut settings.phone.desk_phone_number);
        settings.channels.phone_number.values_mut().for_each(|phone| drop_empty(&mut phone.number));
    }
}
