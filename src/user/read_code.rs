//! Reads the codes of diagnostics, which may be those of a host or of a later version.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, de};

use super::{code::Code, text::one_line};

/// Maximum number of bytes of a code that is read.
const LONGEST: usize = 100;

/// Maximum number of codes that are not the crate's and that a process reads: they stay in memory.
const MOST: usize = 1_000;

/// The codes that were read and are not the crate's. A code is a constant, so its text is kept, once.
static READ: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Reads the code of a diagnostic. Unlike [`Code`]'s `FromStr`, which finds a misspelt code, it reads every code.
pub(super) fn read_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().or_else(|_| foreign(text)).map_err(de::Error::custom)
}

/// Returns a code that is not the crate's.
fn foreign(text: String) -> Result<Code, String> {
    let is_code = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_code {
        let shown = one_line(&text);
        return Err(format!(
            "a code must have 1 to {LONGEST} ASCII characters and no white space, is `{shown}`"
        ));
    }
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = read.get(text.as_str()) {
        return Ok(Code::new(known));
    }
    if read.len() >= MOST {
        return Err(format!("at most {MOST} codes of other programs are read, and `{text}` is one more"));
    }
    let kept: &'static str = text.leak();
    read.insert(kept);
    Ok(Code::new(kept))
}
