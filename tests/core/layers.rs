//! Who may use whom: the layers of the crate, and no circles of files.

use std::collections::BTreeMap;

use crate::files::Files;

/// The layers, and those that each may use beside itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("guide", &[]),
    ("user", &[]),
    ("validate", &["user"]),
    ("diff", &["user"]),
    ("client", &["user"]),
    ("read", &["client", "diff", "user", "validate"]),
    ("apply", &["client", "diff", "read", "user", "validate"]),
    ("fleet", &["apply", "client", "diff", "read", "user", "validate"]),
    ("interop", &["apply", "client", "diff", "engine", "fleet", "read", "user", "validate"]),
    ("engine", &["apply", "client", "diff", "read", "user", "validate"]),
];

/// The folder of `src` in which a file is.
fn layer(file: &str) -> &str {
    file.split_once('/').map_or(file.trim_end_matches(".rs"), |(layer, _)| layer)
}

#[test]
fn each_layer_uses_only_those_below() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (from, targets) in Files::of_this_crate().arrows() {
        if from == "lib.rs" {
            continue;
        }
        let below = layers.get(layer(from)).unwrap_or_else(|| panic!("`{from}` has no layer: draw it"));
        for to in targets {
            if layer(to) != layer(from) && !below.contains(&layer(to)) {
                wrong.push(format!("{from} -> {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows upwards:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_use_each_other() {
    let files = Files::of_this_crate();
    let circles = files.circles();
    let arrows = files.arrows();
    let shown = circles.iter().map(|circle| {
        let inner = |file: &&str| {
            let to: Vec<&str> = arrows[file].iter().copied().filter(|to| circle.contains(to)).collect();
            format!("{file} -> {}", to.join(", "))
        };
        circle.iter().map(inner).collect::<Vec<_>>().join("\n")
    });
    assert!(circles.is_empty(), "circles:\n{}", shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn only_one_module_names_the_sdk() {
    for (file, text) in Files::of_this_crate().texts().filter(|(file, _)| !file.starts_with("client/aws/")) {
        for name in ["aws_sdk", "aws_smithy", "aws_config"] {
            assert!(!text.contains(name), "{file} names `{name}`");
        }
    }
}

/// A host has options of its own: texts of the library name none of any.
#[test]
fn the_library_speaks_for_no_command_line() {
    for (file, text) in Files::of_this_crate().texts().filter(|(file, _)| !file.starts_with("interop/file/"))
    {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let is_option = |rest: &str| rest.starts_with(|first: char| first.is_ascii_lowercase());
        let is_named = |line: &&str| line.split("`--").skip(1).any(is_option) || line.contains("this tool");
        let named: Vec<&str> = code.filter(is_named).collect();
        assert!(named.is_empty(), "{file}: {named:?}");
    }
}

#[test]
fn no_public_type_has_a_name_that_another_one_has() {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let files = Files::of_this_crate();
    for (file, text) in files.texts() {
        for line in text.lines() {
            let mut words = line.trim_start().split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let kinds = ["enum", "struct", "trait", "type", "union"];
            if let (Some("pub"), Some(kind), Some(name)) = (words.next(), words.next(), words.next())
                && kinds.contains(&kind)
                // Neither a name that a macro fills in, nor a trait that nobody can name.
                && !name.is_empty()
                && name != "Sealed"
            {
                found.entry(name).or_default().push(file);
            }
        }
    }
    assert!(found.len() > 100, "declarations are found");
    found.retain(|_, files| files.len() > 1);
    assert!(found.is_empty(), "one name for several types: {found:?}");
}

/// The most lines that a file of `src` may have: one idea needs no more.
const MOST_LINES: usize = 400;

#[test]
fn no_file_is_too_long_for_one_idea() {
    let files = Files::of_this_crate();
    let long = files.texts().map(|(file, text)| (file, text.lines().count()));
    let long: Vec<_> = long.filter(|(_, lines)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:?}");
}

/// What the graph is made of, on a small crate.
mod graph {
    use super::*;

    fn arrows(files: &[(&str, &str)]) -> Vec<String> {
        let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let files = Files::new(texts);
        let arrows = files.arrows();
        let lines = arrows.iter().flat_map(|(from, to)| to.iter().map(move |to| format!("{from} -> {to}")));
        lines.collect()
    }

    #[test]
    fn arrows_go_through_re_exports_to_the_file_that_holds_the_item() {
        let found = arrows(&[
            ("lib.rs", "pub mod a; pub mod b;"),
            ("a/mod.rs", "mod one; mod two; pub use one::{One, make as build};"),
            ("a/one.rs", "pub struct One; pub fn make() {}"),
            ("a/two.rs", "use super::One; fn two() { super::build() }"),
            ("b.rs", "use crate::a::{self, One as Uno}; fn b(_: Uno) { a::build() }"),
        ]);
        assert_eq!(found, ["a/mod.rs -> a/one.rs", "a/two.rs -> a/one.rs", "b.rs -> a/one.rs"]);
    }

    #[test]
    fn inline_paths_count_and_comments_and_texts_do_not() {
        let found = arrows(&[
            ("lib.rs", "pub mod a; pub mod b; pub mod c;"),
            ("a.rs", "/// [`x`](crate::c::C)\nfn a() -> crate::b::B { \"crate::c::C\" }"),
            ("b.rs", "pub struct B; macro_rules! m { () => { $crate::c::C } }"),
            ("c.rs", "pub struct C;"),
        ]);
        assert_eq!(found, ["a.rs -> b.rs", "b.rs -> c.rs"]);
    }

    #[test]
    fn a_circle_through_others_is_found_with_all_its_files() {
        let texts = [
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use super::c::C; pub struct B;"),
            ("c.rs", "use crate::a::A; pub struct C;"),
            ("d.rs", "use crate::a::A;"),
        ];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(Files::new(texts.into_iter().collect()).circles(), [["a.rs", "b.rs", "c.rs"]]);
    }

    #[test]
    fn a_glob_brings_in_what_is_written_of_it() {
        let found = arrows(&[
            ("lib.rs", "mod a; mod b;"),
            ("a/mod.rs", "mod one; mod two; pub use one::One; pub use two::*;"),
            ("a/one.rs", "pub struct One;"),
            ("a/two.rs", "pub struct Two; pub struct Three;"),
            ("b.rs", "use crate::a::*; fn b(_: One, _: crate::a::Two) {}"),
        ]);
        assert_eq!(found, ["a/mod.rs -> a/one.rs", "b.rs -> a/one.rs", "b.rs -> a/two.rs"]);
    }

    #[test]
    fn modules_in_braces_belong_to_their_file() {
        let found = arrows(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "mod sealed { use super::super::b::B; use super::A; } pub struct A;"),
            ("b.rs", "pub struct B;"),
        ]);
        assert_eq!(found, ["a.rs -> b.rs"]);
    }
}
