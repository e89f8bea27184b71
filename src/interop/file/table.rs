//! Tables: the console's template, that of AWS's bulk tool, and any other whose headers name properties.

use csv::{Position, ReaderBuilder, StringRecord};

use super::{
    cell::{parts, value},
    columns::target,
    document::text,
    inputs::{empty, set},
    mapping::Target,
    reading::Reading,
    users::FileUser,
};
use crate::{
    interop::program::Location,
    user::{Code, Diagnostic, Property, Value},
};

/// Reads a table, row by row.
pub(super) fn read<'a>(bytes: &'a [u8], reading: &mut Reading<'a>) {
    let options = reading.options;
    let Some(text) = text_of(bytes, reading) else { return };
    let mut rows = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut row = StringRecord::new();
    let mut columns: Option<Columns> = None;
    loop {
        match rows.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let at = error.position().map(|position| Place::of(text, position).cell(0, &options.file));
                reading.refuse(&format!("cannot be read as a table: {error}"), "mend the row", at);
                return;
            }
        }
        let Some(place) = row.position().map(|position| Place::of(text, position)) else { continue };
        if let Some(cell) = place.unclosed() {
            let help = "close the quote; one within a quoted cell is written twice";
            reading.refuse("has a quote that is not closed", help, Some(place.cell(cell, &options.file)));
            return;
        }
        match &columns {
            _ if row.iter().all(|cell| cell.trim().is_empty()) => {}
            None => columns = Some(Columns::of(&row, &place, reading)),
            Some(columns) => columns.row(&row, &place, reading),
        }
    }
    if columns.is_none() {
        reading.refuse("is empty", "the first row names the columns", None);
    }
}

/// The text, bytes of two each refused: what some spreadsheets call Unicode text.
fn text_of<'a>(bytes: &'a [u8], reading: &mut Reading<'_>) -> Option<&'a str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        reading.refuse("is UTF-16 text", "save it as UTF-8; a spreadsheet calls that \"CSV UTF-8\"", None);
        return None;
    }
    text(bytes, reading)
}

/// What stands between the cells: a spreadsheet takes what its country does.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    // The first of those with as many stays.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Where a row begins.
struct Place<'a> {
    text: &'a str,
    start: usize,
    line: u64,
}

impl<'a> Place<'a> {
    /// The row at this position, behind the line breaks that end the one before it.
    fn of(text: &'a str, position: &Position) -> Self {
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
        let rest = text.get(start..).unwrap_or_default();
        let breaks = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let lines = rest.get(..breaks).unwrap_or_default().matches('\n').count();
        Self { text, start: start + breaks, line: position.line() + lines as u64 }
    }

    /// Where a cell of the row begins.
    fn cell(&self, index: usize, file: &str) -> Location {
        let delimiter = char::from(delimiter(self.text));
        let mut line = self.line;
        let (mut column, mut cells, mut is_quoted) = (1, 0, false);
        for c in self.text.get(self.start..).unwrap_or_default().chars() {
            if cells == index {
                break;
            }
            column += 1;
            match c {
                '"' => is_quoted = !is_quoted,
                '\n' if is_quoted => (line, column) = (line + 1, 1),
                '\n' => break,
                c if c == delimiter && !is_quoted => cells += 1,
                _ => {}
            }
        }
        Location { file: file.to_owned(), line, column }
    }

    /// The cell of the row whose quote is closed nowhere, or where another cell begins: it has swallowed what is behind it.
    fn unclosed(&self) -> Option<usize> {
        let delimiter = char::from(delimiter(self.text));
        let mut rest = self.text.get(self.start..)?;
        for cell in 0.. {
            let behind = match rest.strip_prefix('"') {
                Some(quoted) => match behind_quote(quoted) {
                    Some(behind) => behind.trim_start_matches(' '),
                    None => return Some(cell),
                },
                None => rest.trim_start_matches(|c| !matches!(c, '\r' | '\n') && c != delimiter),
            };
            match behind.strip_prefix(delimiter) {
                Some(next) => rest = next,
                None if behind.is_empty() || behind.starts_with(['\r', '\n']) => break,
                None => return Some(cell),
            }
        }
        None
    }
}

/// What is behind the quote that closes a text; two of them are one within it.
fn behind_quote(mut text: &str) -> Option<&str> {
    loop {
        let (_, behind) = text.split_once('"')?;
        match behind.strip_prefix('"') {
            Some(inside) => text = inside,
            None => return Some(behind),
        }
    }
}

/// What the columns are.
struct Columns(Vec<Option<Target>>);

