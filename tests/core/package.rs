//! What the package promises its hosts: the oldest Rust that compiles it.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

/// A version of Rust: major, minor, patch.
type Version = (u64, u64, u64);

fn version(text: &str) -> Version {
    let mut parts = text.split('.').map(|part| part.parse().expect("a number"));
    (
        parts.next().expect("a major version"),
        parts.next().expect("a minor version"),
        parts.next().unwrap_or(0),
    )
}

/// This package as the lock file resolves it.
struct Resolved(Value);

impl Resolved {
    /// With all features whose name passes.
    fn with(wanted: impl Fn(&str) -> bool) -> Self {
        let bare = Self::read(&[]);
        let features = bare.this()["features"].as_object().expect("features");
        let features: Vec<&str> = features.keys().map(String::as_str).filter(|name| wanted(name)).collect();
        Self::read(&["--features", &features.join(",")])
    }

    fn read(arguments: &[&str]) -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--locked", "--manifest-path"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .args(arguments)
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self(serde_json::from_slice(&output.stdout).expect("JSON"))
    }

    fn packages(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0["packages"].as_array().expect("packages").iter().map(|package| (text(&package["id"]), package))
    }

    fn this(&self) -> &Value {
        self.packages().find(|(_, package)| package["name"] == "connect-user").expect("this package").1
    }

    /// The newest Rust that a dependency of the library asks for, and who asks.
    fn newest_rust(&self) -> (Version, &str) {
        let packages: BTreeMap<&str, &Value> = self.packages().collect();
        let nodes = self.0["resolve"]["nodes"].as_array().expect("nodes").iter();
        let nodes: BTreeMap<&str, &Value> = nodes.map(|node| (text(&node["id"]), node)).collect();
        let mut open = vec![text(&self.this()["id"])];
        let mut seen = BTreeSet::from([open[0]]);
        let mut newest = ((0, 0, 0), "");
        while let Some(id) = open.pop() {
            if id != text(&self.this()["id"])
                && let Some(rust) = packages[id]["rust_version"].as_str()
            {
                newest = newest.max((version(rust), text(&packages[id]["name"])));
            }
            for to in nodes[id]["deps"].as_array().expect("dependencies") {
                let mut kinds = to["dep_kinds"].as_array().expect("kinds").iter();
                if kinds.any(|kind| kind["kind"] != "dev") && seen.insert(text(&to["pkg"])) {
                    open.push(text(&to["pkg"]));
                }
            }
        }
        newest
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The version that the README names after some words.
fn readme_rust_after(words: &str) -> Version {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once(words).unwrap_or_else(|| panic!("the README does not say `{words}`"));
    let end = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
    version(rest[..end].trim_end_matches('.'))
}

#[test]
fn no_dependency_asks_for_a_newer_rust_than_the_package() {
    let resolved = Resolved::with(|feature| !matches!(feature, "aws" | "_replay"));
    let promised = version(text(&resolved.this()["rust_version"]));
    let (newest, who) = resolved.newest_rust();
    assert!(newest <= promised, "`{who}` asks for {newest:?}, the package promises {promised:?}");
    assert_eq!(readme_rust_after("needs Rust "), promised);
}

#[test]
fn the_readme_says_what_the_sdk_asks_for() {
    let resolved = Resolved::with(|_| true);
    let (newest, who) = resolved.newest_rust();
    assert_eq!(readme_rust_after("with the feature `aws` "), newest, "`{who}`");
}
