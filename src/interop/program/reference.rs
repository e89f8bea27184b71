//! References: `${name.property}` in texts, and the paths in them.

use std::{borrow::Cow, fmt};

use crate::user::Value;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::interop) enum Step {
    /// A member of a map, or the name that a path begins with.
    Member(String),
    /// An element of a list.
    Index(usize),
    /// Every element or member: `*`.
    Every,
}

impl Step {
    pub(in crate::interop) fn member(name: &str) -> Self {
        Self::Member(name.to_owned())
    }
}

/// A name and a path within its value, in the syntax of Pulumi: `name.member`, `name[0]`, `name["any text"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Reference(Vec<Step>);

impl Reference {
    /// Reads a reference; `None` if the text is not a reference.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracketed(inside)?,
                None => {
                    let name = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
                    let (name, after) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
                    (if name == "*" { Step::Every } else { Step::member(name) }, after)
                }
            };
            if step == Step::Member(String::new()) {
                return None;
            }
            steps.push(step);
            rest = after;
        }
        (!steps.is_empty()).then_some(Self(steps))
    }

    /// Returns a reference from names of members.
    pub(super) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Step::member(name)).collect())
    }

    /// The first name.
    pub(super) fn root(&self) -> &str {
        match self.0.first() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    /// The steps after the first name.
    pub(super) fn path(&self) -> &[Step] {
        self.0.get(1..).unwrap_or_default()
    }

    /// All steps.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This reference with further steps.
    pub(super) fn then(&self, steps: &[Step]) -> Self {
        Self([&self.0, steps].concat())
    }
}

/// The step in brackets, and the text after the brackets.
fn bracketed(inside: &str) -> Option<(Step, &str)> {
    let Some(quoted) = inside.strip_prefix('"') else {
        let (index, after) = inside.split_once(']')?;
        let step = if index == "*" { Step::Every } else { Step::Index(index.parse().ok()?) };
        return Some((step, after));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((Step::Member(name), quoted.get(at + 1..)?.strip_prefix(']')?)),
            '\\' => name.push(chars.next()?.1),
            c => name.push(c),
        }
    }
    None
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&path_text(&self.0))
    }
}

/// A path in readable form.
pub(super) fn path_text(steps: &[Step]) -> String {
    let is_plain = |name: &str| !name.contains(['.', '[', ']', '"', '*', ' ', '$', '{', '}']);
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Member(name) if is_plain(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Member(name) => {
                text.push_str(&format!("[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\"")));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Every => text.push_str("[*]"),
        }
    }
    text
}

/// The value at a step of a value.
pub(super) fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match (value, step) {
        (Value::List(items), Step::Index(index)) => items.get(*index),
        (Value::List(items), Step::Member(name)) => items.get(name.parse::<usize>().ok()?),
        (value, Step::Member(name)) => value.get(name),
        _ => None,
    }
}

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(in crate::interop) enum Part<'a> {
    /// Plain text, with its escapes resolved. No other plain text is beside it.
    Text(Cow<'a, str>),
    /// The text between `${` and `}`.
    Reference(&'a str),
    /// The rest of the text from a `${` that is not closed, which is a mistake.
    Unclosed(&'a str),
}

impl<'a> Part<'a> {
    /// Returns the parts of a text, as Pulumi reads it: `$$` is an escaped `$`, wherever it stands.
    pub(in crate::interop) fn all(mut text: &'a str) -> Vec<Self> {
        let mut parts = Vec::new();
        while let Some(start) = text.find('$') {
            let (before, rest) = text.split_at(start);
            push_text(&mut parts, before);
            if let Some(inside) = rest.strip_prefix("${") {
                let Some((reference, after)) = closed(inside) else {
                    parts.push(Self::Unclosed(rest));
                    return parts;
                };
                parts.push(Self::Reference(reference.trim()));
                text = after;
            } else {
                push_text(&mut parts, "$");
                text = rest.strip_prefix("$$").or_else(|| rest.strip_prefix('$')).unwrap_or_default();
            }
        }
        push_text(&mut parts, text);
        parts
    }

    /// Escapes a plain text. `has_more` says whether more text follows, which may be a reference.
    pub(in crate::interop) fn escaped(text: &str, has_more: bool) -> String {
        let mut escaped = String::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            escaped.push(c);
            if c == '$' && characters.peek().map_or(has_more, |next| matches!(next, '$' | '{')) {
                escaped.push('$');
            }
        }
        escaped
    }

    /// The text of a reference, if the whole text is one reference.
    pub(in crate::interop) fn alone(text: &'a str) -> Option<&'a str> {
        match Self::all(text).as_slice() {
            [Self::Reference(reference)] => Some(*reference),
            _ => None,
        }
    }
}

fn push_text<'a>(parts: &mut Vec<Part<'a>>, text: &'a str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(before)) => before.to_mut().push_str(text),
        _ => parts.push(Part::Text(text.into())),
    }
}

/// The text before the `}` that closes a reference, and the text behind it. A quoted name may contain `}`.
fn closed(inside: &str) -> Option<(&str, &str)> {
    let (mut is_quoted, mut before) = (false, ' ');
    for (at, c) in inside.char_indices() {
        match c {
            '}' if !is_quoted => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            '"' if is_quoted => is_quoted = before == '\\',
            '"' => is_quoted = before == '[',
            _ => {}
        }
        before = c;
    }
    None
}

/// Whether a value has a `${` that is not closed.
pub(super) fn is_unclosed(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(Part::all(text).last(), Some(Part::Unclosed(_))),
        Value::List(items) => items.iter().any(is_unclosed),
        Value::Map(members) => members.iter().any(|(_, value)| is_unclosed(value)),
        _ => false,
    }
}

/// Calls `found` with the text of each reference in a value.
pub(super) fn each_reference<'a>(value: &'a Value, found: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) if text.contains("${") => {
            for part in Part::all(text) {
                if let Part::Reference(reference) = part {
                    found(reference);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| each_reference(item, found)),
        Value::Map(members) => members.iter().for_each(|(_, value)| each_reference(value, found)),
        _ => {}
    }
}

/// The function of a value such as `fn::invoke: …`, and its argument.
pub(super) fn function(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::Map(members) => match members.as_slice() {
            [(name, inner)] if name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("fn::")) => {
                Some((name, inner))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a function only marks a value as secret.
pub(super) fn is_secret(function: &str) -> bool {
    function.eq_ignore_ascii_case("fn::secret")
}

/// Calls `found` with the place of each function in a value.
pub(super) fn each_function(place: &Reference, value: &Value, found: &mut impl FnMut(Reference)) {
    match (function(value), value) {
        (Some((name, inner)), _) if is_secret(name) => each_function(place, inner, found),
        (Some(_), _) => found(place.clone()),
        (None, Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                each_function(&place.then(&[Step::Index(index)]), item, found);
            }
        }
        (None, Value::Map(members)) => {
            for (name, value) in members {
                each_function(&place.then(&[Step::member(name)]), value, found);
            }
        }
        _ => {}
    }
}

/// Whether a value has no references and no functions.
pub(super) fn is_literal(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('$'),
        Value::List(items) => items.iter().all(is_literal),
        Value::Map(members) => {
            function(value).is_none() && members.iter().all(|(_, value)| is_literal(value))
        }
        _ => true,
    }
}
