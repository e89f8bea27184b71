//! Checks that resource options, outputs and variables refer to things that the program defines.

use std::collections::HashSet;

use super::{
    definitions::Definitions,
    error::{Checked, Mistake},
    evaluate::UNCLOSED,
    reference::{Reference, each_reference, is_unclosed},
    resource::{Other, ProgramResource},
    source::section,
};
use crate::user::{Value, one_line};

/// Checks that the options of a user refer to resources that the program defines.
pub(super) fn check_options(user: &ProgramResource, program: &Definitions) -> Checked<()> {
    let (name, options) = (&user.name, user.options());
    let fail = |option: &str, message: &str, help: String| {
        Err(Mistake::new(format!("`resources.{name}.options.{option}` {message}"), help))
    };
    let is_user = |name: &String| program.users.contains_key(name);
    for (option, named) in options.named() {
        if !is_user(named) && !program.others.contains_key(named) {
            let help = match program.suggestion(named) {
                Some(near) => format!("did you mean `${{{near}}}`?"),
                None => "define it, or take the reference out".to_owned(),
            };
            return fail(option, &format!("refers to `{named}`, which the program does not define"), help);
        }
    }
    if let Some(named) = options.deleted_with.as_ref().filter(|named| is_user(named)) {
        let message = format!("refers to the user `{named}`, whose deletion deletes no other user");
        return fail("deletedWith", &message, "refer to the instance, or use `retainOnDelete`".to_owned());
    }
    if let Some(alias) = alias_of_another(user, program) {
        let message = format!("names `{alias}`, which is another user of the program");
        return fail("aliases", &message, "take the alias out".to_owned());
    }
    if let Some(provider) = &options.provider {
        check_provider(program.others.get(provider))
            .map_err(|mistake| mistake.after(&format!("`resources.{provider}`")))?;
    }
    Ok(())
}

/// The first alias that names another user of the program.
pub(super) fn alias_of_another<'a>(user: &'a ProgramResource, program: &Definitions) -> Option<&'a String> {
    let mut aliases = user.options().aliases.iter();
    aliases.find(|alias| **alias != user.name && program.users.contains_key(*alias))
}

/// Checks that a provider has no properties: they would be ignored, because the host configures the provider.
fn check_provider(provider: Option<&Other>) -> Checked<()> {
    let Some(provider) = provider.filter(|provider| provider.may_be_provider()) else {
        let help = "refer to a resource of the type `pulumi:providers:aws`";
        return Err(Mistake::new("is not a provider", help));
    };
    let Some(member) = &provider.first_property else { return Ok(()) };
    let help = "take it out: what runs the program configures it";
    Err(Mistake::new(format!("sets `{member}`, which is not taken from a program"), help))
}

/// Checks the references in outputs, and in variables that no user refers to. The other variables are checked with the
/// user.
pub(super) fn check_unused(
    document: &Value,
    program: &Definitions,
    variables: &HashSet<&str>,
) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for part in ["variables", "outputs"] {
        let parts = [part];
        let unused = section(document, &parts)
            .filter(|(name, _)| part == "outputs" || !variables.contains(name.as_str()));
        for (name, value) in unused {
            if is_unclosed(value) {
                let message = format!("`{part}.{name}` has a `${{` that is not closed");
                mistakes.push(Mistake::new(message, UNCLOSED).of(&[part, name]));
                continue;
            }
            let mut undefined = None;
            each_reference(value, &mut |text| {
                let reference = Reference::parse(text);
                if reference.is_none_or(|reference| !program.defines(&reference)) {
                    undefined.get_or_insert_with(|| text.to_owned());
                }
            });
            if let Some(text) = undefined {
                // Do not show the reference of a variable: it may be a part of a password.
                let (what, near) = match part {
                    "outputs" => (format!("`${{{}}}`, which", one_line(&text)), meant(&text, program)),
                    _ => ("something that".to_owned(), None),
                };
                let message = format!("`{part}.{name}` refers to {what} the program does not define");
                let help = match near {
                    Some(near) => format!("did you mean `${{{near}}}`? Otherwise define it"),
                    None => "define it, or write `$${` for a plain `${`".to_owned(),
                };
                mistakes.push(Mistake::new(message, help).of(&[part, name]));
            }
        }
    }
    mistakes
}

/// The reference that an undefined one may have meant.
fn meant(text: &str, program: &Definitions) -> Option<Reference> {
    let reference = Reference::parse(text)?;
    let root = program.suggestion(reference.root())?;
    Some(Reference::of(&[&root]).then(reference.path()))
}
