//! Reads Terraform files: a state of version 4, and the output of `terraform show -json` for a state or a plan.

use std::io::BufRead;

use super::{
    expression::expression,
    inputs::remove,
    outline::{Address, Cursor, Outline, Part, is_deposed},
    reading::{Kept, Reading},
    source::{Failure, ReadSeek, Source, Spot},
    walk::{Visit, Walker, walk},
};
use crate::{
    interop::program::{ProgramOptions, is_configuration},
    user::{Spelling, Value},
};

/// Reads a state, or a state or plan as JSON, in two passes: the first pass finds the shortest unique resource names.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let beginning = |source: &mut Source<'_>| {
        source.fill_buf().map(|text| is_configuration(&String::from_utf8_lossy(text)))
    };
    if Source::read(from, |source, _| Ok(beginning(source).unwrap_or(false)))? {
        let help = "give what `terraform show -json` prints, of the state or of a saved plan";
        return Err(Failure::new("is a Terraform configuration, which only Terraform evaluates", help, None));
    }
    let mut outline = Outline::default();
    walk(from, &mut outline)?;
    let part = outline.part()?;
    walk(from, &mut Users { outline: &outline, part, cursor: Cursor::default(), reading })
}

/// The second pass, which reads the users.
struct Users<'r, 'a> {
    outline: &'r Outline,
    part: Part,
    cursor: Cursor,
    reading: &'r mut Reading<'a>,
}

impl Walker for Users<'_, '_> {
    fn visit(&mut self, path: &str, _: Spot) -> Visit {
        self.cursor.visit(path)
    }

    fn object(&mut self, path: &str, members: Vec<(String, Value)>, at: Spot) {
        let object = Value::Map(members);
        if let Some((part, address)) = self.cursor.leave(path, &object, self.outline)
            && part == self.part
            && let Some(attributes) = self.attributes(object, at)
        {
            self.add(&address, attributes, at);
        }
    }
}

impl Users<'_, '_> {
    /// The attributes of a user, or its planned attributes; `None` for a user that is being deleted.
    fn attributes(&mut self, mut object: Value, at: Spot) -> Option<Value> {
        match self.part {
            Part::Shown => remove(&mut object, "values"),
            Part::State if is_deposed(&object) => {
                let what = "a user that a replacement has left over is not read";
                self.reading.leave_out(what, "finish the replacement with Terraform first", Some(at));
                None
            }
            Part::State => {
                if object.text("status") == Some("tainted") {
                    let what = "a user is tainted: Terraform would replace it";
                    self.reading.leave_out(what, "the user is read as it is", Some(at));
                }
                remove(&mut object, "attributes")
            }
            Part::Changes => {
                let mut change = remove(&mut object, "change").filter(|_| !is_deposed(&object))?;
                let after = remove(&mut change, "after").filter(|after| *after != Value::Null)?;
                Some(match change.get("after_unknown") {
                    Some(unknown) => {
                        with_unknowns(after, unknown, object.text("address").unwrap_or_default())
                    }
                    None => after,
                })
            }
        }
    }

    fn add(&mut self, address: &Address, attributes: Value, at: Spot) {
        let name = address.resource_name(self.part, self.outline);
        // Resources of different types for users may have the same name.
        let name = if self.reading.has(&name) { format!("{name}-{}", address.kind) } else { name };
        if let Some(all) = attributes.get("tags_all") {
            self.reading.default_tags(attributes.get("tags"), all, Some(at));
        }
        let ids = ["id", "arn", "user_arn"].map(|id| attributes.text(id).map(str::to_owned));
        self.reading.kept(Kept {
            name,
            document: attributes,
            spelling: Spelling::SnakeCase,
            ids: &ids.each_ref().map(Option::as_deref),
            is_summary: false,
            options: ProgramOptions::default(),
            at: Some(at),
        });
    }
}

/// The values of a plan, with expressions for the values that are known after apply.
fn with_unknowns(value: Value, unknown: &Value, at: &str) -> Value {
    match (value, unknown) {
        (_, Value::Bool(true)) => {
            expression(format!("${{{}}}", at.replace(['[', ']', '"', '$', '{', '}'], "_")))
        }
        (Value::Map(mut members), Value::Map(unknown)) => {
            for (name, unknown) in unknown {
                let index = members.iter().position(|(known, _)| known == name);
                let value = index.map_or(Value::Null, |index| members.remove(index).1);
                members.push((name.clone(), with_unknowns(value, unknown, &format!("{at}.{name}"))));
            }
            Value::Map(members)
        }
        (Value::List(items), Value::List(unknown)) => {
            let unknown = unknown.iter().chain(std::iter::repeat(&Value::Null));
            let items = items.into_iter().zip(unknown).enumerate();
            Value::List(
                items
                    .map(|(index, (item, unknown))| with_unknowns(item, unknown, &format!("{at}.{index}")))
                    .collect(),
            )
        }
        (value, _) => value,
    }
}
