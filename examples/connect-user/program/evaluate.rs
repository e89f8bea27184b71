//! The references of a user, resolved.

use std::collections::{BTreeMap, HashMap};

use connect_user::user::{Property, Value, nearest};

use super::{
    Program, Resource, Scope, Settled,
    reference::{Part, Reference, Step, child, function, path_text},
};
use crate::failure::{Failure, Outcome};

/// What the service sets of a user, and other resources may refer to besides what the user is given.
const OUTPUTS: &[&str] = &["id", "arn", "userId", "tagsAll", "lastModifiedTime", "lastModifiedRegion"];

/// What Pulumi itself defines.
const BUILT_IN: &[&str] = &["cwd", "organization", "project", "rootDirectory", "stack"];

/// References that lead to references: more of them are taken for a mistake.
const MOST_DEPTH: usize = 64;

/// What the references of one user may expand to. A user of Amazon Connect, with fifty of the longest tags,
/// takes a fifth of it.
const MOST_EXPANDED: usize = 256 * 1_024;

/// A user's properties with the references in them resolved, as far as that goes.
pub struct Evaluated {
    pub properties: Value,
    /// The references that only `--set` resolves, and why.
    pub unresolved: BTreeMap<String, String>,
    /// The references to what the program does not define.
    pub undefined: Vec<Undefined>,
}

/// A reference to what the program does not define.
pub struct Undefined {
    /// Where in the user it is.
    pub path: String,
    pub reference: String,
    pub help: String,
}

impl Program {
    /// Resolves the references of a user.
    pub fn evaluate(&self, user: &Resource, scope: &Scope) -> Outcome<Evaluated> {
        let mut evaluation = Evaluation {
            program: self,
            scope,
            user: Reference::root_of(&user.name),
            place: Vec::new(),
            under_way: Vec::new(),
            known: HashMap::new(),
            expanded: 0,
            unresolved: BTreeMap::new(),
            undefined: Vec::new(),
        };
        let properties = evaluation
            .value(&user.properties, None)
            .map_err(|failure| failure.within(&evaluation.location()).of(&evaluation.spot()))?;
        let Evaluation { unresolved, undefined, .. } = evaluation;
        Ok(Evaluated { properties, unresolved, undefined })
    }
}

struct Evaluation<'a> {
    program: &'a Program,
    scope: &'a Scope,
    user: Reference,
    /// Where in the user's properties.
    place: Vec<Step>,
    /// The references that are being followed.
    under_way: Vec<Reference>,
    /// What references have led to: each is followed once.
    known: HashMap<Reference, Value>,
    /// How many bytes references have put in.
    expanded: usize,
    unresolved: BTreeMap<String, String>,
    undefined: Vec<Undefined>,
}

