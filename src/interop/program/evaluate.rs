//! Resolves the references of a user.

use std::collections::{BTreeMap, HashMap};

use super::{
    at::At,
    definitions::Definitions,
    error::{Checked, Mistake},
    evaluated::{Evaluated, Unresolved, take_shape},
    outputs,
    reference::{Part, Reference, Step, child, function, is_secret, path_text},
    scope::Scope,
};
use crate::user::{Code, Diagnostic, Path, Value};

/// The names that Pulumi itself defines.
const BUILT_IN: &[&str] = &["cwd", "organization", "project", "rootDirectory", "stack"];

/// Limit of references that lead to references; a longer chain is a mistake.
const MOST_DEPTH: usize = 64;

/// Limit of bytes that the references of one user may expand to. A user of Amazon Connect with fifty tags of the
/// maximum length needs a fifth of it.
const MOST_EXPANDED: usize = 256 * 1_024;

/// Help for a `${` that is not closed.
pub(super) const UNCLOSED: &str = "write `}` behind the reference, or `$${` for a plain `${`";

/// Help for a mistake in a reference in a password, whose text is not shown.
const IN_PASSWORD: &str = "write `$${` for a plain `${`, or define what it refers to";

/// Resolves the references in the properties of a user. Returns the mistakes, and the user as far as it can be read:
/// a reference with a mistake is an unknown value.
pub(super) fn evaluate(
    user: &str,
    properties: &Value,
    program: &Definitions,
    scope: &Scope,
) -> (Option<Evaluated>, Vec<Mistake>) {
    let mut evaluation = Evaluation {
        program,
        scope,
        user: Reference::of(&[user]),
        following: Vec::new(),
        known: HashMap::new(),
        expanded: 0,
        unresolved: BTreeMap::new(),
        undefined: Vec::new(),
        mistakes: Vec::new(),
    };
    let properties = evaluation.value(properties, &At::User);
    let Evaluation { unresolved, undefined, mut mistakes, .. } = evaluation;
    let properties = match properties {
        Ok(properties) => properties,
        Err(mistake) => {
            mistakes.push(mistake);
            return (None, mistakes);
        }
    };
    let mut evaluated = Evaluated::of(properties);
    evaluated.mistakes.extend(undefined);
    let unresolved = unresolved.into_iter();
    let unresolved = unresolved.map(|(reference, (reason, path))| Unresolved { reference, reason, path });
    evaluated.unresolved = unresolved.collect();
    (Some(evaluated), mistakes)
}

struct Evaluation<'a> {
    program: &'a Definitions,
    scope: &'a Scope,
    user: Reference,
    /// The references that are being followed.
    following: Vec<Reference>,
    /// The values of references, in the password and elsewhere: each reference is followed once.
    known: HashMap<(bool, Reference), Value>,
    /// The number of bytes that references have expanded to.
    expanded: usize,
    /// Why each reference is not resolved, and where in the user it was met first.
    unresolved: BTreeMap<String, (String, Path)>,
    undefined: Vec<Diagnostic>,
    mistakes: Vec<Mistake>,
}

