//! What the AWS command line prints of users, and backups of it: JSON of the Connect API.

use super::{
    document::{Text, members},
    inputs::get_mut,
    properties::properties,
    reading::Reading,
    terraform::import,
    users::FileUser,
};
use crate::{
    interop::program::{Location, Step},
    user::{Arn, Spelling, Value},
};

/// Reads answers of `describe-user`, `list-users` and `search-users`: one, a list of them, or one after the other.
pub(super) fn read<'a>(bytes: &'a [u8], reading: &mut Reading<'a>) {
    let Some(text) = Text::of(bytes, reading) else { return };
    let mut answers = serde_json::Deserializer::from_str(text.text()).into_iter::<Value>();
    let Some(Ok(first)) = answers.next() else {
        // Whoever reads it as one says what is wrong.
        text.json(reading);
        return;
    };
    let mut users = Users { text: &text, reading, count: 0 };
    users.visit(&first, &mut Vec::new(), false);
    for answer in answers {
        match answer {
            // In a file of several answers, nobody knows the places of those behind the first.
            Ok(answer) => users.visit(&answer, &mut members(&["\0"]), false),
            Err(error) => {
                let what = format!("is not JSON behind its first answers: {error}");
                return users.reading.refuse(&what, "mend the text there", None);
            }
        }
    }
    if users.count == 0 {
        let help = "give what `describe-user`, `search-users` or `list-users` prints";
        users.reading.refuse("has no users of the Connect API", help, None);
    }
}

struct Users<'r, 'a> {
    text: &'r Text<'a>,
    reading: &'r mut Reading<'a>,
    /// How many users there were, and lists of users.
    count: usize,
}

impl Users<'_, '_> {
    fn visit(&mut self, value: &Value, at: &mut Vec<Step>, is_search: bool) {
        match value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    at.push(Step::Index(index));
                    self.visit(item, at, is_search);
                    at.pop();
                }
            }
            Value::Map(_) if value.get("Username").is_some() => {
                self.count += 1;
                self.add(value, at, is_search);
            }
            Value::Map(_) => {
                if value.get("NextToken").is_some_and(|token| *token != Value::Null) {
                    let help = "give the other pages too, or let the command read them: without `--max-items` and \
                                `--no-paginate`";
                    let what = "an answer has a `NextToken`: more users follow it";
                    let place = [at.as_slice(), &[Step::member("NextToken")]].concat();
                    self.reading.leave_out(what, help, self.text.find(&place));
                }
                for (member, is_search) in [("User", is_search), ("Users", true), ("UserSummaryList", false)]
                {
                    let Some(inner) = value.get(member) else { continue };
                    self.count += usize::from(matches!(inner, Value::List(_)));
                    at.push(Step::member(member));
                    self.visit(inner, at, is_search);
                    at.pop();
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, user: &Value, at: &[Step], is_search: bool) {
        let place = || -> Option<Location> { self.text.find(at) };
        let text = |member: &str| user.get(member).and_then(Value::as_str);
        let arn = text("Arn").and_then(|arn| arn.parse::<Arn>().ok());
        let mut inputs = properties(user.clone(), Spelling::PascalCase, place, self.reading);
        // `describe-user` tells the time of the last change, and `search-users` does not.
        if is_search && user.get("LastModifiedTime").is_none() {
            in_seconds(&mut inputs);
        }
        self.reading.say_once(&mut inputs, place);
        if let (Some(arn), Value::Map(members)) = (&arn, &mut inputs) {
            let has_instance = members.iter().any(|(name, _)| name == "instanceId");
            if !has_instance {
                members.insert(0, ("instanceId".to_owned(), arn.instance().into()));
            }
        }
        let name = text("Username").unwrap_or_default();
        let mut file_user = FileUser::new(name, inputs).with_import(import(None, arn.as_ref()));
        file_user.arn = arn;
        file_user.location = place();
        self.reading.user(file_user);
    }
}

/// After contact work, which a search gives in milliseconds.
fn in_seconds(value: &mut Value) {
    match value {
        Value::List(items) => items.iter_mut().for_each(in_seconds),
        Value::Map(_) => {
            if let Some(Value::Integer(limit)) = get_mut(value, "afterContactWorkTimeLimit")
                && *limit % 1_000 == 0
            {
                *limit /= 1_000;
            }
            if let Value::Map(members) = value {
                members.iter_mut().for_each(|(_, value)| in_seconds(value));
            }
        }
        _ => {}
    }
}
