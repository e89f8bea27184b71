//! What the package promises its hosts: the oldest Rust that compiles it, and what is in it.

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

/// What cargo says of this package.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
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
        let command = ["metadata", "--format-version=1", "--locked"];
        Self(serde_json::from_str(&cargo(&[&command, arguments].concat())).expect("JSON"))
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

/// The files that are published.
pub(crate) fn packaged_files() -> BTreeSet<String> {
    let list = cargo(&["package", "--list", "--locked", "--allow-dirty"]);
    list.lines().map(str::to_owned).collect()
}

#[test]
fn the_package_holds_its_documentation_and_no_tests() {
    let files = packaged_files();
    let sources = [include_str!("../../src/lib.rs"), include_str!("../../src/guide.rs")].concat();
    let included = sources.split("include_str!(\"../").skip(1);
    let included = included.filter_map(|rest| rest.split_once('"')).map(|(file, _)| file);
    for file in included.chain(["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md", "SECURITY.md"])
    {
        assert!(files.contains(file), "`{file}` is not in the package");
    }
    for file in files {
        let folder = file.split_once('/').map_or("", |(folder, _)| folder);
        assert!(matches!(folder, "" | "src" | "docs" | "examples"), "`{file}` is in the package");
        assert!(file.matches('/').count() < 2 || folder == "src", "`{file}` is in the package");
    }
}
