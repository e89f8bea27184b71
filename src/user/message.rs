//! Texts for people, which know the names of properties in them and can be spelled for the host.

use std::{
    fmt,
    ops::{Deref, Range},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    Spelling,
    text::{mark, one_line, write_name},
};

/// Maximum number of characters of a text.
const MOST: usize = 1_000;

/// Number of characters kept at the end of a shortened text: it contains the cause of an error.
const END: usize = 300;

/// A text for people: one line of bounded length, in which names of properties are marked.
///
/// A message can be used as `str`, with names in camelCase until it is [`spelled`](Self::spelled). To mark a name,
/// format a [`Path`](super::Path) or [`Property`](super::Property) with `{:#}` in the text from which the message is
/// made. All other text is never changed, because it may come from the program or the service.
///
/// ```
/// use connect_user::user::{Message, Property, Spelling};
///
/// let chosen = "phoneConfig";
/// let message = Message::from(format!("`{:#}` cannot be `{chosen}`", Property::PhoneType));
/// assert_eq!(message, "`phoneConfig.phoneType` cannot be `phoneConfig`");
/// assert_eq!(message.spelled(Spelling::SnakeCase), "`phone_config.phone_type` cannot be `phoneConfig`");
/// assert_eq!(message.spelled(Spelling::PascalCase), "`PhoneConfig.PhoneType` cannot be `phoneConfig`");
/// ```
#[derive(Clone, Default, Eq)]
pub struct Message(Box<Text>);

/// Boxed, because errors contain messages, and results should stay small.
#[derive(Clone, Default, PartialEq, Eq)]
struct Text {
    text: String,
    /// The ranges of the names, in order.
    names: Vec<Range<usize>>,
}

impl Message {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Returns the message with its names in the host's spelling.
    #[must_use]
    pub fn spelled(&self, spelling: Spelling) -> Self {
        let mut spelled = Self::default();
        self.pieces(|text, name| {
            spelled.0.text.push_str(text);
            spelled.push_name(&spelling.name(name));
        });
        spelled
    }

    /// Calls `piece` with each text and the name after it; at the end, the name is empty.
    fn pieces(&self, mut piece: impl FnMut(&str, &str)) {
        let part = |range: Range<usize>| self.0.text.get(range).unwrap_or_default();
        let mut from = 0;
        for name in &self.0.names {
            piece(part(from..name.start), part(name.clone()));
            from = name.end;
        }
        piece(part(from..self.0.text.len()), "");
    }

    fn push_name(&mut self, name: &str) {
        let start = self.0.text.len();
        self.0.text.push_str(name);
        if !name.is_empty() {
            self.0.names.push(start..self.0.text.len());
        }
    }

    /// Leaves out the middle of a long text.
    fn cut(mut self) -> Self {
        const GAP: &str = "…";
        let at = |nth: usize| self.0.text.char_indices().nth(nth).map_or(self.0.text.len(), |(at, _)| at);
        let Some(more) = self.0.text.chars().count().checked_sub(MOST).filter(|more| *more > 0) else {
            return self;
        };
        let (gap, end) = (at(MOST - END), at(MOST - END + more));
        self.0.names.retain(|name| name.end <= gap || name.start >= end);
        for name in self.0.names.iter_mut().filter(|name| name.start >= end) {
            let shifted = |at: usize| at - end + gap + GAP.len();
            *name = shifted(name.start)..shifted(name.end);
        }
        self.0.text.replace_range(gap..end, GAP);
        self
    }
}

impl From<&str> for Message {
    fn from(marked: &str) -> Self {
        let mut message = Self::default();
        let mut pieces = marked.split(mark());
        message.0.text.push_str(&one_line(pieces.next().unwrap_or_default()));
        for piece in pieces {
            let end = piece.find(|character: char| !character.is_ascii_alphanumeric());
            let (name, rest) = piece.split_at(end.unwrap_or(piece.len()));
            message.push_name(name);
            message.0.text.push_str(&one_line(rest));
        }
        message.cut()
    }
}

impl From<String> for Message {
    fn from(marked: String) -> Self {
        marked.as_str().into()
    }
}

impl From<&String> for Message {
    fn from(marked: &String) -> Self {
        marked.as_str().into()
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.0.text
    }
}

impl Deref for Message {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl PartialEq<str> for Message {
    fn eq(&self, other: &str) -> bool {
        self.0.text == other
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, other: &&str) -> bool {
        self.0.text == *other
    }
}

impl PartialEq<String> for Message {
    fn eq(&self, other: &String) -> bool {
        self.0.text == *other
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.text, f)
    }
}

impl fmt::Display for Message {
    /// With `{:#}`, keeps names marked, for another message that contains this one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.pad(&self.0.text);
        }
        let mut written = Ok(());
        self.pieces(|text, name| {
            let name = |f: &mut _| if name.is_empty() { Ok(()) } else { write_name(f, name) };
            written = written.and_then(|()| f.write_str(text)).and_then(|()| name(f));
        });
        written
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.text)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(Box::new(Text { text: one_line(&text).into_owned(), names: Vec::new() })).cut())
    }
}
