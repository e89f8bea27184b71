//! CloudFormation templates: YAML with short forms, and JSON.

use std::collections::BTreeSet;

use super::{
    document::{Text, members},
    intrinsic::{Met, Parameters, is_function, is_no_value},
    properties::property,
    reading::{Kept, Reading},
    source::{Failure, ReadSeek, Spot},
    tagged::Template,
};
use crate::{
    interop::program::{ProgramOptions, Step, take_shape, what_takes_values},
    user::{Code, Diagnostic, Spelling, Value},
};

const TYPE: &str = "AWS::Connect::User";

/// The members of a resource that are read or ignored without a warning; `Metadata` has comments of tools.
const COMMENTS: &[&str] =
    &["Type", "Properties", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "DependsOn"];

/// Help for a template with parts that CloudFormation fills in.
const PROCESSED: &str = "give the processed template: `get-template --template-stage Processed`";

/// The name of what makes resources, if the name of a resource is one, such as `Fn::ForEach::Agents`.
fn macro_of(name: &str) -> Option<String> {
    let function = name.strip_prefix("Fn::")?;
    Some(format!("Fn::{}", function.split("::").next().unwrap_or_default()))
}

/// Reads a template as a whole: it has at most 500 resources, which may refer to later ones.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let text = Text::of(from)?;
    let Template(document) = text.yaml::<Template>()?;
    let Some(Value::Map(resources)) = document.get("Resources") else {
        let help = "give a template with `Resources`";
        return Err(Failure::new("is no CloudFormation template", help, None));
    };
    if document.get("Fn::Transform").is_some() {
        let what = "has `Fn::Transform`, which is not read: it may have users";
        reading.refuse(Failure::new(what, PROCESSED, text.find(&members(&["Fn::Transform"]))));
    }
    let parameters = Parameters { values: &reading.options.values, declared: document.get("Parameters") };
    let users: Vec<&str> =
        resources.iter().filter(|(_, resource)| is_user(resource)).map(|(name, _)| name.as_str()).collect();
    let mut names: BTreeSet<String> = match parameters.declared {
        Some(Value::Map(declared)) => declared.iter().map(|(name, _)| name.clone()).collect(),
        _ => BTreeSet::new(),
    };
    for (name, resource) in resources {
        let place = members(&["Resources", name]);
        if let Some(macro_name) = macro_of(name) {
            let what =
                format!("has `{macro_name}` among its resources, which is not read: it may have users");
            reading.refuse(Failure::new(what, PROCESSED, text.find(&place)));
        } else if is_user(resource) {
            let at = |steps: &[Step]| text.find(&[&place, steps].concat());
            names.append(&mut add(name, resource, &parameters, &users, &at, reading));
        }
    }
    for name in parameters.values.keys().filter(|name| !names.contains(*name)) {
        let message = format!("nothing in the template uses `{name}`");
        let help = what_takes_values(name, names.iter().map(String::as_str));
        reading.tell(Diagnostic::new(Code::VALUE_NOT_NEEDED, message).with_help(help), None);
    }
    Ok(())
}

fn is_user(resource: &Value) -> bool {
    resource.text("Type") == Some(TYPE)
}

/// Adds a user. Returns the names that a value may be given for.
fn add(
    name: &str,
    resource: &Value,
    parameters: &Parameters<'_>,
    users: &[&str],
    at: &dyn Fn(&[Step]) -> Option<Spot>,
    reading: &mut Reading<'_>,
) -> BTreeSet<String> {
    let document = resource.get("Properties").unwrap_or(&Value::Null);
    let mut met = Met::default();
    let document = match document {
        Value::Map(members) => {
            let resolve = |(member, value): &(String, Value)| {
                let resolved = parameters.resolve(value, &format!("{name}_{member}"), &mut met);
                // The value of a function in the place of a list is a text with the elements, separated by commas.
                let property = is_function(value).then(|| property(member, Spelling::PascalCase)).flatten();
                (member.clone(), take_shape(resolved, property))
            };
            Value::Map(members.iter().filter(|(_, value)| !is_no_value(value)).map(resolve).collect())
        }
        _ => Value::Null,
    };
    for (what, place) in std::mem::take(&mut met.not_evaluated) {
        let member = place.strip_prefix(name).unwrap_or_default().trim_start_matches('_');
        let member = member.split('_').next().unwrap_or_default();
        let location = at(&members(&["Properties", member]));
        let help = format!("give the value of `{place}`");
        reading.leave_out(format!("{what} in `{name}.{member}` is not evaluated"), &help, location);
    }
    let policies = ["DeletionPolicy", "UpdateReplacePolicy"];
    let keeps = policies.map(|policy| keeps(policy, (name, resource), parameters, &mut met, at, reading));
    let options = options(name, resource, keeps, users, at, reading);
    reading.kept(Kept {
        name: name.to_owned(),
        document,
        spelling: Spelling::PascalCase,
        ids: &[],
        is_summary: false,
        options,
        at: at(&[]),
    });
    met.names
}

/// Whether a policy of a user keeps its account. Warns if that is not known.
fn keeps(
    policy: &str,
    (name, resource): (&str, &Value),
    parameters: &Parameters<'_>,
    met: &mut Met,
    at: &dyn Fn(&[Step]) -> Option<Spot>,
    reading: &mut Reading<'_>,
) -> bool {
    let Some(value) = resource.get(policy).filter(|value| !is_no_value(value)) else { return false };
    let (what, help) = match parameters.resolve(value, &format!("{name}_{policy}"), met) {
        Value::String(text) => match text.as_str() {
            "Retain" | "RetainExceptOnCreate" | "Snapshot" => return true,
            "Delete" => return false,
            other => (
                format!("`{policy}` of `{name}` is `{other}`, which is none"),
                "write `Retain` or `Delete`, which is taken",
            ),
        },
        _ => (
            format!("`{policy}` of `{name}` is not evaluated"),
            "write `Retain` or `Delete`, which is taken, or give the value of its parameter",
        ),
    };
    reading.leave_out(what, help, at(&members(&[policy])));
    false
}

/// The resource options of a user: deletion policies and dependencies of the template.
fn options(
    name: &str,
    resource: &Value,
    [deletion, replacement]: [bool; 2],
    users: &[&str],
    at: &dyn Fn(&[Step]) -> Option<Spot>,
    reading: &mut Reading<'_>,
) -> ProgramOptions {
    let mut options = ProgramOptions { retain_on_delete: deletion, ..ProgramOptions::default() };
    let place = |member: &str| at(&members(&[member]));
    if deletion != replacement && (replacement || resource.get("UpdateReplacePolicy").is_some()) {
        let what = format!("`{name}` is kept either when it is deleted or when it is replaced");
        let help = "`retainOnDelete` is both; `DeletionPolicy` decides here";
        reading.leave_out(what, help, place("UpdateReplacePolicy"));
    }
    let on = match resource.get("DependsOn") {
        Some(Value::String(on)) => vec![on.as_str()],
        Some(Value::List(on)) => on.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    for on in on {
        match users.contains(&on) {
            true => options.depends_on.push(on.to_owned()),
            false => {
                let what = format!("`{name}` depends on `{on}`, which is no user");
                reading.note(what, "create it first", place("DependsOn"));
            }
        }
    }
    if let Value::Map(members) = resource {
        for (member, _) in members.iter().filter(|(member, _)| !COMMENTS.contains(&member.as_str())) {
            let what = format!("`{member}` of `{name}` has no counterpart");
            reading.leave_out(
                what,
                "a program has neither conditions nor policies of creation",
                place(member),
            );
        }
    }
    options
}
