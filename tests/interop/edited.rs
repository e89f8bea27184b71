//! What holds of every edit of a program, for the tests and for fuzzing.

use connect_user::{
    interop::{
        program::{Program, ProgramError, Scope, Source},
        set::{PropertyEdits, edit_program},
    },
    user::{Property, Value},
};

/// Edits a text for one user, and returns the new text, which reads, and in which nothing but these properties of the
/// user says anything else. A mistake is one line with a way out, and a second edit changes nothing more.
pub fn edit(
    text: &str,
    user: &str,
    edits: &PropertyEdits,
    properties: &[Property],
) -> Result<String, ProgramError> {
    let edited = match edit_program("p.yaml", text, [user], edits) {
        Ok(edited) => edited,
        Err(error) => {
            for (mistake, _) in error.mistakes() {
                assert!(mistake.help.is_some(), "no way out: {mistake}");
                assert_eq!(mistake.text().lines().count(), 1, "{mistake:?}");
            }
            return Err(error);
        }
    };
    let (old, new) = (read(text), read(&edited));
    let names = |program: &Program| -> Vec<String> {
        program.users().iter().map(|user| user.name().to_owned()).collect()
    };
    assert_eq!(names(&new), names(&old), "{edited}");
    assert_eq!(other_resources(&new), other_resources(&old), "{edited}");
    for (before, after) in old.users().iter().zip(new.users()) {
        assert_eq!(after.options(), before.options(), "{edited}");
        let mut said = [(&old, before), (&new, after)].map(|(program, user)| {
            let evaluated = program.evaluate(user, &Scope::default()).ok()?.into_owned();
            Some((evaluated.spec.encode(), evaluated.mistakes))
        });
        if before.name() == user {
            // What is no user as it is, is another one with each property more.
            if said.iter().flatten().any(|(_, mistakes)| !mistakes.is_empty()) {
                continue;
            }
            for property in properties {
                said.iter_mut().flatten().for_each(|(document, _)| remove(document, property.path()));
            }
        }
        assert_eq!(said[1], said[0], "`{}` after {edits:?}:\n{text}\n---\n{edited}", before.name());
    }
    let again = edit_program("p.yaml", &edited, [user], edits);
    assert_eq!(again.ok().as_deref(), Some(edited.as_str()), "after {edits:?}:\n{text}");
    Ok(edited)
}

fn read(text: &str) -> Program {
    Program::read(Source::new("p.yaml", text), &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn other_resources(program: &Program) -> Vec<String> {
    program.other_resources().into_iter().collect()
}

/// Removes a property, with the blocks that it leaves empty.
fn remove(document: &mut Value, path: &str) {
    let Value::Map(members) = document else { return };
    match path.split_once('.') {
        None => members.retain(|(name, _)| name != path),
        Some((block, rest)) => {
            let inner = members.iter_mut().find(|(name, _)| name == block);
            if let Some((_, inner)) = inner {
                remove(inner, rest);
            }
            members.retain(|(name, value)| name != block || *value != Value::Map(Vec::new()));
        }
    }
}
