//! Reads tables: the template of the console, that of AWS's bulk tool, and any table whose headers name properties.

use super::{
    cell::value_of,
    columns::target,
    inputs::{empty, set},
    mapping::Target,
    reading::Reading,
    row::{Row, Rows},
    source::{Failure, ReadSeek, Source, Spot},
    users::FileUser,
};
use crate::user::{Code, Diagnostic, Property, Value};

/// Reads a table, row by row.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut columns: Option<Columns> = None;
    Source::read(from, |source, places| {
        let mut rows = Rows::new(source, places);
        while let Some(row) = rows.next()? {
            match &columns {
                _ if row.cells.iter().all(|cell| cell.trim().is_empty()) => {}
                None => columns = Some(Columns::of(&row, reading)?),
                Some(columns) => columns.row(&row, reading),
            }
        }
        Ok(())
    })?;
    match columns {
        Some(_) => Ok(()),
        None => Err(Failure::new("is empty", "the first row names the columns", None)),
    }
}

/// The targets of the columns.
struct Columns {
    targets: Vec<Option<Target>>,
    /// The columns without a header.
    unnamed: Vec<usize>,
}

impl Columns {
    fn of(headers: &Row<'_>, reading: &mut Reading<'_>) -> Result<Self, Failure> {
        let mut of_header = |header: &str| match header.trim().is_empty() {
            true => None,
            false => Some(reading.mapped(header).map_or_else(|| target(header), Ok)),
        };
        let found: Vec<_> = headers.cells.iter().map(&mut of_header).collect();
        if !found.contains(&Some(Ok(Target::Property(Property::Name)))) {
            // The row may be that of a user: do not show its cells, as one may be a password.
            let is_name = |near: &&str| matches!(target(near), Ok(Target::Property(Property::Name)));
            let near = found.iter().position(|found| matches!(found, Some(Err(Some(near))) if is_name(near)));
            let help = match near {
                Some(index) => format!("is column {} `user login`?", index + 1),
                None => "name one `user login`, or map one to `name`".to_owned(),
            };
            let help = format!("the first row must name the columns: {help}");
            let at = headers.cell(near.unwrap_or(0));
            return Err(Failure::new("has no column with the user names", help, Some(at)));
        }
        let (mut targets, mut unnamed) = (Vec::new(), Vec::new());
        for (index, (header, found)) in headers.cells.iter().zip(found).enumerate() {
            if let Some(Err(near)) = &found {
                let help = match near {
                    Some(near) => format!("is it `{near}`? A mapping says which property a column is"),
                    None => "a mapping says which property a column is, or `ignore`".to_owned(),
                };
                let what = format!("the column `{header}` is no property of a user");
                reading.leave_out(what, &help, Some(headers.cell(index)));
            }
            if found.is_none() {
                unnamed.push(index);
            }
            targets.push(found.and_then(Result::ok));
        }
        Ok(Self { targets, unnamed })
    }

    fn row(&self, row: &Row<'_>, reading: &mut Reading<'_>) {
        let at = |index: usize| row.cell(index);
        let (count, line) = (row.cells.len(), row.line);
        if count != self.targets.len() {
            // The cells cannot be assigned to columns: do not show them, as one may be a password.
            let message = format!(
                "line {line} has {count} {}, and the header has {}",
                if count == 1 { "cell" } else { "cells" },
                self.targets.len()
            );
            let found = Diagnostic::new(Code::INVALID_FILE, message)
                .with_help("give each column a cell, and put a cell that holds the separator in quotes");
            return reading.tell(found, Some(at(0)));
        }
        for index in &self.unnamed {
            if row.cells.get(*index).is_some_and(|cell| !cell.trim().is_empty()) {
                let what = format!("column {} has no header: what is in it is left out", index + 1);
                reading.leave_out(what, "name the column, or empty it", Some(at(*index)));
            }
        }
        let text_of = |target: &Target| {
            let index = self.targets.iter().position(|column| column.as_ref() == Some(target))?;
            row.cells.get(index).map(str::trim).filter(|text| !text.is_empty())
        };
        let login = text_of(&Target::Property(Property::Name));
        let given = text_of(&Target::ResourceName);
        let name = given.or(login).map_or_else(|| format!("line-{line}"), str::to_owned);
        let tell = |reading: &mut Reading<'_>, found: Diagnostic, index| {
            reading.tell(found.about(name.as_str()), Some(at(index)));
        };
        if login.is_none() && self.targets.contains(&Some(Target::Property(Property::Name))) {
            let message = format!("the user of line {line} has no name");
            let found = Diagnostic::new(Code::MISSING_REQUIRED, message).at(Property::Name);
            tell(reading, found.with_help("fill the cell, or take the row out"), 0);
        }
        let mut inputs = empty();
        for (index, (column, cell)) in self.targets.iter().zip(&row.cells).enumerate() {
            let Some(target) = column.as_ref().filter(|_| !cell.trim().is_empty()) else { continue };
            match value_of(target, cell, reading.options.mapping.separator()) {
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
        reading.user(FileUser::new(given.unwrap_or_default(), inputs), Some(at(0)));
    }

    /// Removes the phone number of a soft phone: the console accepts one and does not send it.
    fn drop_unsent_number(
        &self,
        inputs: &mut Value,
        name: &str,
        at: impl Fn(usize) -> Spot,
        reading: &mut Reading<'_>,
    ) {
        let text = |property: Property| inputs.at(&property.into()).and_then(Value::as_str);
        let is_soft = text(Property::PhoneType) == Some("SOFT_PHONE");
        if !is_soft || text(Property::DeskPhoneNumber).is_none() {
            return;
        }
        set(inputs, &Property::DeskPhoneNumber.into(), Value::Null);
        let index = self
            .targets
            .iter()
            .position(|column| *column == Some(Target::Property(Property::DeskPhoneNumber)));
        let message = "a soft phone has no number: the one in the file is left out";
        let found = Diagnostic::new(Code::NOT_CONVERTED, message).at(Property::DeskPhoneNumber).about(name);
        reading.tell(found.with_help("write `desk` if calls go to that number"), index.map(at));
    }
}