impl Columns {
    fn of(headers: &StringRecord, place: &Place<'_>, reading: &mut Reading<'_>) -> Self {
        let options = reading.options;
        let mut columns: Vec<Option<Target>> = Vec::new();
        for (index, header) in headers.iter().enumerate() {
            let at = Some(place.cell(index, &options.file));
            let found = target(header, &options.mapping);
            if header.trim().is_empty() {
                columns.push(None);
                continue;
            }
            let help = match &found {
                Err(Some(near)) => format!("is it `{near}`? A mapping says which property a column is"),
                _ => "a mapping says which property a column is, or `ignore`".to_owned(),
            };
            match found {
                Ok(target) => columns.push(Some(target)),
                Err(_) => {
                    reading.leave_out(format!("the column `{header}` is no property of a user"), &help, at);
                    columns.push(None);
                }
            }
        }
        if !columns.contains(&Some(Target::Property(Property::Name))) {
            let help = "name a column `user login`, or map one to `name`";
            reading.refuse("has no column with the user names", help, Some(place.cell(0, &options.file)));
        }
        Self(columns)
    }

    fn row(&self, row: &StringRecord, place: &Place<'_>, reading: &mut Reading<'_>) {
        let options = reading.options;
        let at = |index: usize| place.cell(index, &options.file);
        if row.len() != self.0.len() {
            // Nobody knows which column a cell is of: one that is shown might be a password.
            let message =
                format!("line {} has {} cells, and the header has {}", place.line, row.len(), self.0.len());
            let found = Diagnostic::new(Code::INVALID_FILE, message)
                .with_help("give each column a cell, and put a cell that holds the separator in quotes");
            return reading.tell(found, Some(at(0)));
        }
        let text_of = |target: &Target| {
            let index = self.0.iter().position(|column| column.as_ref() == Some(target))?;
            row.get(index).map(str::trim).filter(|text| !text.is_empty())
        };
        let login = text_of(&Target::Property(Property::Name));
        let location = at(0);
        let name = text_of(&Target::ResourceName).or(login);
        let name = name.map_or_else(|| format!("line-{}", location.line), str::to_owned);
        let tell = |reading: &mut Reading<'_>, found: Diagnostic, index| {
            reading.tell(found.about(name.as_str()), Some(at(index)));
        };
        if login.is_none() && self.0.contains(&Some(Target::Property(Property::Name))) {
            let message = format!("the user of line {} has no name", location.line);
            let found = Diagnostic::new(Code::MISSING_REQUIRED, message).at(Property::Name);
            tell(reading, found.with_help("fill the cell, or take the row out"), 0);
        }
        let mut inputs = empty();
        for (index, (column, cell)) in self.0.iter().zip(row).enumerate() {
            let Some(target) = column.as_ref().filter(|_| !cell.trim().is_empty()) else { continue };
            match value_of(target, cell, options.mapping.separator()) {
                Ok(Some(value)) => match inputs.at(&target.path()) {
                    Some(other) if *other != value => {
                        let message = format!("`{}` is given twice, and differently", target.path());
                        let found = Diagnostic::new(Code::DUPLICATE_MEMBER, message).at(target.path());
                        tell(
                            reading,
                            found.with_help("empty one of the cells, or map a column to `ignore`"),
                            index,
                        );
                    }
                    _ => set(&mut inputs, &target.path(), value),
                },
                Ok(None) => {}
                Err(found) => {
                    set(&mut inputs, &target.path(), Value::Unknown);
                    tell(reading, *found, index);
                }
            }
        }
        self.drop_unsent_number(&mut inputs, &name, at, reading);
        let mut user = FileUser::new(name.clone(), inputs);
        user.location = Some(location);
        reading.user(user);
    }

    /// A soft phone has no number: the console takes one and does not send it.
    fn drop_unsent_number(
        &self,
        inputs: &mut Value,
        name: &str,
        at: impl Fn(usize) -> Location,
        reading: &mut Reading<'_>,
    ) {
        let text = |property: Property| inputs.at(&property.into()).and_then(Value::as_str);
        let is_soft = text(Property::PhoneType) == Some("SOFT_PHONE");
        if !is_soft || text(Property::DeskPhoneNumber).is_none() {
            return;
        }
        set(inputs, &Property::DeskPhoneNumber.into(), Value::Null);
        let index =
            self.0.iter().position(|column| *column == Some(Target::Property(Property::DeskPhoneNumber)));
        let message = "a soft phone has no number: the one in the file is left out";
        let found = Diagnostic::new(Code::NOT_CONVERTED, message).at(Property::DeskPhoneNumber).about(name);
        reading.tell(found.with_help("write `desk` if calls go to that number"), index.map(at));
    }
}

/// The value of a cell that is not empty; `None` where it is none of the user's.
pub(super) fn value_of(
    target: &Target,
    cell: &str,
    separator: &str,
) -> Result<Option<Value>, Box<Diagnostic>> {
    let cell = cell.trim();
    Ok(Some(match target {
        Target::Property(property) => value(*property, cell, separator)?,
        Target::RoutingProfileName => format!("name:{cell}").into(),
        Target::SecurityProfileNames => {
            Value::List(parts(cell, separator).map(|name| format!("name:{name}").into()).collect())
        }
        Target::HierarchyPath => {
            let levels: Vec<&str> = parts(cell, separator).collect();
            format!("path:{}", levels.join("/")).into()
        }
        Target::Tag(_) => cell.into(),
        Target::ResourceName | Target::Ignored => return Ok(None),
    }))
}
