//! A document with the places of all its values in the text.

use std::{collections::HashMap, ops::Range};

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, StructureStyle};

/// A value in the text.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

/// The kind of a value.
#[derive(Debug)]
pub(super) enum Kind {
    Scalar(Quotes),
    /// No value after the `:` of a key.
    Empty,
    Alias,
    Map {
        members: Vec<(Key, Node)>,
        flow: bool,
    },
    List {
        items: Vec<Node>,
        flow: bool,
    },
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
    /// A block scalar.
    Block,
}

/// The key of a member.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

impl Node {
    /// The members of the member with this name, by key.
    pub(super) fn members(&self, name: &str) -> HashMap<&str, &Self> {
        match self.member(name).map(|node| &node.kind) {
            Some(Kind::Map { members, .. }) => {
                members.iter().map(|(key, node)| (key.text.as_str(), node)).collect()
            }
            _ => HashMap::new(),
        }
    }

    /// The member of a map with this key.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Kind::Map { members, .. } = &self.kind else { return None };
        members.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }
}

/// Reads a text that is YAML or JSON.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut reader = Reader { text, parser: Parser::new_from_str(text) };
    loop {
        let (event, span) = reader.next()?;
        if event.is_node() {
            return reader.node(&event, span);
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        self.parser.next_event()?.ok()
    }

    fn node(&mut self, event: &Event<'t>, span: Span) -> Option<Node> {
        let mut range = span.byte_range()?;
        let kind = match event {
            Event::Alias(_) => Kind::Alias,
            Event::Scalar(_, style, ..) => {
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    range.end = range.start + self.text.get(range.clone())?.trim_end().len();
                }
                match style {
                    _ if range.is_empty() => Kind::Empty,
                    ScalarStyle::SingleQuoted => Kind::Scalar(Quotes::Single),
                    ScalarStyle::DoubleQuoted => Kind::Scalar(Quotes::Double),
                    ScalarStyle::Plain => Kind::Scalar(Quotes::None),
                    _ => Kind::Scalar(Quotes::Block),
                }
            }
            Event::MappingStart(style, ..) => {
                let flow = *style == StructureStyle::Flow;
                let mut members = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if event == Event::MappingEnd {
                        break span;
                    }
                    let key = self.key(&event, span)?;
                    let (event, span) = self.next()?;
                    let mut value = self.node(&event, span)?;
                    if matches!(value.kind, Kind::Empty) {
                        let behind = self.behind_colon(key.range.end);
                        value.range = behind..behind;
                    }
                    members.push((key, value));
                };
                if flow {
                    range.end = end.byte_range()?.end;
                } else if let (Some((first, _)), Some((_, last))) = (members.first(), members.last()) {
                    range = first.range.start..last.range.end;
                }
                Kind::Map { members, flow }
            }
            Event::SequenceStart(style, ..) => {
                let flow = *style == StructureStyle::Flow;
                let mut items: Vec<Node> = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if event == Event::SequenceEnd {
                        break span;
                    }
                    items.push(self.node(&event, span)?);
                };
                if flow {
                    range.end = end.byte_range()?.end;
                } else if let (Some(first), Some(last)) = (items.first(), items.last()) {
                    range = self.dash(first)?..last.range.end;
                }
                Kind::List { items, flow }
            }
            _ => return None,
        };
        Some(Node { range, kind })
    }

    fn key(&mut self, event: &Event<'t>, span: Span) -> Option<Key> {
        let range = span.byte_range()?;
        match event {
            Event::Scalar(text, ..) => Some(Key { text: text.clone().into_owned(), range }),
            // A key that is not a scalar cannot be set.
            event => Some(Key { text: String::new(), range: self.node(event, span)?.range }),
        }
    }

    /// The position after the `:` of a key without a value.
    fn behind_colon(&self, key_end: usize) -> usize {
        let rest = self.text.get(key_end..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        if rest.trim_start().starts_with(':') { key_end + blank + 1 } else { key_end }
    }

    /// The position of the `-` before an item.
    fn dash(&self, item: &Node) -> Option<usize> {
        self.text.get(..item.range.start)?.rfind('-')
    }
}
