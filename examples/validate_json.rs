//! Validates the JSON document of a user, from a file or from standard input, and prints the report as JSON.
//!
//! ```text
//! echo '{"instanceId": "1c2d", "phoneConfg": {}}' | cargo run --example validate_json
//! ```

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use connect_user::{
    user::Value,
    validate::{Context, validate_document},
};

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (name, text) = match &args[..] {
        [] => ("standard input".to_owned(), io::read_to_string(io::stdin())),
        [path] => (path.display().to_string(), fs::read_to_string(path)),
        _ => bail!("usage: validate_json [FILE]"),
    };
    let text = text.with_context(|| format!("`{name}` cannot be read"))?;
    let document: Value = serde_json::from_str(&text).with_context(|| format!("`{name}` is not JSON"))?;
    let (_, report) = validate_document(document, &Context::default());
    // A closed pipe is not an error.
    let _ = writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?);
    Ok(if report.is_valid() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
