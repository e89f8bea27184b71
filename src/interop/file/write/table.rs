//! Writes tables: the template of the console, and tables with a column for each property.

use csv::WriterBuilder;

use super::{
    super::{columns::CONSOLE, mapping::Target, users::FileUser},
    writing::{Form, Writing},
};
use crate::user::{Path, Property, Value};

/// Limit of users that the console imports at once.
const MOST_ROWS: usize = 1_000;

/// A table with these columns.
pub(super) struct Table {
    columns: Vec<(&'static str, Target)>,
    /// The number of users for the console, and the number of users written so far.
    for_console: Option<usize>,
    count: usize,
}

impl Table {
    /// The template of the console, for these users.
    pub(super) fn console(users: &[String]) -> Self {
        Self { columns: CONSOLE.to_vec(), for_console: Some(users.len()), count: 0 }
    }

    /// A table with a column for each property that has a single value. The header is the path of the property; ids are
    /// written unchanged.
    pub(super) fn plain(_: &[String]) -> Self {
        let is_one_value = |property: &&Property| property.members().is_empty();
        let properties = Property::ALL.iter().filter(is_one_value);
        let properties = properties.map(|property| (property.path(), Target::Property(*property)));
        let columns = [("resourceName", Target::ResourceName)].into_iter().chain(properties).collect();
        Self { columns, for_console: None, count: 0 }
    }

    fn tell_console(&mut self, users: usize, user: &FileUser, writing: &mut Writing) {
        self.count += 1;
        if self.count == MOST_ROWS + 1 {
            let what = format!("the table has {users} users, and the console imports {MOST_ROWS} at once");
            writing.lose(user, what, "split the file");
        }
    }
}

impl Form for Table {
    fn begin(&mut self) -> String {
        line(self.columns.iter().map(|(header, _)| *header))
    }

