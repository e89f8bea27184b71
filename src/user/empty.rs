//! An empty text in an optional property means that the property is left out, as spreadsheets and the defaults of
//! modules write it. Empty texts are removed when specs and states are read, so that no other code has to handle them.

use std::borrow::Cow;

use super::{
    Input, PhoneLine, Property, UserProperties, UserSpec, UserState,
    fields::{Field, Visitor},
    settle::Settle,
};

impl UserSpec {
    /// Returns the spec without empty texts in properties that an empty text leaves out.
    pub(crate) fn without_empty_texts(&self) -> Cow<'_, Self> {
        if !Property::ALL.iter().any(|property| property.visit(HasEmpty(self))) {
            return Cow::Borrowed(self);
        }
        let mut spec = self.clone();
        spec.drop_empty_texts();
        Cow::Owned(spec)
    }

    pub(super) fn drop_empty_texts(&mut self) {
        Property::ALL.iter().for_each(|property| property.visit(DropEmpty(self)));
    }
}

impl UserState {
    /// Removes the empty texts that the service answers if nothing is set.
    pub(crate) fn drop_empty_texts(&mut self) {
        self.directory_user_id.take_if(|id| id.is_empty());
        for property in Property::ALL {
            if property.visit(IsEmpty(self)) {
                property.visit(Unset(&mut self.properties));
            }
        }
        for line in self.properties.channels.phone_number.values_mut() {
            if let PhoneLine::Desk(number) = line {
                number.take_if(|number| number.is_empty());
            }
        }
    }
}

/// Whether the whole value is a text that leaves the property out.
fn is_left_out<F: Field>(input: Option<&Input<F::Spec>>) -> bool {
    // Checks the value first: nearly every value is neither a text nor empty.
    input.and_then(Input::known).is_some_and(Settle::is_empty_text) && F::PROPERTY.is_left_out_by_empty_text()
}

struct HasEmpty<'a>(&'a UserSpec);

impl Visitor for HasEmpty<'_> {
    type Output = bool;

    fn visit<F: Field>(self) -> bool {
        let input = F::input(self.0);
        is_left_out::<F>(input) || input.and_then(Input::known).is_some_and(Settle::has_empty_texts)
    }
}

struct DropEmpty<'a>(&'a mut UserSpec);

impl Visitor for DropEmpty<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        let input = F::input(self.0);
        if is_left_out::<F>(input) {
            F::put(self.0, None);
        } else if let Some(Input::Known(value)) = input
            && value.has_empty_texts()
        {
            let mut value = value.clone();
            value.drop_empty_texts();
            F::put(self.0, Some(Input::Known(value)));
        }
    }
}

struct IsEmpty<'a>(&'a UserState);

impl Visitor for IsEmpty<'_> {
    type Output = bool;

    fn visit<F: Field>(self) -> bool {
        let is_empty = F::actual(self.0).is_some_and(F::Spec::is_default);
        F::IS_SETTING && F::PROPERTY.is_left_out_by_empty_text() && is_empty
    }
}

struct Unset<'a>(&'a mut UserProperties);

impl Visitor for Unset<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        F::write(self.0, None);
    }
}
