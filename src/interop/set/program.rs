//! Edits the text of a program.

use std::collections::BTreeSet;

use super::{
    edits::PropertyEdits,
    rewrite::{InTheWay, Rewrite},
    tree::{self, Node},
};
use crate::{
    interop::program::{Location, Program, ProgramError, Source, read_yaml, value_at, without_references},
    user::{Code, Diagnostic, Path, Value},
};

/// Sets properties of these users in the text of a program, and returns the new text. Everything else stays unchanged:
/// comments, order, quotes and white space. `name` is the name of the program in messages, as in [`Source::new`].
///
/// The text is edited for all users or for none. A user is refused if the value is not its own: if it comes from a
/// reference, a function, an alias or a merged map, or if other users share it.
///
/// ```
/// use connect_user::interop::set::{PropertyEdits, edit_program};
///
/// let text = r#"
/// resources:
///   ana:
///     type: aws:connect:User
///     properties:
///       name: ana  # the chief
///       tags: {team: blue}
/// "#;
/// let edits = PropertyEdits::parse(&["tags.team=red"], &[] as &[&str]).unwrap();
/// let edited = edit_program("users.yaml", text, ["ana"], &edits)?;
/// assert_eq!(edited, text.replace("team: blue", "team: red"));
/// # Ok::<(), connect_user::interop::program::ProgramError>(())
/// ```
///
/// # Errors
///
/// [`ProgramError`], with a mistake for each user that cannot be edited in place, or if the text is not a program.
pub fn edit_program<'n>(
    name: &str,
    text: &str,
    users: impl IntoIterator<Item = &'n str>,
    edits: &PropertyEdits,
) -> Result<String, ProgramError> {
    let program = Program::read(Source::new(name, text), &[])?;
    let (mark, bare) = match text.strip_prefix('\u{feff}') {
        Some(bare) => ("\u{feff}", bare),
        None => ("", text),
    };
    // The text was read before: neither can fail.
    let (Ok(mut document), Some(root)) = (read_yaml::<Value>(bare), tree::read(bare)) else {
        return Err(ProgramError::new(vec![(whole(), None)]));
    };
    // Texts in values that look like references are not references.
    let edits = edits.map(without_references);
    let mut rewrite = Rewrite::new(bare);
    let mut mistakes: Vec<(Diagnostic, Option<Location>)> = Vec::new();
    let mut missing: BTreeSet<&str> = users.into_iter().collect();
    let nodes = root.members("resources");
    for (user, resource) in resources_mut(&mut document) {
        if !missing.remove(user.as_str()) {
            continue;
        }
        let edited = edit_user(resource, nodes.get(user.as_str()).copied(), &edits, &mut rewrite);
        if let Err(InTheWay { path, why }) = edited {
            let location = program.location(user, &path.to_string());
            mistakes.push((not_edited(user, path, &why), location));
        }
    }
    let absent =
        missing.into_iter().map(|user| (not_edited(user, Path::root(), "is not in the program"), None));
    mistakes.extend(absent);
    if !mistakes.is_empty() {
        return Err(ProgramError::new(mistakes));
    }
    let edited = rewrite.finish().map(|edited| format!("{mark}{edited}"));
    // Check the result: the new text must have the desired value for every user.
    let Some((edited, said)) = edited.and_then(|edited| {
        let said = read_yaml::<Value>(edited.trim_start_matches('\u{feff}')).ok()?;
        Some((edited, said))
    }) else {
        return Err(ProgramError::new(vec![(whole(), None)]));
    };
    let shared = differing(&document, &said);
    if !shared.is_empty() {
        let mistake = |user: &&str| {
            let message = "the user would change too: it shares what would be edited";
            let mistake = Diagnostic::new(Code::NOT_EDITED, message).about(*user).with_help(HELP);
            (mistake, program.location(user, ""))
        };
        let mistakes: Vec<_> = shared.iter().map(mistake).collect();
        return Err(ProgramError::new(mistakes));
    }
    if !is_same(&document, &said) {
        return Err(ProgramError::new(vec![(whole(), None)]));
    }
    Program::read(Source::new(name, edited.as_str()), &[])?;
    Ok(edited)
}

