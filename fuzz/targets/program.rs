//! A Pulumi program, in YAML or JSON.

#![no_main]

use connect_user::interop::program::{Program, Scope, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Program::read(Source::new("program.yaml", text), &[]) {
        Ok(program) => {
            for user in program.in_order() {
                drop(program.evaluate(user, &Scope::default()));
                program.location(user.name(), "tags.a");
            }
        }
        Err(error) => {
            for (mistake, _) in error.mistakes() {
                assert_eq!(mistake.to_string().lines().count(), 2, "{mistake}");
            }
        }
    }
});
