//! An edit of a program: the first line is what is set, `PROPERTY=VALUE`, or cleared, `PROPERTY`; the rest is the text.

#![no_main]

use connect_user::{
    interop::{
        program::{Program, Source},
        set::PropertyEdits,
    },
    user::Property,
};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/interop/edited.rs"]
mod edited;

fuzz_target!(|text: &str| {
    let Some((edit, text)) = text.split_once('\n') else { return };
    let nothing: &[&str] = &[];
    let (set, unset) = if edit.contains('=') { (&[edit][..], nothing) } else { (nothing, &[edit][..]) };
    let edits = match PropertyEdits::parse(set, unset) {
        Ok(edits) => edits,
        Err(mistakes) => {
            for mistake in mistakes {
                assert!(mistake.help.is_some(), "no way out: {mistake}");
                assert_eq!(mistake.text().lines().count(), 1, "{mistake:?}");
            }
            return;
        }
    };
    let Ok(program) = Program::read(Source::new("p.yaml", text), &[]) else { return };
    let Some(user) = program.users().first() else { return };
    let properties: Vec<Property> = edits.properties().collect();
    let _ = edited::edit(text, user.name(), &edits, &properties);
});
