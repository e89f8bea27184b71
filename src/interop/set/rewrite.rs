//! Changes a text minimally, so that it has another value.

use std::ops::Range;

use super::tree::{Key, Kind, Node, Quotes};
use crate::{
    interop::program::{Part, json_line, read_yaml},
    user::{Path, Value},
};

/// Why a value cannot be changed in place.
#[derive(Debug)]
pub(super) struct InTheWay {
    /// The place in the user.
    pub(super) path: Path,
    pub(super) why: String,
}

/// Changes of a text.
pub(super) struct Rewrite<'t> {
    text: &'t str,
    /// Whether the text is JSON, and stays so.
    is_json: bool,
    line_break: &'static str,
    /// The text after the `:` of a key.
    space: &'static str,
    changes: Vec<(Range<usize>, String)>,
}

impl<'t> Rewrite<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let is_json = text.trim_start().starts_with('{');
        Self {
            text,
            is_json,
            space: if is_json && !text.contains("\": ") { "" } else { " " },
            line_break: if text.contains("\r\n") { "\r\n" } else { "\n" },
            changes: Vec::new(),
        }
    }

    /// Returns the text with the changes; `None` if two of them overlap.
    pub(super) fn finish(mut self) -> Option<String> {
        self.changes.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut new, mut done) = (String::with_capacity(self.text.len()), 0);
        for (range, text) in &self.changes {
            new.push_str(self.text.get(done..range.start)?);
            new.push_str(text);
            done = range.end;
        }
        new.push_str(self.text.get(done..)?);
        Some(new)
    }

    /// Changes a node with the value `old` to the value `new`.
    pub(super) fn node(&mut self, node: &Node, old: &Value, new: &Value, at: &Path) -> Result<(), InTheWay> {
        if old == new {
            return Ok(());
        }
        let in_the_way = |why: String| Err(InTheWay { path: at.clone(), why });
        match (&node.kind, old, new) {
            (Kind::Map { members, flow }, Value::Map(old), Value::Map(new))
                if function(members).is_none() =>
            {
                self.map(node, members, *flow, old, new, at)
            }
            (Kind::List { items, flow }, Value::List(old), Value::List(new)) => {
                self.list(node, items, *flow, old, new, at)
            }
            _ if self.own(node, old, at).is_err() => self.own(node, old, at),
            (Kind::Empty, ..) => {
                self.changes.push((node.range.clone(), format!(" {}", self.flow(new))));
                Ok(())
            }
            (Kind::Scalar(quotes), ..) => {
                let text = match (quotes, new) {
                    (Quotes::Double, Value::String(_)) => json_line(new),
                    (Quotes::Single, Value::String(text)) if json_line(new) == format!("\"{text}\"") => {
                        format!("'{}'", text.replace('\'', "''"))
                    }
                    _ => self.flow(new),
                };
                self.changes.push((node.range.clone(), text));
                Ok(())
            }
            (Kind::Alias | Kind::Map { .. } | Kind::List { .. }, ..) => {
                in_the_way("has another form".to_owned())
            }
        }
    }

    /// Checks that a value is written in place, and does not come from an alias, a reference, a function or a merge.
    fn own(&self, node: &Node, value: &Value, at: &Path) -> Result<(), InTheWay> {
        let in_the_way = |why: String| Err(InTheWay { path: at.clone(), why });
        match (&node.kind, value) {
            (Kind::Alias, _) => {
                let alias = self.text.get(node.range.clone()).unwrap_or_default();
                in_the_way(format!("comes from the alias `{alias}`"))
            }
            (_, Value::String(text)) if !matches!(Part::all(text).as_slice(), [] | [Part::Text(_)]) => {
                in_the_way(format!("comes from the reference `{text}`"))
            }
            (Kind::Map { members, .. }, Value::Map(values)) => {
                if let Some(function) = function(members) {
                    return in_the_way(format!("comes from `{function}`"));
                }
                members.iter().try_for_each(|(key, node)| {
                    match values.iter().find(|(name, _)| *name == key.text) {
                        Some((name, value)) => self.own(node, value, &at.member(name.clone())),
                        None => in_the_way(MERGED.to_owned()),
                    }
                })
            }
            (Kind::List { items, .. }, Value::List(values)) => {
                let mut items = items.iter().zip(values).enumerate();
                items.try_for_each(|(place, (item, value))| self.own(item, value, &at.index(place)))
            }
            _ => Ok(()),
        }
    }

    fn map(
        &mut self,
        node: &Node,
        members: &[(Key, Node)],
        flow: bool,
        old: &[(String, Value)],
        new: &[(String, Value)],
        at: &Path,
    ) -> Result<(), InTheWay> {
        let find = |name: &str| members.iter().position(|(key, _)| key.text == name);
        let (mut gone, mut added) = (Vec::new(), Vec::new());
        for (name, value) in new {
            let place = at.member(name.clone());
            match (
                old.iter().find(|(other, _)| other == name),
                find(name).and_then(|place| members.get(place)),
            ) {
                (Some((_, old)), _) if old == value => {}
                (Some((_, old)), Some((_, node))) => self.node(node, old, value, &place)?,
                (None, None) => added.push(self.member(name, value)),
                _ => return Err(InTheWay { path: place, why: MERGED.to_owned() }),
            }
        }
        for (name, old) in old.iter().filter(|(name, _)| !new.iter().any(|(other, _)| other == name)) {
            let path = at.member(name.clone());
            match find(name).and_then(|place| Some((place, members.get(place)?))) {
                Some((place, (_, node))) => {
                    self.own(node, old, &path)?;
                    gone.push(place);
                }
                None => return Err(InTheWay { path, why: MERGED.to_owned() }),
            }
        }
        let places: Vec<_> = members.iter().map(|(key, value)| key.range.start..value.range.end).collect();
        let joined = |added: &[String]| format!("{{{}}}", added.join(", "));
        self.parts(node, &places, flow, &gone, &added, joined);
        Ok(())
    }

    fn list(
        &mut self,
        node: &Node,
        items: &[Node],
        flow: bool,
        old: &[Value],
        new: &[Value],
        at: &Path,
    ) -> Result<(), InTheWay> {
        let mut left: Vec<&Value> = new.iter().collect();
        let mut changed = Vec::new();
        for (place, (item, value)) in items.iter().zip(old).enumerate() {
            match left.iter().position(|other| *other == value) {
                Some(same) => drop(left.remove(same)),
                None => changed.push((place, item, value)),
            }
        }
        let both = changed.len().min(left.len());
        let rest = left.split_off(both);
        for ((place, item, old), new) in changed.iter().zip(left) {
            self.node(item, old, new, &at.index(*place))?;
        }
        let gone: Vec<(usize, &Node, &Value)> = changed.split_off(both);
        for (place, item, old) in &gone {
            self.own(item, old, &at.index(*place))?;
        }
        let gone: Vec<usize> = gone.iter().map(|(place, ..)| *place).collect();
        let dash = if flow { "" } else { "- " };
        let added: Vec<String> = rest.iter().map(|value| format!("{dash}{}", self.flow(value))).collect();
        let start = |item: &Node| match flow {
            true => Some(item.range.start),
            false => self.text.get(..item.range.start)?.rfind('-'),
        };
        let places: Option<Vec<_>> = items.iter().map(|item| Some(start(item)?..item.range.end)).collect();
        let joined = |added: &[String]| {
            let items: Vec<&str> = added.iter().map(|item| item.trim_start_matches("- ")).collect();
            format!("[{}]", items.join(", "))
        };
        self.parts(node, &places.unwrap_or_default(), flow, &gone, &added, joined);
        Ok(())
    }

    /// Removes members or items, and adds others after the last one that stays.
    fn parts(
        &mut self,
        node: &Node,
        places: &[Range<usize>],
        flow: bool,
        gone: &[usize],
        added: &[String],
        joined: impl Fn(&[String]) -> String,
    ) {
        if gone.is_empty() && added.is_empty() {
            return;
        }
        let last = places.iter().enumerate().rfind(|(place, _)| !gone.contains(place));
        let Some((last_place, last)) = last else {
            self.changes.push((node.range.clone(), joined(added)));
            return;
        };
        let first = places.first().map_or(last.start, |first| first.start);
        if flow {
            let indent = self
                .indent(last.start)
                .filter(|_| self.text.get(node.range.clone()).is_some_and(|text| text.contains('\n')));
            let before = match indent {
                Some(indent) => format!(",{}{indent}", self.line_break),
                None => ", ".to_owned(),
            };
            let added: String = added.iter().map(|added| format!("{before}{added}")).collect();
            if !added.is_empty() {
                self.changes.push((last.end..last.end, added));
            }
            for place in gone.iter().filter(|place| **place < last_place) {
                if let (Some(range), Some(next)) = (places.get(*place), places.get(place + 1)) {
                    self.changes.push((range.start..next.start, String::new()));
                }
            }
            if let Some(end) = places.last().filter(|_| last_place + 1 < places.len()) {
                self.changes.push((last.end..end.end, String::new()));
            }
            return;
        }
        let indent = match self.indent(first) {
            Some(indent) => indent.to_owned(),
            None => " "
                .repeat(self.text.get(self.line_start(first)..first).map_or(0, |text| text.chars().count())),
        };
        // Add them on new lines, because the lines before may be removed.
        let next = self.next_line(last.end);
        let is_open = next == self.text.len() && !self.text.ends_with('\n');
        let added: String = added
            .iter()
            .map(|added| match is_open {
                true => format!("{}{indent}{added}", self.line_break),
                false => format!("{indent}{added}{}", self.line_break),
            })
            .collect();
        if !added.is_empty() {
            self.changes.push((next..next, added));
        }
        for place in gone {
            let Some(range) = places.get(*place) else { continue };
            let end = self.line_end(range.end);
            let range = match (self.indent(range.start), places.get(place + 1)) {
                // The first member, after the `-` of an item.
                (None, Some(next)) => range.start..next.start,
                // The last line of the text.
                _ if end == self.text.len() => self.line_end(self.before(range.start))..end,
                _ => self.line_start(range.start)..self.next_line(end),
            };
            self.changes.push((range, String::new()));
        }
    }

    /// The text of a new member.
    fn member(&self, name: &str, value: &Value) -> String {
        format!("{}:{}{}", self.flow(&name.into()), self.space, self.flow(value))
    }

    /// The text of a value, on one line.
    fn flow(&self, value: &Value) -> String {
        match value {
            _ if self.is_json => json_line(value),
            Value::String(text) if is_plain(text) => text.clone(),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| self.member(name, value)).collect();
                format!("{{{}}}", members.join(", "))
            }
            value => json_line(value),
        }
    }

    /// The text before a place on its line, if it is white space.
    fn indent(&self, at: usize) -> Option<&'t str> {
        let before = self.text.get(self.line_start(at)..at)?;
        before.chars().all(|c| c == ' ' || c == '\t').then_some(before)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|text| text.rfind('\n')).map_or(0, |end| end + 1)
    }

    /// The end of a line, before its break.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    fn next_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    /// The end of the line before.
    fn before(&self, at: usize) -> usize {
        self.line_start(at).saturating_sub(self.line_break.len())
    }
}

const MERGED: &str = "comes from a map that is merged in (`<<`)";

/// The function that a map calls.
fn function(members: &[(Key, Node)]) -> Option<&str> {
    match members {
        [(key, _)] if key.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("fn::")) => {
            Some(&key.text)
        }
        _ => None,
    }
}

/// Texts that older versions of YAML read as booleans.
const FLAGS: &[&str] = &["y", "n", "yes", "no", "on", "off"];

/// Whether a text has the same value without quotes.
fn is_plain(text: &str) -> bool {
    let is_safe = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+' | ':' | ' ');
    text.chars().all(is_safe)
        && !text.contains(": ")
        && !text.ends_with(':')
        && !FLAGS.contains(&text.to_lowercase().as_str())
        && read_yaml::<Value>(text).ok().as_ref().and_then(Value::as_str) == Some(text)
}
