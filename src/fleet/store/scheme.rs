//! The kinds of shared states.

use super::error::StoreError;

/// The kind of store of a shared state, by the beginning of its URL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    S3,
    Google,
    Azure,
    File,
}

/// The kinds, each with the beginning of its URLs.
const SCHEMES: [(Scheme, &str); 4] =
    [(Scheme::S3, "s3://"), (Scheme::Google, "gs://"), (Scheme::Azure, "az://"), (Scheme::File, "file://")];

impl Scheme {
    /// The kind of a URL, and the rest of the URL.
    pub(super) fn split(url: &str) -> Result<(Self, &str), StoreError> {
        let split = |(scheme, start): &(Self, &str)| Some((*scheme, url.strip_prefix(start)?));
        SCHEMES.iter().find_map(split).ok_or_else(|| StoreError::Failed {
            location: url.to_owned(),
            reason: format!("it must begin with {}", starts()),
        })
    }
}

/// The text that lists how the URL of a shared state may begin.
fn starts() -> String {
    let starts = SCHEMES.map(|(scheme, start)| match scheme {
        // The path is absolute.
        Scheme::File => format!("`{start}/`"),
        _ => format!("`{start}`"),
    });
    let [first @ .., last] = &starts;
    format!("{} or {last}", first.join(", "))
}
