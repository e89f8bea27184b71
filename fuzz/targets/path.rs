//! Paths of changes to ignore, in all of their spellings, and names of properties.

#![no_main]

use connect_user::user::{Message, Spelling, ignored_path, to_snake_case};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match ignored_path(text) {
        Ok(path) => {
            // The root is written as nothing, and read as `*`.
            if !path.segments().is_empty() {
                let shown = path.to_string();
                assert_eq!(ignored_path(&shown).as_ref(), Ok(&path), "{text:?} is shown as {shown:?}");
            }
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
    let snake = to_snake_case(text);
    assert_eq!(to_snake_case(&snake), snake, "{text:?}");
    drop(Message::from(text).spelled(Spelling::SnakeCase));
});
