//! The direction of the arrows: who may name whom.

use std::{fs, path::Path};

/// Every file of a folder of `src`, with its path.
fn files(folder: &str) -> Vec<(String, String)> {
    fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, files);
            } else {
                files.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut files_ = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut files_);
    assert!(!files_.is_empty());
    files_
}

/// The code, without comments and documentation.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn each_layer_names_only_those_below() {
    for (folder, forbidden) in [
        ("user", &["validate", "diff", "client", "apply"][..]),
        ("validate", &["diff", "client", "apply"]),
        ("diff", &["validate", "client", "apply"]),
        ("client", &["validate", "diff", "apply"]),
    ] {
        for (path, text) in files(folder) {
            for line in code(&text) {
                for module in forbidden {
                    let named = line.contains(&format!("crate::{module}"))
                        || line.trim_start().starts_with(&format!("{module}::"));
                    assert!(!named, "{path} names `{module}`: {line}");
                }
            }
        }
    }
}

#[test]
fn only_one_module_names_the_sdk() {
    for (path, text) in files("") {
        if !path.contains("client/aws") {
            assert!(
                !text.contains("aws_sdk") && !text.contains("aws_smithy") && !text.contains("aws_config"),
                "{path}"
            );
        }
    }
}

#[test]
fn nothing_in_the_library_panics_on_purpose() {
    for (path, text) in files("") {
        for line in code(&text) {
            for call in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("] {
                assert!(!line.contains(call), "{path}: {line}");
            }
        }
    }
}
