//! The text of a program: where it comes from, and what it is instead of one.

use std::{io::Read, path::Path};

use connect_user::user::Value;

use super::{place, yaml};
use crate::{
    failure::{Failure, Outcome},
    input,
};

/// The largest program; a million users take as much.
const MOST_BYTES: u64 = 1 << 30;

/// Reads a document from a file, a pipe or, with `-`, from standard input.
pub fn read(file: &Path) -> Outcome<Value> {
    let name = input::name(file);
    let mut bytes = Vec::new();
    let read = input::open(file, "program")?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| input::unreadable(file, "program", &error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::new(format!("{name} is larger than {MOST_BYTES} bytes"))
            .help("split the program, each part with a `--state` of its own"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("{name} is not UTF-8 text")).help("save it as UTF-8"))?;
    place::remember(file, &text);
    let document = yaml::parse(text.strip_prefix('\u{feff}').unwrap_or(&text));
    document.map_err(|failure| unlike(&text).unwrap_or(failure).after(&name))
}

/// What people give instead of a program, where it is not even YAML.
fn unlike(text: &str) -> Option<Failure> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_block = ["resource \"", "variable \"", "locals {", "terraform {", "provider \"", "module \""];
    if is_block.iter().any(|start| first.starts_with(start)) {
        return Some(
            Failure::new("is a Terraform configuration, which this tool does not read")
                .help("use the Terraform provider for it, or `export` the users as a program"),
        );
    }
    if text.contains("AWSTemplateFormatVersion") {
        return Some(template());
    }
    is_csv(first).then(csv)
}

fn is_csv(first: &str) -> bool {
    let cells: Vec<&str> = first.split(',').collect();
    cells.len() > 3 && !first.contains([':', '{', '['])
}

fn csv() -> Failure {
    Failure::new("is a table (CSV), which this tool does not read")
        .help("write a program of the users; `export` prints one of users that exist")
}

fn template() -> Failure {
    Failure::new("is a CloudFormation template, which this tool does not read")
        .help("write its users as `aws:connect:User`; `export` prints a program of users that exist")
}

/// Whether a document is a program at all.
pub fn check(document: &Value) -> Outcome<()> {
    let has = |member: &str| document.get(member).is_some();
    if matches!(document.get("resources"), Some(Value::Map(_))) {
        return Ok(());
    }
    if has("AWSTemplateFormatVersion") || has("Resources") {
        return Err(template());
    }
    if has("User") || has("Username") || has("UserSummaryList") {
        return Err(Failure::new("is JSON of the Connect API, which this tool does not read").help(
            "`import` records a user that exists; `export` prints a program of all users of an instance",
        ));
    }
    if has("version") && has("users") {
        return Err(Failure::new("is a state, not a program").help("`state import` reads it"));
    }
    if let Some(failure) = document.as_str().and_then(unlike) {
        return Err(failure);
    }
    let message = match has("resources") {
        true => "has a `resources` that is not a map",
        false => "has no `resources`",
    };
    Err(Failure::new(message)
        .help("write `resources: { NAME: { type: aws:connect:User, properties: { … } } }`"))
}
