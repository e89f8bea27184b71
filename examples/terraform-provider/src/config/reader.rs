//! Reading a block that may hold unknown values.

use std::{collections::BTreeSet, fmt::Display};

use connect_user::user::{Path, Value};

use crate::wire::Diagnostics;

/// A block, value by value.
pub struct Reader<'a> {
    pub block: &'a Value,
    pub diagnostics: &'a mut Diagnostics,
    /// Whether a value was unknown so far.
    pub is_unknown: bool,
}

impl<'a> Reader<'a> {
    /// A value; nothing where it is null.
    fn get(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.block.get(name).filter(|value| **value != Value::Null)?;
        self.is_unknown |= *value == Value::Unknown;
        Some(value)
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    pub fn flag(&mut self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }

    pub fn number(&mut self, name: &'static str, bounds: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let number = match self.get(name)? {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            _ => return None,
        };
        if bounds.contains(&number) && (name == "calls_per_second" || number.fract() == 0.0) {
            return Some(number);
        }
        let (least, most) = (bounds.start(), bounds.end());
        let whole = if name == "calls_per_second" { "" } else { "a whole number from " };
        self.diagnostics.error(
            format!("`{name}` must be {whole}{least} to {most}, is {number}"),
            "",
            Some(&Path::root().member(name)),
        );
        None
    }

    pub fn choice<T: Copy + Default + Display>(&mut self, name: &'static str, choices: &[T]) -> T {
        let Some(text) = self.text(name) else { return T::default() };
        self.one_of(name, choices, &text).unwrap_or_default()
    }

    /// The choices in a list.
    pub fn choices<T: Copy + Ord + Display>(&mut self, name: &'static str, choices: &[T]) -> BTreeSet<T> {
        let texts = self.texts(name);
        texts.iter().filter_map(|text| self.one_of(name, choices, text)).collect()
    }

    fn one_of<T: Copy + Display>(&mut self, name: &'static str, choices: &[T], text: &str) -> Option<T> {
        if let Some(choice) = choices.iter().find(|choice| choice.to_string() == text) {
            return Some(*choice);
        }
        let names: Vec<String> = choices.iter().map(T::to_string).collect();
        let message = format!("`{name}` cannot be `{text}`");
        let help = format!("give one of `{}`", names.join("`, `"));
        self.diagnostics.error(message, help, Some(&Path::root().member(name)));
        None
    }

    pub fn flag_or_unset(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The texts of a list or a set.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        let Some(Value::List(texts)) = self.get(name) else { return Vec::new() };
        self.is_unknown |= texts.contains(&Value::Unknown);
        texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// The texts of a map that are known.
    pub fn map(&mut self, name: &str) -> Vec<(String, String)> {
        let Some(Value::Map(members)) = self.get(name) else { return Vec::new() };
        self.is_unknown |= members.iter().any(|(_, value)| *value == Value::Unknown);
        let known = |(key, value): &(String, Value)| Some((key.clone(), value.as_str()?.to_owned()));
        members.iter().filter_map(known).collect()
    }

    /// What is read of each block of a name.
    pub fn blocks<T>(&mut self, name: &str, read: impl Fn(&mut Reader<'_>) -> T) -> Vec<T> {
        let Some(Value::List(blocks)) = self.get(name) else { return Vec::new() };
        let mut all = Vec::new();
        for block in blocks {
            let mut inner = Reader { block, diagnostics: self.diagnostics, is_unknown: false };
            all.push(read(&mut inner));
            self.is_unknown |= inner.is_unknown || *block == Value::Unknown;
        }
        all
    }
}
