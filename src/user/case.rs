//! Names in camelCase, snake_case and PascalCase.

/// Returns a name in snake_case: `phone_type` for `phoneType`.
pub fn to_snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// Whether a name is that of a member, in camelCase or in snake_case, as in documents.
#[cfg(feature = "interop")]
pub(crate) fn is_spelled(name: &str, camel: &str) -> bool {
    name == camel || name.contains('_') && name == to_snake_case(camel)
}

pub(crate) fn to_camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                camel.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => camel.push(c),
        }
    }
    camel
}

/// Converts a name of the service to the form of documents: `phoneType` for `PhoneType`.
#[cfg(feature = "aws")]
pub(crate) fn from_pascal_case(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

pub(crate) fn to_pascal_case(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