    fn user(&mut self, user: &FileUser, writing: &mut Writing) -> String {
        if let Some(users) = self.for_console {
            self.tell_console(users, user, writing);
        }
        if user.options.import.is_some() {
            let help = "`adopt` finds them by their names; the console creates users only: take them out before you give it the table";
            writing.lose(user, "the table does not say which users exist", help);
        }
        line(row(user, &self.columns, writing))
    }
}

/// A line of cells.
fn line(cells: impl IntoIterator<Item: AsRef<[u8]>>) -> String {
    let mut rows = WriterBuilder::new().buffer_capacity(512).from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = rows.write_record(cells);
    String::from_utf8(rows.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The cells of a user. Reports values that have no column.
fn row(user: &FileUser, columns: &[(&str, Target)], writing: &mut Writing) -> Vec<String> {
    writing.lose_options(user, &[]);
    let (inputs, references) = writing.inputs(user);
    if inputs.get(Property::Name.path()).is_none() {
        writing.lose(user, "a user has no name, and none is made for a table", "write its `name`");
    }
    for (path, expression) in references {
        // The text around a reference is a part of the password.
        let refers = match path == Path::from(Property::Password) {
            true => String::new(),
            false => format!(": it refers to `{expression}`"),
        };
        let what = format!("`{path}` of `{}` is not known{refers}", user.name);
        writing.lose(user, what, "fill the cell, or give the value of the reference");
    }
    let paths: Vec<Path> = columns.iter().map(|(_, target)| target.path()).collect();
    for property in Property::ALL {
        let path = Path::from(*property);
        if inputs.at(&path).is_some() && !paths.contains(&path) {
            let help = match property {
                Property::InstanceId => "give the table to the console of that instance",
                _ => "set it by another way",
            };
            writing.lose(user, format!("the table has no column for `{path}`"), help);
        }
    }
    let is_named = columns.iter().any(|(_, target)| *target == Target::ResourceName);
    if !is_named && user.user_name() != Some(&user.name) {
        let what =
            format!("the resource name `{}` is left out: users are told apart by their names", user.name);
        writing.note(user, what, "map a column to `resourceName` to read one");
    }
    columns
        .iter()
        .zip(&paths)
        .map(|((_, target), path)| cell(user, target, inputs.at(path), path, writing))
        .collect()
}

fn cell(
    user: &FileUser,
    target: &Target,
    value: Option<&Value>,
    path: &Path,
    writing: &mut Writing,
) -> String {
    let is_console = !matches!(target, Target::Property(_) | Target::ResourceName);
    match (target, value) {
        (Target::ResourceName, _) => user.name.clone(),
        (_, None | Some(Value::Null | Value::Unknown)) => String::new(),
        (_, Some(Value::Bool(flag))) => if *flag { "yes" } else { "no" }.to_owned(),
        (_, Some(Value::Integer(number))) => number.to_string(),
        (_, Some(Value::Float(number))) => number.to_string(),
        (_, Some(Value::String(text))) if is_console => name(user, text, path, writing).unwrap_or_default(),
        (Target::Property(Property::PhoneType), Some(Value::String(text))) => {
            text.split('_').next().unwrap_or(text).to_lowercase()
        }
        (_, Some(Value::String(text))) => trimmed(user, text, path, writing),
        (_, Some(Value::List(items))) => {
            let texts = items.iter().filter_map(Value::as_str);
            let texts = texts.filter_map(|text| match is_console {
                true => name(user, text, path, writing),
                false => Some(text.to_owned()),
            });
            let texts: Vec<String> = texts.collect();
            without_bars(texts, user, path, writing).join("|")
        }
        (_, Some(Value::Map(tags))) => {
            let tags = tags.iter().filter_map(|(key, value)| {
                let value = value.as_str()?;
                let is_plain = |text: &str| !text.contains('|') && text.trim() == text;
                if is_plain(key) && is_plain(value) && !key.is_empty() {
                    // Three bars in a row would be read differently.
                    return Some(if value.is_empty() { key.clone() } else { format!("{key}|{value}") });
                }
                let what =
                    format!("the tag `{key}` of `{}` is left out: a table parts tags with `|`", user.name);
                writing.lose(user, what, "set it by another way");
                None
            });
            tags.collect::<Vec<_>>().join("||")
        }
    }
}

/// The name in a reference to a profile or group. Reports ids, which the table cannot hold.
fn name(user: &FileUser, text: &str, path: &Path, writing: &mut Writing) -> Option<String> {
    if let Some(levels) = text.strip_prefix("path:") {
        return Some(levels.trim().trim_matches('/').replace('/', "|"));
    }
    let name = text.strip_prefix("name:").map(|name| name.trim().to_owned());
    if *path == Path::from(Property::HierarchyGroupId) && name.is_some() {
        let what =
            format!("`{text}` names a group on any level, and a table has paths from the first level on");
        writing.lose(user, what, "write the whole path: `path:A/B`");
    }
    if name.is_none() {
        let what = format!("`{path}` has an id (`{text}`), and the console's template takes names");
        writing.lose(user, what, "`export --names` writes names, and `csv` is a table with ids");
    }
    name
}

/// Texts for one cell. Reports texts that contain the separator, and leaves them out.
fn without_bars(texts: Vec<String>, user: &FileUser, path: &Path, writing: &mut Writing) -> Vec<String> {
    let (plain, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|text| !text.contains('|'));
    for text in others {
        let what = format!("`{text}` in `{path}` is left out: a table parts names with `|`");
        writing.lose(user, what, "set it by another way");
    }
    plain
}

/// Returns a text unchanged. Warns of white space around it, which a reader would ignore.
fn trimmed(user: &FileUser, text: &str, path: &Path, writing: &mut Writing) -> String {
    if text.trim() != text && *path != Path::from(Property::Password) {
        let what = format!("white space around `{path}` of `{}` means nothing in a table", user.name);
        writing.lose(user, what, "take it out");
    }
    text.to_owned()
}
