//! Reads the text of a file in pieces, and tracks the place in it.

use std::{
    cell::Cell,
    io::{self, BufRead, Read, Seek, SeekFrom},
};

use crate::interop::program::Location;

/// Number of bytes that are read at once.
const PIECE: u64 = 64 * 1024;

/// Help for files that are not UTF-8.
const SAVE_AS: &str = "save it as UTF-8; a spreadsheet calls that \"CSV UTF-8\"";

/// A file that is read from its start, more than once if the format requires it.
pub(super) trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

/// Line and column, in characters, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Spot {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    pub(super) fn within(self, file: &str) -> Location {
        Location { file: file.to_owned(), line: self.line, column: self.column }
    }
}

impl From<&Location> for Spot {
    fn from(at: &Location) -> Self {
        Self { line: at.line, column: at.column }
    }
}

/// The position in a text.
#[derive(Debug)]
pub(super) struct Places {
    /// The place of the last character that was read.
    pub(super) last: Cell<Spot>,
    /// The place of the next character.
    pub(super) next: Cell<Spot>,
    /// Whether only white space has been read.
    is_blank: Cell<bool>,
}

impl Places {
    /// Whether only white space has been read.
    pub(super) const fn are_blank(&self) -> bool {
        self.is_blank.get()
    }

    fn take(&self, bytes: &[u8]) {
        self.is_blank.set(self.is_blank.get() && bytes.iter().all(u8::is_ascii_whitespace));
        // Count the bytes that begin a character, not the continuation bytes.
        for byte in bytes.iter().filter(|byte| **byte & 0xc0 != 0x80) {
            let at = self.next.get();
            self.last.set(at);
            self.next.set(match byte {
                b'\n' => Spot { line: at.line + 1, column: 1 },
                _ => Spot { column: at.column + 1, ..at },
            });
        }
    }
}

/// Why a file cannot be read to its end, and the place at which reading failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) what: String,
    pub(super) help: String,
    pub(super) at: Option<Spot>,
}

impl Failure {
    /// Returns a failure. `what` continues a sentence that begins with the name of the file.
    pub(super) fn new(what: impl Into<String>, help: impl Into<String>, at: Option<Spot>) -> Self {
        Self { what: what.into(), help: help.into(), at }
    }

    fn of(error: &io::Error) -> Self {
        Self::new(format!("cannot be read: {error}"), "give a file that can be read", None)
    }
}

/// UTF-8 text without a byte order mark. Bytes that are not UTF-8 end it with a [`Failure`].
pub(super) struct Source<'a> {
    from: &'a mut dyn ReadSeek,
    buffer: Vec<u8>,
    /// The number of bytes of the buffer that were read, and the number of bytes that are valid text.
    taken: usize,
    valid: usize,
    is_wrong: bool,
    places: &'a Places,
    failure: &'a Cell<Option<Failure>>,
}

impl<'a> Source<'a> {
    /// Reads a file from its start, and passes its text to `read`.
    pub(super) fn read<T>(
        from: &'a mut dyn ReadSeek,
        read: impl FnOnce(&mut Source<'_>, &Places) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let places =
            Places { last: Cell::new(Spot::START), next: Cell::new(Spot::START), is_blank: Cell::new(true) };
        let failure = Cell::new(None);
        from.seek(SeekFrom::Start(0)).map_err(|error| Failure::of(&error))?;
        let mut source = Source {
            from,
            buffer: Vec::new(),
            taken: 0,
            valid: 0,
            is_wrong: false,
            places: &places,
            failure: &failure,
        };
        let first = source.fill_buf().map(drop);
        if is_utf_16(&source.buffer) {
            return Err(Failure::new("is UTF-16 text", SAVE_AS, None));
        }
        first.map_err(|error| failure.take().unwrap_or_else(|| Failure::of(&error)))?;
        if source.buffer.starts_with("\u{feff}".as_bytes()) {
            source.taken = '\u{feff}'.len_utf8();
        }
        let found = read(&mut source, &places);
        // The failure that ended the text is the cause of the error of its reader.
        match failure.take() {
            Some(failure) => Err(failure),
            None => found,
        }
    }

    /// Reads the whole text.
    pub(super) fn whole(from: &'a mut dyn ReadSeek) -> Result<String, Failure> {
        Source::read(from, |source, _| {
            let mut text = String::new();
            source.read_to_string(&mut text).map_err(|error| Failure::of(&error))?;
            Ok(text)
        })
    }

    fn fail<T>(&self, failure: Failure) -> io::Result<T> {
        self.failure.set(Some(failure));
        Err(io::Error::from(io::ErrorKind::InvalidData))
    }
}

/// Whether bytes begin like UTF-16 text, with or without a byte order mark.
pub(super) fn is_utf_16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.iter().take(2).any(|byte| *byte == 0)
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.valid && !self.is_wrong {
            self.buffer.drain(..self.valid);
            (self.taken, self.valid) = (0, 0);
            match Read::take(&mut self.from, PIECE).read_to_end(&mut self.buffer) {
                Ok(read) => match std::str::from_utf8(&self.buffer) {
                    Ok(text) => self.valid = text.len(),
                    Err(error) => {
                        self.valid = error.valid_up_to();
                        self.is_wrong = read == 0 || error.error_len().is_some();
                    }
                },
                Err(error) => return self.fail(Failure::of(&error)),
            }
        }
        if self.taken >= self.valid && self.is_wrong {
            return self.fail(Failure::new("is not UTF-8 text", SAVE_AS, Some(self.places.next.get())));
        }
        Ok(self.buffer.get(self.taken..self.valid).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let end = self.taken.saturating_add(count).min(self.valid);
        self.places.take(self.buffer.get(self.taken..end).unwrap_or_default());
        self.taken = end;
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut text = self.fill_buf()?;
        let read = text.read(into)?;
        self.consume(read);
        Ok(read)
    }
}
