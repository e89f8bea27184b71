//! Reads YAML and JSON, and describes syntax errors in the words of this crate, with line and column.

use serde::de::DeserializeOwned;
use serde_saphyr::{DuplicateKeyPolicy, Error, MergeKeyPolicy, budget::BudgetBreach};

use super::{distinct::TWICE, error::Mistake};
use crate::user::one_line;

/// Reads a document.
pub(in crate::interop) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    read_with(text, DuplicateKeyPolicy::Error, MergeKeyPolicy::Merge)
}

/// Reads a document whose type refuses duplicate keys itself, or that has none. Avoids the set of keys that the parser
/// makes for each map, unless the text may have merges (`<<`), which need it. If reading fails, the parser reads the
/// text again, for its error.
pub(super) fn read_distinct<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    if text.contains("<<") {
        return read(text);
    }
    read_with(text, DuplicateKeyPolicy::PassThrough, MergeKeyPolicy::Error).or_else(|_| read(text))
}

fn read_with<T: DeserializeOwned>(
    text: &str,
    twice: DuplicateKeyPolicy,
    merges: MergeKeyPolicy,
) -> Result<T, Error> {
    // A snippet of the file in the message might show a password. `no` is a text (a country), as in Pulumi.
    // Tens of thousands of users are not an attack; the limits of repeated aliases stay.
    let options = serde_saphyr::options! {
        with_snippet: false,
        strict_booleans: true,
        duplicate_keys: twice,
        merge_keys: merges,
        budget: serde_saphyr::budget! {
            max_nodes: usize::MAX,
            max_events: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
        },
    };
    serde_saphyr::from_str_with_options(text, options)
}

/// Returns what is wrong with a text, what to do about it, and the place, for readers of other formats.
pub(in crate::interop) fn unreadable(error: &Error) -> (String, String, Option<(u64, u64)>) {
    mistake(error).into_parts()
}

/// Describes what is wrong with a text. The message continues a sentence that begins with the name of the file.
pub(super) fn mistake(error: &Error) -> Mistake {
    let (what, help) = match error {
        Error::AliasError { error, .. } => return mistake(error),
        Error::DuplicateMappingKey { key: Some(key), .. } => twice(key),
        Error::DuplicateMappingKey { .. } => ("has a key twice".to_owned(), "keep one of them"),
        Error::MultipleDocuments { .. } => {
            ("has several documents, and a program is one".to_owned(), "remove the line `---` between them")
        }
        Error::UnknownAnchor { .. } => {
            ("has an alias (`*name`) to nothing".to_owned(), "define its anchor (`&name`) above it")
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            ("has an alias to a value that contains it".to_owned(), "write the value out")
        }
        Error::InvalidScalar { .. } => (
            "has a value that is not what its tag (`!!…`) says".to_owned(),
            "mend the value, or remove the tag",
        ),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(),
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => (
            "repeats too much through aliases (`*name`)".to_owned(),
            "write fewer aliases, or the values out",
        ),
        error => {
            let text = error.to_string();
            // Cut the place off: it is reported separately for every mistake.
            let text = text.split_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            match (text, text.strip_prefix(TWICE)) {
                ("recursion limit exceeded", _) => too_deep(),
                (_, Some(key)) => twice(key),
                (text, None) => {
                    (format!("is neither YAML nor JSON: {}", one_line(text)), "mend the text there")
                }
            }
        }
    };
    match error.location() {
        Some(at) => {
            // The place is reported separately for every mistake.
            Mistake::new(what, help).at_line(at.line(), at.column())
        }
        None => Mistake::new(what, help),
    }
}

fn twice(key: &str) -> (String, &'static str) {
    (format!("has the key `{}` twice", one_line(key)), "keep one of them")
}

fn too_deep() -> (String, &'static str) {
    ("nests too deep".to_owned(), "write fewer maps and lists within each other")
}
