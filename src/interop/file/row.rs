//! Reads the rows of a table one by one, with the places of their cells.

use std::io::{self, BufRead};

use csv::{ReaderBuilder, StringRecord};

use super::source::{Failure, Places, Source, Spot};

/// The rows of a table.
pub(super) struct Rows<'s, 'a> {
    source: &'s mut Source<'a>,
    places: &'s Places,
    /// The delimiter of cells; known from the first row on.
    delimiter: Option<u8>,
    /// Lines with complete rows, and the number of the first line.
    text: String,
    line: u64,
    /// The rows in these lines, in reverse order.
    rows: Vec<(usize, u64, StringRecord)>,
}

/// A row.
pub(super) struct Row<'r> {
    pub(super) cells: StringRecord,
    /// The first line of the row.
    pub(super) line: u64,
    text: &'r str,
    delimiter: u8,
}

impl<'s, 'a> Rows<'s, 'a> {
    pub(super) const fn new(source: &'s mut Source<'a>, places: &'s Places) -> Self {
        Self { source, places, delimiter: None, text: String::new(), line: 1, rows: Vec::new() }
    }

    /// Returns the next row.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Failure> {
        while self.rows.is_empty() {
            if !self.read_lines()? {
                return Ok(None);
            }
            self.parse()?;
        }
        let Some((start, line, cells)) = self.rows.pop() else { return Ok(None) };
        let text = self.text.get(start..).unwrap_or_default();
        Ok(Some(Row { cells, line, text, delimiter: self.delimiter.unwrap_or(b',') }))
    }

    /// Reads lines up to the end of a row; a quoted cell may have several lines.
    fn read_lines(&mut self) -> Result<bool, Failure> {
        self.text.clear();
        self.line = self.places.next.get().line;
        let mut quotes: Option<Quotes> = None;
        loop {
            let start = self.text.len();
            let count = self.source.read_line(&mut self.text).map_err(|error| unreadable(&error))?;
            let line = self.text.get(start..).unwrap_or_default();
            if self.delimiter.is_none()
                && let Some(delimiter) = declared_delimiter(line)
            {
                self.delimiter = Some(delimiter);
                self.text.clear();
                self.line = self.places.next.get().line;
                continue;
            }
            let is_blank = line.trim().is_empty();
            let delimiter = match self.delimiter {
                Some(delimiter) => delimiter,
                None if is_blank => b',',
                None => *self.delimiter.insert(delimiter(line)),
            };
            let quotes = quotes.get_or_insert_with(|| Quotes::new(delimiter));
            let is_closed = quotes.pass(line) && (count > 0 || quotes.are_closed());
            if !is_closed {
                let at = self.row(0).cell(quotes.cell);
                let help = "close the quote; one within a quoted cell is written twice";
                return Err(Failure::new("has a quote that is not closed", help, Some(at)));
            }
            if count == 0 || quotes.are_closed() {
                return Ok(count > 0 || start > 0);
            }
        }
    }

    /// The row at an offset in the lines.
    fn row(&self, start: usize) -> Row<'_> {
        let text = self.text.get(start..).unwrap_or_default();
        let delimiter = self.delimiter.unwrap_or(b',');
        Row { cells: StringRecord::new(), line: self.line, text, delimiter }
    }

    /// Parses the rows in the lines. There are several if they are separated by a carriage return alone.
    fn parse(&mut self) -> Result<(), Failure> {
        let mut rows = ReaderBuilder::new()
            .delimiter(self.delimiter.unwrap_or(b','))
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(self.text.len().max(1))
            .from_reader(self.text.as_bytes());
        loop {
            let mut cells = StringRecord::new();
            match rows.read_record(&mut cells) {
                Ok(true) => {
                    let start = cells.position().map_or(0, |position| position.byte());
                    let start = usize::try_from(start).unwrap_or(usize::MAX);
                    // Skip the line breaks that end the row before.
                    let rest = self.text.get(start..).unwrap_or_default();
                    let start = start + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
                    self.rows.push((start, self.line + self.rows.len() as u64, cells));
                }
                Ok(false) => break,
                Err(error) => {
                    let at = Spot { line: self.line, column: 1 };
                    return Err(Failure::new(format!("is no table: {error}"), "mend the row", Some(at)));
                }
            }
        }
        self.rows.reverse();
        Ok(())
    }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(format!("cannot be read: {error}"), "give a file that can be read", None)
}

/// The delimiter that a first line declares: `sep=;`, as Excel writes it.
pub(super) fn declared_delimiter(line: &str) -> Option<u8> {
    let line = line.trim_matches(['\r', '\n', '"']);
    let (name, delimiter) = line.split_at_checked("sep=".len())?;
    match delimiter.as_bytes() {
        [delimiter @ (b',' | b';' | b'\t' | b'|')] if name.eq_ignore_ascii_case("sep=") => Some(*delimiter),
        _ => None,
    }
}

/// Guesses the delimiter from the header; the delimiter that a spreadsheet writes depends on its locale.
fn delimiter(first: &str) -> u8 {
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    // For equal counts, the last delimiter wins.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

impl Row<'_> {
    /// The place at which a cell begins.
    pub(super) fn cell(&self, index: usize) -> Spot {
        let delimiter = char::from(self.delimiter);
        let mut at = Spot { line: self.line, column: 1 };
        let (mut cells, mut is_quoted) = (0, false);
        for c in self.text.chars() {
            if cells == index {
                break;
            }
            at.column += 1;
            match c {
                '"' => is_quoted = !is_quoted,
                '\n' if is_quoted => at = Spot { line: at.line + 1, column: 1 },
                '\n' => break,
                c if c == delimiter && !is_quoted => cells += 1,
                _ => {}
            }
        }
        at
    }
}

/// Follows the quotes of a row. A quote that is not closed, or is closed only where another cell begins, has swallowed
/// the text behind it.
struct Quotes {
    delimiter: u8,
    within: Within,
    cell: usize,
}

enum Within {
    Start,
    Plain,
    Quoted,
    /// Behind a quote that closes the cell or is the first of two.
    Quote,
    /// Behind spaces after a closed cell.
    Spaces,
}

impl Quotes {
    const fn new(delimiter: u8) -> Self {
        Self { delimiter, within: Within::Start, cell: 0 }
    }

    /// Processes a line. Returns `false` if text follows a closed quote within its cell.
    fn pass(&mut self, line: &str) -> bool {
        for byte in line.bytes() {
            self.within = match (&self.within, byte) {
                (Within::Quoted, b'"') => Within::Quote,
                (Within::Quoted, _) | (Within::Quote, b'"') => Within::Quoted,
                (_, b'\r' | b'\n') => {
                    self.cell = 0;
                    Within::Start
                }
                (_, byte) if byte == self.delimiter => {
                    self.cell += 1;
                    Within::Start
                }
                (Within::Start, b'"') => Within::Quoted,
                (Within::Quote | Within::Spaces, b' ') => Within::Spaces,
                (Within::Quote | Within::Spaces, _) => return false,
                (Within::Start | Within::Plain, _) => Within::Plain,
            };
        }
        true
    }

    const fn are_closed(&self) -> bool {
        !matches!(self.within, Within::Quoted)
    }
}
