//! What the AWS command line prints of users, and backups of it: JSON of the Connect API.

use super::{
    inputs::get_mut,
    reading::{Kept, Reading},
    source::{Failure, ReadSeek, Spot},
    walk::{Visit, Walker, walk_all},
};
use crate::{
    interop::program::ProgramOptions,
    user::{Spelling, Value},
};

/// The members in which answers have users.
const HOLDERS: &[&str] = &["User", "Users", "UserSummaryList"];

/// Reads answers of `describe-user`, `list-users` and `search-users`: one, a list of them, or one after the other.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut answers = Answers { reading, has_users: false, token: None };
    walk_all(from, &mut answers)?;
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
    /// Whether there was a user, or a list of users.
    has_users: bool,
    /// Where the last `NextToken` is.
    token: Option<Spot>,
}

impl Walker for Answers<'_, '_> {
    fn visit(&mut self, path: &str, at: Spot) -> Visit {
        let last = path.rsplit('.').next().unwrap_or(path);
        match last {
            "NextToken" => {
                self.token = Some(at);
                Visit::Keep
            }
            _ if last.ends_with("[]") || last.is_empty() || HOLDERS.contains(&last) => Visit::Enter,
            _ => Visit::Keep,
        }
    }

    fn object(&mut self, path: &str, members: Vec<(String, Value)>, at: Spot) {
        let answer = Value::Map(members);
        if answer.get("Username").is_some() {
            self.has_users = true;
            self.add(answer, path, at);
        } else if answer.get("NextToken").is_some_and(|token| *token != Value::Null) {
            let help = "give the other pages too, or let the command read them: without `--max-items` and \
                        `--no-paginate`";
            self.reading.leave_out("an answer has a `NextToken`: more users follow it", help, self.token);
        }
    }

    fn list(&mut self, path: &str, _: usize) {
        self.has_users |= HOLDERS.iter().any(|holder| path.ends_with(holder));
    }
}

impl Answers<'_, '_> {
    fn add(&mut self, mut user: Value, path: &str, at: Spot) {
        // `describe-user` tells the time of the last change, and `search-users` does not.
        let of_search = path.rsplit('.').any(|holder| holder == "Users[]");
        if of_search && user.get("LastModifiedTime").is_none() {
            in_seconds(&mut user);
        }
        let arn = user.text("Arn").map(str::to_owned);
        self.reading.kept(Kept {
            name: String::new(),
            document: user,
            spelling: Spelling::PascalCase,
            ids: &[arn.as_deref()],
            options: ProgramOptions::default(),
            at: Some(at),
        });
    }
}

/// After contact work, which a search gives in milliseconds.
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
