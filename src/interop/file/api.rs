//! Reads JSON of the Connect API: output of the AWS command line about users, and backups of it.

use super::{
    inputs::get_mut,
    properties::{input_name, is_member},
    reading::{Kept, Reading},
    source::{Failure, ReadSeek, Spot},
    walk::{Visit, Walker, walk_all},
};
use crate::{
    interop::program::ProgramOptions,
    user::{Property, Spelling, Value},
};

/// The members that hold a list of users in answers, in any letter case. The list may be empty.
const HOLDERS: &[&str] = &["Users", "UserSummaryList"];

/// The member that holds a user in an answer.
const USER: &str = "User";

/// The member that holds the proficiencies in an answer of `list-user-proficiencies`.
const PROFICIENCIES: &str = "UserProficiencyList";

/// Members that SDKs add to an answer, about the call.
const OF_THE_CALL: &[&str] = &["ResponseMetadata", "$metadata"];

/// Help for an answer that has a `NextToken`.
const NEXT_PAGES: &str = "give the other pages too, or let the command read them: without `--max-items` and \
                          `--no-paginate`";

/// Reads answers of `describe-user`, `list-users` and `search-users`: one answer, a list of answers, or several answers
/// after each other; and any other JSON that has such users in its objects and lists.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut answers =
        Answers { reading, has_users: false, token: None, entered: Vec::new(), held: Vec::new() };
    let walked = walk_all(from, &mut answers);
    // A file that is cut off may end right after a user.
    answers.release("", Vec::new());
    walked.map_err(|failure| match failure.what.starts_with("is not JSON") {
        true => {
            let help = "mend the text there; of the AWS command line, give `--output json`: its YAML, tables and text \
                        are not read";
            Failure { help: help.to_owned(), ..failure }
        }
        false => failure,
    })?;
    match answers.has_users {
        true => Ok(()),
        false => {
            let help = "give what `describe-user`, `search-users` or `list-users` prints";
            Err(Failure::new("has no users of the Connect API", help, None))
        }
    }
}

struct Answers<'r, 'a> {
    reading: &'r mut Reading<'a>,
    /// Whether a user or a list of users was found.
    has_users: bool,
    /// The place of the last `NextToken`.
    token: Option<Spot>,
    /// The paths of values that were entered, within values that have not ended yet.
    entered: Vec<String>,
    /// Users in objects that have not ended yet, which may have more members of the user.
    held: Vec<Held>,
}

/// A user in an answer of `describe-user`.
struct Held {
    members: Vec<(String, Value)>,
    path: String,
    at: Spot,
}

impl Walker for Answers<'_, '_> {
    fn visit(&mut self, path: &str, at: Spot) -> Visit {
        let last = path.rsplit('.').next().unwrap_or(path);
        match last {
            "NextToken" => {
                self.token = Some(at);
                Visit::Keep
            }
            _ if !last.ends_with("[]") && is_member(last, Spelling::PascalCase) => Visit::Keep,
            _ => Visit::Enter,
        }
    }

    fn object(&mut self, path: &str, mut members: Vec<(String, Value)>, at: Spot) {
        let entered = self.leave(path);
        // Members of a user that are not its properties were searched for other users.
        let entered = entered.into_iter().map(|name| (name, Value::Unknown));
        if members.iter().any(|(name, _)| name == "Username") {
            self.release(path, Vec::new());
            members.extend(entered);
            match path.rsplit('.').next() {
                Some(USER) => self.held.push(Held { members, path: path.to_owned(), at }),
                _ => self.add(Value::Map(members), path, at),
            }
            return;
        }
        members.iter().for_each(|(_, inner)| self.add_within(inner, path, at));
        let is_cut_off =
            members.iter().any(|(name, value)| name == "NextToken" && !matches!(value, Value::Null));
        let is_of_user = self.held.last().is_some_and(|held| is_in(&held.path, path));
        if is_cut_off {
            let what = if is_of_user { "proficiencies" } else { "users" };
            let what = format!("an answer has a `NextToken`: more {what} follow it");
            self.reading.leave_out(what, NEXT_PAGES, self.token);
        }
        if is_of_user {
            members.extend(entered);
            return self.release(path, members);
        }
        if let Some((name, _)) = members.iter().find(|(name, value)| is_proficiencies(name, value)) {
            let what = format!("`{name}` stands beside no user");
            self.reading.leave_out(what, "put it into the object of its user, beside `User`", Some(at));
        }
    }

    fn list(&mut self, path: &str, _: usize) {
        self.leave(path);
        let last = path.rsplit('.').next().unwrap_or(path);
        self.has_users |= HOLDERS.iter().any(|holder| holder.eq_ignore_ascii_case(last));
    }
}