impl Evaluation<'_> {
    fn value(&mut self, value: &Value, at: &At<'_>) -> Checked<Value> {
        match (function(value), value) {
            (Some((name, inner)), _) if is_secret(name) => {
                match check_secret(at) {
                    Err(mistake) if at.is_in_user() => self.mistakes.push(self.told(mistake, at)),
                    checked => checked?,
                }
                self.value(inner, at)
            }
            (Some((name, _)), _) => {
                Ok(take_shape(self.function(&at.reference(&self.user), name, at), at.property()))
            }
            (None, Value::String(text)) => {
                let value = self.text(text, at);
                let value = match Part::alone(text) {
                    Some(_) => value.map(|value| take_shape(value, at.property())),
                    None => value,
                };
                match value {
                    Err(mistake) if at.is_in_user() => {
                        let mistake = self.told(mistake, at);
                        if self.expanded > MOST_EXPANDED {
                            return Err(mistake);
                        }
                        self.mistakes.push(mistake);
                        Ok(Value::Unknown)
                    }
                    value => value,
                }
            }
            (None, Value::List(items)) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.value(item, &At::Index(at, index)));
                items.collect::<Checked<_>>().map(Value::List)
            }
            (None, Value::Map(members)) => {
                let members = members.iter();
                let members = members
                    .map(|(name, value)| Ok((name.clone(), self.value(value, &At::Member(at, name))?)));
                members.collect::<Checked<_>>().map(Value::Map)
            }
            (None, other) => Ok(other.clone()),
        }
    }

    /// Adds the place in the user whose reference led to the mistake.
    fn told(&self, mistake: Mistake, at: &At<'_>) -> Mistake {
        let path = at.in_user();
        let location = format!("resources.{}", path_text(self.user.then(&path).steps()));
        mistake.within(&location).at_property(self.user.root(), &path)
    }

    fn text(&mut self, text: &str, at: &At<'_>) -> Checked<Value> {
        if let Some(reference) = Part::alone(text) {
            return self.reference(reference, at);
        }
        let mut whole = String::new();
        let mut unknown = false;
        for part in Part::all(text) {
            match part {
                Part::Text(text) => whole.push_str(&text),
                Part::Unclosed(_) => return Err(Mistake::new("a `${` is not closed", UNCLOSED)),
                Part::Reference(reference) => match self.reference(reference, at)? {
                    Value::Unknown => unknown = true,
                    Value::String(text) => whole.push_str(&text),
                    Value::Integer(number) => whole.push_str(&number.to_string()),
                    Value::Float(number) => whole.push_str(&number.to_string()),
                    Value::Bool(flag) => whole.push_str(&flag.to_string()),
                    other => {
                        let message =
                            format!("`${{{reference}}}` is {}, and stands within a text", other.describe());
                        return Err(Mistake::new(message, "refer to one of its members, or to it alone"));
                    }
                },
            }
        }
        Ok(if unknown { Value::Unknown } else { Value::String(whole) })
    }

    /// The value of the text between `${` and `}`. In a password, the text may be a part of the password instead of a
    /// reference, and is not shown.
    fn reference(&mut self, text: &str, at: &At<'_>) -> Checked<Value> {
        let value = self.any_reference(text, at);
        match at.is_in_password() {
            true => value.map_err(|_| Mistake::new("a reference in `password` leads nowhere", IN_PASSWORD)),
            false => value,
        }
    }

    fn any_reference(&mut self, text: &str, at: &At<'_>) -> Checked<Value> {
        let Some(reference) = Reference::parse(text) else {
            let help = "write `${name}` or `${name.property}`; the text `${` is written `$${`";
            return Err(Mistake::new(format!("`${{{text}}}` is not a reference"), help));
        };
        let value = self.follow(&reference, at)?;
        self.expanded = self.expanded.saturating_add(size(&value));
        if self.expanded > MOST_EXPANDED {
            let message = format!("the references expand to more than {MOST_EXPANDED} bytes");
            return Err(Mistake::new(message, "refer less often, or to shorter values"));
        }
        Ok(value)
    }

    fn follow(&mut self, reference: &Reference, at: &At<'_>) -> Checked<Value> {
        let key = (at.is_in_password(), reference.clone());
        if let Some(value) = self.known.get(&key) {
            return Ok(value.clone());
        }
        if self.following.contains(reference) {
            let message = format!("`${{{reference}}}` refers to itself");
            return Err(Mistake::new(message, "take one of the references out"));
        }
        if self.following.len() >= MOST_DEPTH {
            let message = format!("`${{{reference}}}` is behind more than {MOST_DEPTH} other references");
            return Err(Mistake::new(message, "refer to the value more directly"));
        }
        self.following.push(reference.clone());
        let value = self.look_up(reference, at);
        self.following.pop();
        let value = value?;
        self.known.insert(key, value.clone());
        Ok(value)
    }

    fn look_up(&mut self, reference: &Reference, at: &At<'_>) -> Checked<Value> {
        let (program, root) = (self.program, reference.root());
        if program.secrets.contains(root) {
            check_secret(at)?;
        }
        if let Some(value) = program.values.get(reference) {
            return Ok(value.expose().into());
        }
        if program.users.contains_key(root) {
            return outputs::output(self.scope.get(root), reference);
        }
        if let Some(variable) = program.variables.get(root) {
            return self.within(variable, reference, 1, at);
        }
        if let Some(config) = program.config.get(root) {
            return match config {
                Some(value) => self.within(value, reference, 1, at),
                None => Ok(self.unresolved(reference, "a configuration value without a default", at)),
            };
        }
        if let Some(other) = program.others.get(root) {
            return Ok(self.unresolved(reference, &format!("an output of `{}`", other.kind), at));
        }
        if root == "pulumi"
            && let [Step::Member(name)] = reference.path()
            && BUILT_IN.contains(&name.as_str())
        {
            return Ok(match (&program.project, name.as_str()) {
                (Some(project), "project") => Value::String(project.clone()),
                _ => self.unresolved(reference, "a value that Pulumi would set", at),
            });
        }
        self.undefined(reference, at);
        Ok(Value::Unknown)
    }

    /// The value of a reference; its first `passed` steps lead to `value`.
    fn within(&mut self, value: &Value, reference: &Reference, passed: usize, at: &At<'_>) -> Checked<Value> {
        let steps = reference.steps();
        let (before, rest) = steps.split_at(passed.min(steps.len()));
        let Some(step) = rest.first() else { return self.value(value, &At::Inside(reference, at)) };
        if let Some((name, inner)) = function(value) {
            return match is_secret(name) {
                true => check_secret(at).and_then(|()| self.within(inner, reference, passed, at)),
                false => Ok(self.function(reference, name, at)),
            };
        }
        let other = value.as_str().and_then(Part::alone).and_then(Reference::parse);
        if let Some(other) = other {
            return self.follow(&other.then(rest), at);
        }
        match child(value, step) {
            Some(value) => self.within(value, reference, passed + 1, at),
            None => Err(Mistake::new(
                format!("`${{{reference}}}` is not in `{}`", path_text(before)),
                format!("refer to what `{}` holds", reference.root()),
            )),
        }
    }

    /// The result of a function, which only the host can give.
    fn function(&mut self, place: &Reference, name: &str, at: &At<'_>) -> Value {
        match self.program.values.get(place) {
            Some(value) => value.expose().into(),
            None => {
                self.unresolved(place, &format!("the result of `{name}`, which is not evaluated here"), at)
            }
        }
    }

    fn unresolved(&mut self, reference: &Reference, why: &str, at: &At<'_>) -> Value {
        self.unresolved.entry(reference.to_string()).or_insert_with(|| (why.to_owned(), at.path()));
        Value::Unknown
    }

    fn undefined(&mut self, reference: &Reference, at: &At<'_>) {
        let found = |message: String, help: String| {
            Diagnostic::new(Code::UNDEFINED_REFERENCE, message).at(at.path()).with_help(help)
        };
        if at.is_in_password() {
            let message = "a reference in `password` leads to nothing that the program defines";
            self.undefined.push(found(message.to_owned(), IN_PASSWORD.to_owned()));
            return;
        }
        // Each reference is followed once, so it is reported once for each user.
        let is_meant = |near: &String| {
            near != self.user.root()
                && (!self.program.users.contains_key(near) || outputs::is_output(reference.path()))
        };
        let help = match self.program.suggestion(reference.root()).filter(is_meant) {
            Some(near) => {
                let meant = Reference::of(&[&near]).then(reference.path());
                format!(
                    "did you mean `${{{meant}}}`? Otherwise define it, or assign a value to `{reference}`"
                )
            }
            None if reference.root() == "pulumi" => {
                format!("Pulumi defines `pulumi.{}`", BUILT_IN.join("`, `pulumi."))
            }
            None => {
                format!("define `{}` in the program, or assign a value to `{reference}`", reference.root())
            }
        };
        let message = format!("`${{{reference}}}` refers to nothing that the program defines");
        let undefined = found(message, help);
        self.undefined.push(undefined);
    }
}

/// Refuses a secret value that is not in the password.
fn check_secret(at: &At<'_>) -> Checked<()> {
    if at.is_in_password() {
        return Ok(());
    }
    let message = "is marked as secret, and would be shown in plans and recorded in clear text";
    let help = "only `password` is kept secret: leave the property out, or take `fn::secret` or `secret: true` out \
                where the value is none";
    Err(Mistake::new(message, help))
}

/// The approximate size of a value in bytes.
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