impl Evaluation<'_> {
    /// Where that is in the program.
    fn spot(&self) -> String {
        let properties = [self.user.steps(), &[Step::Member("properties".to_owned())]].concat();
        Reference::root_of("resources").then(&properties).then(&self.place).to_string()
    }

    fn location(&self) -> String {
        format!("resources.{}", path_text(self.user.then(&self.place).steps()))
    }

    /// A value, which stands in a variable or, where `variable` is `None`, at the place in the user.
    fn value(&mut self, value: &Value, variable: Option<&Reference>) -> Outcome<Value> {
        if let Some((name, inner)) = function(value) {
            if name.eq_ignore_ascii_case("fn::secret") {
                return self.value(inner, variable);
            }
            let place = variable.cloned().unwrap_or_else(|| self.user.then(&self.place));
            return Ok(self.function(&place, name));
        }
        match value {
            Value::String(text) => self.text(text),
            Value::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.inside(Step::Index(index), item, variable));
                items.collect::<Outcome<_>>().map(Value::List)
            }
            Value::Map(members) => {
                let members = members.iter().map(|(name, value)| {
                    let value = self.inside(Step::Member(name.clone()), value, variable)?;
                    Ok((name.clone(), typed(name, value)))
                });
                members.collect::<Outcome<_>>().map(Value::Map)
            }
            other => Ok(other.clone()),
        }
    }

    fn inside(&mut self, step: Step, value: &Value, variable: Option<&Reference>) -> Outcome<Value> {
        match variable {
            Some(variable) => {
                let variable = variable.then(&[step]);
                self.value(value, Some(&variable))
            }
            None => {
                self.place.push(step);
                let value = self.value(value, None)?;
                self.place.pop();
                Ok(value)
            }
        }
    }

    fn text(&mut self, text: &str) -> Outcome<Value> {
        let parts = Part::all(text);
        if let [Part::Reference(reference)] = parts.as_slice() {
            return self.reference(reference);
        }
        let mut whole = String::new();
        let mut unknown = false;
        for part in parts {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Reference(reference) => match self.reference(reference)? {
                    Value::Unknown => unknown = true,
                    Value::String(text) => whole.push_str(&text),
                    Value::Integer(number) => whole.push_str(&number.to_string()),
                    Value::Float(number) => whole.push_str(&number.to_string()),
                    Value::Bool(flag) => whole.push_str(&flag.to_string()),
                    other => {
                        let message =
                            format!("`${{{reference}}}` is {}, and stands within a text", other.describe());
                        return Err(Failure::new(message).help("refer to one of its members, or to it alone"));
                    }
                },
            }
        }
        Ok(if unknown { Value::Unknown } else { Value::String(whole) })
    }

    /// What the text between `${` and `}` stands for.
    fn reference(&mut self, text: &str) -> Outcome<Value> {
        let Some(reference) = Reference::parse(text) else {
            return Err(Failure::new(format!("`${{{text}}}` is not a reference"))
                .help("write `${name}` or `${name.property}`; the text `${` is written `$${`"));
        };
        let value = self.follow(&reference)?;
        self.expanded = self.expanded.saturating_add(size(&value));
        if self.expanded > MOST_EXPANDED {
            let message = format!("the references expand to more than {MOST_EXPANDED} bytes");
            return Err(Failure::new(message).help("refer less often, or to shorter values"));
        }
        Ok(value)
    }

    fn follow(&mut self, reference: &Reference) -> Outcome<Value> {
        if let Some(value) = self.known.get(reference) {
            return Ok(value.clone());
        }
        if self.under_way.contains(reference) {
            return Err(Failure::new(format!("`${{{reference}}}` refers to itself"))
                .help("take one of the references out"));
        }
        if self.under_way.len() >= MOST_DEPTH {
            let message = format!("`${{{reference}}}` is behind more than {MOST_DEPTH} other references");
            return Err(Failure::new(message).help("refer to the value more directly"));
        }
        self.under_way.push(reference.clone());
        let value = self.look_up(reference)?;
        self.under_way.pop();
        self.known.insert(reference.clone(), value.clone());
        Ok(value)
    }

    fn look_up(&mut self, reference: &Reference) -> Outcome<Value> {
        let (program, root) = (self.program, reference.root());
        if let Some(value) = program.settings.get(reference) {
            return Ok(Value::String(value.clone()));
        }
        if program.places.contains_key(root) {
            return self.output(reference);
        }
        if let Some(variable) = program.variables.get(root) {
            return self.within(variable, reference, 1);
        }
        if let Some(config) = program.config.get(root) {
            return match config {
                Some(value) => self.within(value, reference, 1),
                None => Ok(self.unresolved(reference, "a configuration value without a default")),
            };
        }
        if let Some(kind) = program.others.get(root) {
            return Ok(self.unresolved(reference, &format!("an output of `{kind}`")));
        }
        if root == "pulumi"
            && let [Step::Member(name)] = reference.path()
            && BUILT_IN.contains(&name.as_str())
        {
            return Ok(match (&program.project, name.as_str()) {
                (Some(project), "project") => Value::String(project.clone()),
                _ => self.unresolved(reference, "a value that Pulumi would set"),
            });
        }
        self.undefined(reference);
        Ok(Value::Unknown)
    }

    /// What is at the end of a reference, `at` steps of which lead to this value.
    fn within(&mut self, value: &Value, reference: &Reference, at: usize) -> Outcome<Value> {
        let steps = reference.steps();
        let (before, rest) = steps.split_at(at.min(steps.len()));
        let Some(step) = rest.first() else { return self.value(value, Some(reference)) };
        if let Some((name, inner)) = function(value) {
            return match name.eq_ignore_ascii_case("fn::secret") {
                true => self.within(inner, reference, at),
                false => Ok(self.function(reference, name)),
            };
        }
        if let Value::String(text) = value
            && let [Part::Reference(other)] = Part::all(text).as_slice()
            && let Some(other) = Reference::parse(other)
        {
            return self.follow(&other.then(rest));
        }
        match child(value, step) {
            Some(value) => self.within(value, reference, at + 1),
            None => Err(Failure::new(format!("`${{{reference}}}` is not in `{}`", path_text(before)))
                .help(format!("refer to what `{}` holds", reference.root()))),
        }
    }

    /// An output of one of the program's users.
    fn output(&self, reference: &Reference) -> Outcome<Value> {
        let (root, path) = (reference.root(), reference.path());
        let fail = |message: &str| Failure::new(format!("`${{{reference}}}` {message}"));
        let Some(Step::Member(first)) = path.first() else {
            return Err(
                fail("is a whole user").help(format!("name one of its properties: `${{{root}.userId}}`"))
            );
        };
        if first == "password" {
            return Err(fail("is a password, which nothing may refer to")
                .help("refer to where the password comes from instead"));
        }
        let outputs: Option<&Settled> = self.scope.get(root);
        let value = outputs.and_then(|outputs| {
            path.iter().try_fold(&outputs.values, |value, step| match value {
                Value::Unknown => Some(value),
                value => child(value, step),
            })
        });
        if let Some(value) = value {
            return Ok(value.clone());
        }
        let properties = Property::ALL.iter().filter_map(|property| property.path().split('.').next());
        let known: Vec<&str> = properties.chain(OUTPUTS.iter().copied()).collect();
        if !known.contains(&first.as_str()) {
            let help = match nearest(first, known) {
                Some(near) => format!("did you mean `${{{root}.{near}}}`?"),
                None => format!("refer to one of its inputs, or to `{}`", OUTPUTS.join("`, `")),
            };
            return Err(fail("is not a property of a user").help(help));
        }
        match outputs {
            Some(outputs) if !outputs.is_pending => {
                Err(fail("is not set").help(format!("set it in `{root}`, or do not refer to it")))
            }
            _ => Ok(Value::Unknown),
        }
    }

    /// What a function gives, which only `--set` says.
    fn function(&mut self, place: &Reference, name: &str) -> Value {
        match self.program.settings.get(place) {
            Some(value) => Value::String(value.clone()),
            None => self.unresolved(place, &format!("the result of `{name}`, which is not evaluated here")),
        }
    }

    fn unresolved(&mut self, reference: &Reference, why: &str) -> Value {
        self.unresolved.entry(reference.to_string()).or_insert_with(|| why.to_owned());
        Value::Unknown
    }

    fn undefined(&mut self, reference: &Reference) {
        // Each reference is followed once, so it is told once a user.
        let path = path_text(&self.place);
        let text = reference.to_string();
        let set = format!("`--set '{text}=VALUE'`");
        let help = match self.program.suggestion(reference.root()) {
            Some(near) => {
                let meant = Reference::root_of(&near).then(reference.path());
                format!("did you mean `${{{meant}}}`? Otherwise define it, or give {set}")
            }
            None if reference.root() == "pulumi" => {
                format!("Pulumi defines `pulumi.{}`", BUILT_IN.join("`, `pulumi."))
            }
            None => format!("define `{}` in the program, or give {set}", reference.root()),
        };
        self.undefined.push(Undefined { path, reference: text, help });
    }
}

/// How many bytes a value takes, roughly.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len().saturating_add(8),
        Value::List(items) => items.iter().map(size).fold(8, usize::saturating_add),
        Value::Map(members) => {
            members.iter().map(|(name, value)| name.len() + size(value)).fold(8, usize::saturating_add)
        }
        _ => 8,
    }
}

/// A number or a flag that came as text, as every `--set` does, where the member is one.
fn typed(member: &str, value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    let is = |names: &[&str]| names.contains(&member.replace('_', "").to_ascii_lowercase().as_str());
    if is(&["aftercontactworktimelimit", "level"]) {
        return text.parse().map_or(value, Value::Integer);
    }
    if is(&["autoaccept", "persistentconnection", "agentfirstcallbackautoaccept"]) {
        return text.parse().map_or(value, Value::Bool);
    }
    value
}