fn edit_user(
    resource: &mut Value,
    node: Option<&Node>,
    edits: &PropertyEdits,
    rewrite: &mut Rewrite<'_>,
) -> Result<(), InTheWay> {
    let in_the_way = |why: &str| Err(InTheWay { path: Path::root(), why: why.to_owned() });
    let Value::Map(members) = resource else { return in_the_way("is no map") };
    let properties = members.iter_mut().find(|(name, _)| name == "properties").map(|(_, value)| value);
    let Some(properties) = properties else { return in_the_way("has no properties") };
    let old = properties.clone();
    if let Err(path) = edits.put(properties) {
        let there = value_at(&old, &path).and_then(Value::as_str).unwrap_or_default();
        return Err(InTheWay { path, why: format!("comes from the reference `{there}`") });
    }
    if *properties == old {
        return Ok(());
    }
    match node.and_then(|node| node.member("properties")) {
        Some(node) => rewrite.node(node, &old, properties, &Path::root()),
        None => in_the_way("comes from an alias, or from a map that is merged in (`<<`)"),
    }
}

fn resources_mut(document: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let members = match document {
        Value::Map(members) => members.as_mut_slice(),
        _ => &mut [],
    };
    let resources = members.iter_mut().filter(|(name, _)| name == "resources");
    let resources = resources.flat_map(|(_, resources)| match resources {
        Value::Map(resources) => resources.as_mut_slice(),
        _ => &mut [],
    });
    resources.map(|(name, resource)| (&*name, resource))
}

const HELP: &str =
    "edit the program by hand, and apply it; or leave the program out, and the user differs from it";

fn not_edited(user: &str, path: Path, why: &str) -> Diagnostic {
    let what = if path == Path::root() { "the user".to_owned() } else { format!("`{path}`") };
    let message = format!("{what} cannot be edited in place: it {why}");
    Diagnostic::new(Code::NOT_EDITED, message).about(user).at(path).with_help(HELP)
}

fn whole() -> Diagnostic {
    let message = "the program cannot be edited in place: its text is written in an unusual way";
    Diagnostic::new(Code::NOT_EDITED, message).with_help("edit the program by hand, and apply it")
}

/// The resource names of the users that differ between two documents.
fn differing<'d>(document: &'d Value, other: &Value) -> Vec<&'d str> {
    match (document.get("resources"), other.get("resources")) {
        (Some(Value::Map(resources)), Some(Value::Map(others))) => {
            let differs = |(place, (name, resource)): &(usize, &(String, Value))| {
                !member(others, *place, name).is_some_and(|other| is_same(resource, other))
            };
            resources.iter().enumerate().filter(differs).map(|(_, (name, _))| name.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

/// The member with this name, which is probably at index `place`.
fn member<'v>(members: &'v [(String, Value)], place: usize, name: &str) -> Option<&'v Value> {
    let there = members.get(place).filter(|(other, _)| other == name);
    there.or_else(|| members.iter().find(|(other, _)| other == name)).map(|(_, value)| value)
}

/// Whether two values are equal in any order: the order in a program has no meaning for a user.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().enumerate().all(|(place, (name, value))| {
                    member(other, place, name).is_some_and(|there| is_same(value, there))
                })
        }
        (Value::List(one), Value::List(other)) => {
            let mut left: Vec<&Value> = other.iter().collect();
            one.len() == other.len()
                && one.iter().all(|value| {
                    let same = left.iter().position(|there| is_same(value, there));
                    same.map(|place| left.swap_remove(place)).is_some()
                })
        }
        (one, other) => one == other,
    }
}
