//! The values of a configuration, by setting.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::setting::spelled;
use crate::{
    client::{Rate, RateSource},
    engine::forms::invalid,
    user::{Code, Diagnostic, Path, Spelling, UnknownChoice, Value},
};

/// An object whose members have the forms of their settings.
pub(super) struct Said {
    pub(super) value: Value,
    pub(super) spelling: Spelling,
    pub(super) mistakes: Vec<Diagnostic>,
}

impl Said {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.value.get(&spelled(name, self.spelling))
    }

    /// Returns the path of a setting.
    pub(super) fn place(&self, name: &str) -> Path {
        Path::root().member(spelled(name, self.spelling))
    }

    /// Whether the setting is present and known.
    #[cfg(feature = "aws")]
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| *value != Value::Unknown)
    }

    /// Whether the setting itself is not known yet.
    #[cfg(feature = "aws")]
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Unknown)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn count(&self, name: &str) -> Option<usize> {
        match self.get(name)? {
            Value::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Returns the known texts of a list.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let Some(Value::List(items)) = self.get(name) else { return Vec::new() };
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// Returns the known texts of a map.
    pub(super) fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let Some(Value::Map(members)) = self.get(name) else { return Vec::new() };
        let known = |(key, value): &(String, Value)| Some((key.clone(), value.as_str()?.to_owned()));
        members.iter().filter_map(known).collect()
    }

    pub(super) fn object(&self, name: &str) -> Self {
        let value = self.get(name).cloned().unwrap_or(Value::Null);
        Self { value, spelling: self.spelling, mistakes: Vec::new() }
    }

    #[cfg(feature = "aws")]
    pub(super) fn objects(&self, name: &str) -> Vec<Self> {
        let Some(Value::List(items)) = self.get(name) else { return Vec::new() };
        let object =
            |value: &Value| Self { value: value.clone(), spelling: self.spelling, mistakes: Vec::new() };
        items.iter().map(object).collect()
    }

    /// Returns a choice; the form has checked the name.
    pub(super) fn choice<T: Default + FromStr>(&self, name: &str) -> T {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    pub(super) fn choices<T: Ord + FromStr<Err = UnknownChoice>>(&mut self, name: &str) -> BTreeSet<T> {
        let mut chosen = BTreeSet::new();
        for (number, text) in self.texts(name).iter().enumerate() {
            match text.parse() {
                Ok(choice) => drop(chosen.insert(choice)),
                Err(error) => {
                    self.mistakes.push(Diagnostic::not_a_choice(&self.place(name).index(number), &error));
                }
            }
        }
        chosen
    }

    /// Returns the source of the rates. Given rates take precedence.
    pub(super) fn rates_from(&mut self, rate: Rate) -> RateSource {
        let is_given = |name: &&str| self.get(name).is_some_and(|value| *value != Value::Null);
        let source = self.text("ratesFrom").and_then(|text| text.parse().ok());
        let Some(given) = ["callsPerSecond", "burst"].into_iter().find(is_given) else {
            return source.unwrap_or_default();
        };
        if source.is_some() {
            let given = self.place(given);
            self.without_effect("ratesFrom", format!("beside `{given}`"), "leave one of the two out");
        }
        RateSource::Given(rate)
    }

    /// Returns the source of the ceiling for probing; `first` is the rate to begin with.
    pub(super) fn probe_to(&mut self, first: RateSource) -> Option<RateSource> {
        let (text, at) = (self.text("probeTo")?, self.place("probeTo"));
        // Probing raises the rate, and never the burst.
        let Some(source) = RateSource::ceiling(&text).ok().filter(|_| !text.contains(':')) else {
            let message = format!(
                "`{at}` must be 0.001 to 1,000,000 calls a second, `documented` or `account`, is `{text}`"
            );
            self.mistakes.push(invalid(message, "give one of these, or leave it out", &at));
            return None;
        };
        let is_known = self.get("callsPerSecond") != Some(&Value::Unknown);
        if let Some((first, ceiling)) = first.known().zip(source.known())
            && is_known
            && !ceiling.exceed(&first)
        {
            let why = "since no operation has a lower rate to begin with";
            self.without_effect("probeTo", why, "give a higher rate, or leave it out");
        }
        Some(source)
    }

    fn without_effect(&mut self, name: &str, why: impl fmt::Display, help: &str) {
        let at = self.place(name);
        let message = format!("`{at}` has no effect {why}");
        self.mistakes.push(Diagnostic::new(Code::SETTING_WITHOUT_EFFECT, message).with_help(help).at(at));
    }

    pub(super) fn rate(&mut self) -> Rate {
        let calls = match self.get("callsPerSecond") {
            Some(Value::Integer(number)) => *number as f64,
            Some(Value::Float(number)) => *number,
            _ => 2.0,
        };
        let burst = self.count("burst").and_then(|burst| u32::try_from(burst).ok()).unwrap_or(5);
        Rate::per_second(calls, burst).unwrap_or_else(|_| {
            let at = self.place("callsPerSecond");
            let message = format!("`{at}` must be 0.001 to 1,000,000, is {calls}");
            self.mistakes.push(invalid(message, "give a number in these bounds", &at));
            Rate::DEFAULT
        })
    }
}
