//! Validates a user's JSON document, of a file or of standard input, and prints the report as JSON.
//!
//! ```text
//! echo '{"instanceId": "1c2d", "phoneConfg": {}}' | cargo run --example validate_json
//! ```

use std::{
    error::Error,
    io::{Read, Write},
    process::ExitCode,
};

use connect_user::{
    user::Value,
    validate::{Context, validate_document},
};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    let document: Value = serde_json::from_str(&text)?;
    let (_, report) = validate_document(document, &Context::default());
    // Whoever closes the pipe has seen enough.
    let _ = writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&report)?);
    Ok(if report.is_valid() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
