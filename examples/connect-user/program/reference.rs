//! References: `${name.property}` in texts, and the paths that options and `--set` give.

use std::fmt;

use connect_user::user::Value;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A member of a map, or the name that a path begins with.
    Member(String),
    /// An element of a list.
    Index(usize),
    /// Every element or member: `*`.
    Every,
}

/// A name and the way into it, in Pulumi's syntax: `name.member`, `name[0]`, `name["any text"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(Vec<Step>);

impl Reference {
    /// Reads a path; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracketed(inside)?,
                None => {
                    let name = match steps.is_empty() {
                        true => rest,
                        false => rest.strip_prefix('.')?,
                    };
                    let end = name.find(['.', '[']).unwrap_or(name.len());
                    let (name, after) = name.split_at(end);
                    (if name == "*" { Step::Every } else { Step::Member(name.to_owned()) }, after)
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

    /// A name alone.
    pub fn root_of(name: &str) -> Self {
        Self(vec![Step::Member(name.to_owned())])
    }

    /// The name that it begins with.
    pub fn root(&self) -> &str {
        match self.0.first() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    /// The way from there on.
    pub fn path(&self) -> &[Step] {
        self.0.get(1..).unwrap_or_default()
    }

    /// All steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This place, and the way from it on.
    pub fn then(&self, steps: &[Step]) -> Self {
        Self([&self.0, steps].concat())
    }
}

/// What stands in brackets, and what comes after them.
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

/// A path as people write it.
pub fn path_text(steps: &[Step]) -> String {
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

/// What is at a place of a value.
pub fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match (value, step) {
        (Value::List(items), Step::Index(index)) => items.get(*index),
        (Value::List(items), Step::Member(name)) => items.get(name.parse::<usize>().ok()?),
        (value, Step::Member(name)) => value.get(name),
        _ => None,
    }
}

/// A part of a text: as it stands, or to be looked up.
#[derive(Debug, PartialEq)]
pub enum Part<'a> {
    Text(&'a str),
    Reference(&'a str),
}

impl<'a> Part<'a> {
    /// The parts of a text; `$${` stands for the text `${`.
    pub fn all(mut text: &'a str) -> Vec<Self> {
        let mut parts = Vec::new();
        // Behind the last `}` nothing is a reference: looked for once, not once for each `${`.
        let mut closes = text.contains('}');
        while let Some(start) = text.find('$') {
            let (before, rest) = text.split_at(start);
            parts.push(Self::Text(before));
            if let Some(escaped) = rest.strip_prefix("$${") {
                parts.push(Self::Text("${"));
                text = escaped;
                continue;
            }
            let inside = rest.strip_prefix("${").filter(|_| closes);
            if let Some((reference, after)) = inside.and_then(|inside| inside.split_once('}')) {
                parts.push(Self::Reference(reference.trim()));
                text = after;
            } else {
                closes = closes && inside.is_none();
                parts.push(Self::Text("$"));
                text = rest.get(1..).unwrap_or_default();
            }
        }
        parts.push(Self::Text(text));
        parts.retain(|part| !matches!(part, Self::Text("")));
        parts
    }
}

/// Hands over the text of every reference in a value.
pub fn each_reference<'a>(value: &'a Value, found: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => {
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

/// The function of a value such as `fn::invoke: …`, and what it is given.
pub fn function(value: &Value) -> Option<(&str, &Value)> {
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
