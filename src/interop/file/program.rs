//! Reads programs: Pulumi YAML, and such programs as JSON.

use std::{cell::LazyCell, collections::HashMap};

use super::{
    expression::expression,
    inputs::replace,
    reading::Reading,
    source::{Failure, ReadSeek, Source as Bytes, Spot},
    users::FileUser,
};
use crate::{
    interop::program::{Assignment, Program, ProgramError, Scope, Source, value_at},
    user::{Code, Diagnostic, Path, Secrets, Value},
};

/// Reads a program as a whole, because its users refer to each other. Expressions that are not evaluated here become
/// references, as they are written.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let options = reading.options;
    let source = Source::new(options.file.as_str(), Bytes::whole(from)?);
    let values = options.values.iter().map(|(name, value)| Assignment::new(name.as_str(), value.clone()));
    let program = match Program::read(source, &values.collect::<Vec<_>>()) {
        Ok(program) => program,
        Err(error) => {
            tell(&error, reading);
            return Ok(());
        }
    };
    let written = LazyCell::new(|| program.document());
    let resources: LazyCell<HashMap<&str, &Value>, _> = LazyCell::new(|| match written.get("resources") {
        Some(Value::Map(resources)) => {
            resources.iter().map(|(name, resource)| (name.as_str(), resource)).collect()
        }
        _ => HashMap::new(),
    });
    for resource in program.users() {
        let name = resource.name();
        let evaluated = match program.evaluate(resource, &Scope::default()) {
            Ok(evaluated) => evaluated,
            Err(error) => {
                tell(&error, reading);
                continue;
            }
        };
        for mistake in &evaluated.mistakes {
            // A user without a required property may still be adopted: decoding its inputs reports that later.
            if mistake.code != Code::MISSING_REQUIRED {
                let location = program.location(name, &mistake.path.to_string());
                reading.tell(mistake.clone().about(name), location.as_ref().map(Spot::from));
            }
        }
        let mut inputs = evaluated.spec.document(Secrets::Exposed);
        let missing: Vec<&Diagnostic> =
            evaluated.mistakes.iter().filter(|mistake| mistake.code == Code::MISSING_REQUIRED).collect();
        for path in evaluated.spec.unknowns() {
            // Missing properties are among the unknown ones: write null for them.
            let value = match missing.iter().any(|mistake| mistake.path == path) {
                true => Value::Null,
                false => {
                    let place = format!("${{{}}}", fallback(name, &path));
                    let resource = resources.get(name);
                    let written = resource.and_then(|resource| as_written(resource, &path));
                    expression(written.map_or(place, str::to_owned))
                }
            };
            replace(&mut inputs, path.segments(), value);
        }
        let mut user = FileUser::new(name, inputs);
        user.options = resource.options().clone();
        reading.user(user, program.location(name, "").as_ref().map(Spot::from));
    }
    Ok(())
}

fn tell(error: &ProgramError, reading: &mut Reading<'_>) {
    for (mistake, location) in error.mistakes() {
        reading.tell(mistake.clone(), location.map(Spot::from));
    }
}

/// The text at a path of a resource of the program, if it has references.
fn as_written<'a>(resource: &'a Value, path: &Path) -> Option<&'a str> {
    let value = value_at(resource.get("properties")?, path)?;
    value.get("fn::secret").unwrap_or(value).as_str().filter(|text| text.contains("${"))
}

/// A name for the value of a function or a variable.
fn fallback(name: &str, path: &Path) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    format!("{name}_{path}").chars().map(plain).collect()
}
