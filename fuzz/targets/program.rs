//! A Pulumi program, in YAML or JSON, as the command line reads it.

#![no_main]
#![allow(dead_code, unused_imports)]

use std::{env, fs, path::PathBuf, process, sync::LazyLock};

use libfuzzer_sys::fuzz_target;

/// The options that `settings` reads.
mod args {
    #[derive(Default)]
    pub struct Global {
        pub set: Vec<String>,
        pub set_env: Vec<String>,
        pub set_file: Vec<String>,
    }
}
#[path = "../../examples/connect-user/failure.rs"]
mod failure;
#[path = "../../examples/connect-user/input.rs"]
mod input;
#[path = "../../examples/connect-user/program/mod.rs"]
mod program;
#[path = "../../examples/connect-user/settings.rs"]
mod settings;

/// Programs are read from files.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = ["/dev/shm".into(), env::temp_dir()].into_iter().find(|folder| folder.is_dir());
    folder.unwrap_or_default().join(format!("connect-user-fuzz-{}.yaml", process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*FILE, bytes).expect("a file");
    let Ok(program) = program::Program::read(&FILE, &settings::Settings::default()) else { return };
    for user in &program.users {
        drop(program.evaluate(user, &program::Scope::default()));
    }
});