impl Answers<'_, '_> {
    /// Notes that the value at a path has ended. Returns the names of its members that were entered.
    fn leave(&mut self, path: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let within = |entered: &str| match path {
            "" => (!entered.is_empty()).then(|| entered.to_owned()),
            _ => entered.strip_prefix(path)?.strip_prefix(['.', '[']).map(str::to_owned),
        };
        while let Some(inner) = self.entered.last().and_then(|entered| within(entered)) {
            names.extend(inner.split(['.', '[']).next().map(str::to_owned));
            self.entered.pop();
        }
        if self.entered.last().is_none_or(|last| last != path) {
            self.entered.push(path.to_owned());
        }
        names.reverse();
        names.dedup();
        names
    }

    /// Adds the users that were held within a path: the last one with the members beside it.
    fn release(&mut self, path: &str, mut beside: Vec<(String, Value)>) {
        while let Some(mut held) = self.held.pop_if(|held| is_in(&held.path, path)) {
            for (name, value) in std::mem::take(&mut beside) {
                self.join(&mut held, name, value);
            }
            self.add(Value::Map(held.members), &held.path, held.at);
        }
    }

    /// Adds a member beside a user to the user.
    fn join(&mut self, user: &mut Held, name: String, value: Value) {
        let (name, value) = match value {
            // A whole answer of `list-user-proficiencies`.
            Value::Map(mut answer) if is_proficiencies(&name, &Value::List(Vec::new())) => {
                match answer.iter().position(|(name, _)| name == PROFICIENCIES) {
                    Some(place) => answer.swap_remove(place),
                    None => (name, Value::Map(answer)),
                }
            }
            value => (name, value),
        };
        if name == USER || name == "NextToken" || OF_THE_CALL.contains(&name.as_str()) {
            return;
        }
        let Some(known) = input_name(&name, &value, Spelling::PascalCase) else { return };
        let own = user.members.iter().find(|(own, value)| {
            input_name(own, value, Spelling::PascalCase).is_some_and(|own| own == known)
        });
        match own {
            None => user.members.push((name, value)),
            Some((_, own)) if *own == value => {}
            Some(_) => {
                let what = format!("`{name}` beside a user says something else than the user");
                self.reading.leave_out(what, "what the user says is kept", Some(user.at));
            }
        }
    }

    /// Adds the users in a value that was kept as a whole because it has the name of a property.
    fn add_within(&mut self, value: &Value, path: &str, at: Spot) {
        match value {
            Value::Map(members) if value.get("Username").is_some() => {
                self.add(Value::Map(members.clone()), path, at);
            }
            Value::Map(members) => members.iter().for_each(|(_, inner)| self.add_within(inner, path, at)),
            Value::List(items) => items.iter().for_each(|item| self.add_within(item, path, at)),
            _ => {}
        }
    }

    fn add(&mut self, mut user: Value, path: &str, at: Spot) {
        self.has_users = true;
        // `describe-user` returns the time of the last change, and `search-users` does not.
        let of_search = path.rsplit('.').any(|holder| holder == "Users[]");
        if of_search && user.get("LastModifiedTime").is_none() {
            in_seconds(&mut user);
        }
        let is_summary =
            ["RoutingProfileId", "SecurityProfileIds"].iter().all(|name| user.get(name).is_none());
        let arn = user.text("Arn").map(str::to_owned);
        self.reading.kept(Kept {
            name: String::new(),
            document: user,
            spelling: Spelling::PascalCase,
            ids: &[arn.as_deref()],
            is_summary,
            options: ProgramOptions::default(),
            at: Some(at),
        });
    }
}

/// Whether the path `inner` is within the path `outer`.
fn is_in(inner: &str, outer: &str) -> bool {
    outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Whether a member holds the proficiencies of a user.
fn is_proficiencies(name: &str, value: &Value) -> bool {
    input_name(name, value, Spelling::PascalCase)
        .is_some_and(|name| name == Property::UserProficiencies.path())
}

/// Converts time limits of after contact work to seconds; a search returns milliseconds.
fn in_seconds(value: &mut Value) {
    if let Some(Value::Integer(limit)) = get_mut(value, "AfterContactWorkTimeLimit")
        && *limit % 1_000 == 0
    {
        *limit /= 1_000;
    }
    match value {
        Value::List(items) => items.iter_mut().for_each(in_seconds),
        Value::Map(members) => members.iter_mut().for_each(|(_, value)| in_seconds(value)),
        _ => {}
    }
}
