//! Reads the values of a configuration or a query in the forms of their fields. A value of another form is a mistake:
//! to ignore an allowed account, a role or a tag silently would be an incident.

use crate::{
    engine::schema::{Field, Form, Given},
    user::{
        Bounds, Code, Diagnostic, Message, Path, UnknownChoice, Value, bounds::outside, nearest,
        pulumi::is_pulumi_note, whole,
    },
};

/// The result of a reading, with its mistakes.
pub(super) struct Forms {
    /// The word for a member in messages.
    member: &'static str,
    pub(super) mistakes: Vec<Diagnostic>,
}

impl Forms {
    pub(super) const fn of(member: &'static str) -> Self {
        Self { member, mistakes: Vec::new() }
    }

    /// Returns the members of an object that have the form of their fields.
    pub(super) fn object(&mut self, fields: &[Field], value: &Value, at: &Path) -> Value {
        let Value::Map(given) = value else {
            self.mistakes.push(Diagnostic::wrong_type(at, "an object", value));
            return Value::Null;
        };
        // Hosts keep members of their own in an object, such as `__defaults`.
        for (name, _) in given.iter().filter(|(name, _)| !name.starts_with("__")) {
            if !fields.iter().any(|field| field.name == *name) {
                self.mistakes.push(unknown(self.member, name, fields, at));
            }
        }
        let mut members = Vec::new();
        for field in fields {
            let at = at.member(field.name.clone());
            match value.get(&field.name).and_then(|value| self.value(&field.form, field.bounds, value, &at)) {
                Some(value) => members.push((field.name.clone(), value)),
                None if field.given == Given::Required => self.mistakes.push(Diagnostic::missing(&at)),
                None => {}
            }
        }
        Value::Map(members)
    }

    /// Returns the value in this form; `None` if the value is empty.
    fn value(&mut self, form: &Form, bounds: Bounds, value: &Value, at: &Path) -> Option<Value> {
        match (form, value) {
            (_, Value::Null) => return None,
            (_, Value::Unknown) => return Some(Value::Unknown),
            (Form::String, _) => {
                return self.text(value, at).filter(|text| *text != Value::from(""));
            }
            (Form::Choice(names), _) => {
                let text = self.text(value, at)?;
                let chosen = text.as_str().is_none_or(|text| text.is_empty() || names.contains(&text));
                if !chosen {
                    let error = UnknownChoice::new(text.as_str().unwrap_or_default(), names);
                    self.mistakes.push(Diagnostic::not_a_choice(at, &error));
                }
                return Some(text).filter(|text| chosen && *text != Value::from(""));
            }
            _ => {}
        }
        // A variable of a host is text, which is JSON for any other type.
        let decoded = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        let value = decoded.as_ref().unwrap_or(value);
        match (form, value) {
            (_, Value::Null) => None,
            (Form::Bool, Value::Bool(_)) | (Form::Number, Value::Integer(_) | Value::Float(_)) => {
                Some(value.clone())
            }
            (Form::Integer, Value::Integer(number)) => self.within(bounds, *number, at),
            (Form::Integer, Value::Float(number)) => match whole(*number) {
                Some(number) => self.within(bounds, number, at),
                None => {
                    self.mistakes.push(Diagnostic::not_a_whole_number(at, *number));
                    None
                }
            },
            (Form::Set | Form::List, Value::List(items)) => Some(Value::List(self.texts(items, at))),
            (Form::Map, Value::Map(members)) => {
                let text = |(name, value): &(String, Value)| {
                    let at = at.member(name.clone());
                    Some((name.clone(), self.text(value, &at)?))
                };
                let own = members.iter().filter(|(name, value)| !is_pulumi_note(name, value));
                Some(Value::Map(own.filter_map(text).collect()))
            }
            (Form::Object(fields), Value::Map(_)) => Some(self.object(fields, value, at)),
            // A block in Terraform's form: a list of at most one object.
            (Form::Object(fields), Value::List(items)) if items.len() < 2 => match items.first()? {
                Value::Unknown => Some(Value::Unknown),
                item => Some(self.object(fields, item, at)),
            },
            (Form::Objects(fields), Value::List(items)) => {
                let item = |(number, item)| match item {
                    &Value::Unknown => Value::Unknown,
                    item => self.object(fields, item, &at.index(number)),
                };
                let items = items.iter().enumerate().map(item);
                Some(Value::List(items.collect()))
            }
            _ => {
                self.mistakes.push(Diagnostic::wrong_type(at, expected(form), value));
                None
            }
        }
    }

    /// Reads a text. `null` in a list or a map is a mistake. Numbers and booleans are read as texts, because hosts
    /// convert texts that look like them.
    fn text(&mut self, value: &Value, at: &Path) -> Option<Value> {
        match value {
            Value::String(_) | Value::Unknown => Some(value.clone()),
            Value::Integer(number) => Some(number.to_string().into()),
            Value::Bool(flag) => Some(flag.to_string().into()),
            Value::Float(number) if number.fract() == 0.0 => Some(format!("{number:.0}").into()),
            other => {
                self.mistakes.push(Diagnostic::wrong_type(at, "a string", other));
                None
            }
        }
    }

    fn texts(&mut self, items: &[Value], at: &Path) -> Vec<Value> {
        let items = items.iter().enumerate();
        items.filter_map(|(number, item)| self.text(item, &at.index(number))).collect()
    }

    fn within(&mut self, bounds: Bounds, number: i64, at: &Path) -> Option<Value> {
        let Some(problem) = outside(bounds, number) else { return Some(Value::Integer(number)) };
        self.mistakes.push(invalid(format!("`{at}` {problem}"), "give a number in these bounds", at));
        None
    }
}

/// The diagnostic of a value that is not accepted.
pub(super) fn invalid(message: impl Into<Message>, help: impl Into<Message>, at: &Path) -> Diagnostic {
    Diagnostic::new(Code::INVALID_SETTING, message).with_help(help).at(at.clone())
}

/// The diagnostic of a value that must be known now.
pub(super) fn not_known(at: Path) -> Diagnostic {
    let message = format!("`{at:#}` is not known");
    Diagnostic::new(Code::NOT_KNOWN_YET, message).with_help("give it a value").at(at)
}

/// Returns diagnostics for the members that are unknown or contain unknown values.
pub(super) fn not_known_in(value: &Value) -> impl Iterator<Item = Diagnostic> {
    let members = match value {
        Value::Map(members) => members.as_slice(),
        _ => &[],
    };
    let unknown = members.iter().filter(|(_, value)| value.has_unknowns());
    unknown.map(|(name, _)| not_known(Path::root().member(name.clone())))
}

fn unknown(what: &str, name: &str, fields: &[Field], at: &Path) -> Diagnostic {
    let known = || fields.iter().map(|field| field.name.as_str());
    let of = if at.segments().is_empty() { String::new() } else { format!(" in `{at}`") };
    let help = match (nearest(name, known()), at.segments()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        // There are too many settings to name them all.
        (None, []) => format!("remove `{name}`"),
        (None, _) => format!("it may have `{}`", known().collect::<Vec<_>>().join("`, `")),
    };
    invalid(format!("there is no {what} `{name}`{of}"), help, &at.member(name.to_owned()))
}

const fn expected(form: &Form) -> &'static str {
    match form {
        Form::Bool => "`true` or `false`",
        Form::Integer => "a whole number",
        Form::Number => "a number",
        Form::Set | Form::List | Form::Objects(_) => "a list",
        Form::Map | Form::Object(_) => "an object",
        Form::String | Form::Choice(_) => "a string",
    }
}
