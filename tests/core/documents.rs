//! The documents read well where they are read: on a code host, on crates.io, and in rustdoc.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::package::packaged_files;

const ITEMS: &str = "https://docs.rs/connect-user/latest/connect_user/";
const SOURCES: &str = "https://docs.rs/crate/connect-user/latest/source/";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The files of a folder with that extension, with the folder.
fn files(folder: &str, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let folder = if folder == "." { String::new() } else { format!("{folder}/") };
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(extension)).map(|name| format!("{folder}{name}")).collect();
    files.sort();
    files
}

fn guides() -> Vec<String> {
    files("docs", ".md")
}

fn documents() -> Vec<String> {
    [files(".", ".md"), guides()].concat()
}

/// A document without its code, and the code of its Rust blocks.
fn split(document: &str) -> (String, Vec<String>) {
    let (mut prose, mut code) = (String::new(), Vec::new());
    for (index, part) in document.split("```").enumerate() {
        match (index % 2, part.split_once('\n')) {
            (0, _) => prose.push_str(part),
            (_, Some((language, block))) if language.starts_with("rust") => code.push(block.to_owned()),
            _ => {}
        }
    }
    (prose, code)
}

/// What a document links to: by a label that is defined, or without one.
fn links(prose: &str) -> Vec<(Option<&str>, &str)> {
    let defined = prose.lines().filter_map(|line| {
        let (label, target) = line.strip_prefix('[')?.split_once("]: ")?;
        Some((Some(label), target))
    });
    let inline = prose.split("](").skip(1).filter_map(|rest| Some((None, rest.split_once(')')?.0)));
    defined.chain(inline).collect()
}

/// Each guide's definitions of labels for rustdoc, `kind@crate::path`.
fn rustdoc_definitions(guide: &str) -> Vec<(String, String)> {
    let modules = text("src/guide.rs");
    let include = format!("#[doc = include_str!(\"../{guide}\")]");
    let (before, _) =
        modules.split_once(&include).unwrap_or_else(|| panic!("`{guide}` is not in src/guide.rs"));
    let own = before.rsplit("{}\n").next().expect("a part");
    let definition = |line: &str| {
        let line = line.trim();
        let definition = line.strip_prefix("/// ").or_else(|| Some(line.split_once("doc = \"")?.1))?;
        let (label, target) = definition.strip_prefix('[')?.split_once("]: ")?;
        Some((label.to_owned(), target.split('"').next()?.to_owned()))
    };
    own.lines().filter_map(definition).collect()
}

/// Whether an address of docs.rs is that of an item that rustdoc knows by this path.
fn is_page_of(address: &str, intra: &str) -> bool {
    let Some((kind, path)) = intra.split_once("@crate::") else { return false };
    let segments: Vec<&str> = path.split("::").collect();
    let [folders @ .., last] = segments.as_slice() else { return false };
    let member = match kind {
        "mod" => return address == format!("{ITEMS}{}/index.html", segments.join("/")),
        "method" => "method",
        "field" => "structfield",
        "const" => "associatedconstant",
        kind => {
            let page = [folders, &[&*format!("{kind}.{last}.html")]].concat().join("/");
            return address == format!("{ITEMS}{page}");
        }
    };
    let [folders @ .., owner] = folders else { return false };
    ["struct", "enum", "trait"].iter().any(|kind| {
        let page = [folders, &[&*format!("{kind}.{owner}.html#{member}.{last}")]].concat().join("/");
        address == format!("{ITEMS}{page}")
    })
}

#[test]
fn a_link_leads_somewhere_wherever_the_document_is_read() {
    let packaged = packaged_files();
    for document in documents() {
        let whole = text(&document);
        let (prose, _) = split(&whole);
        let folder = root().join(&document).parent().expect("a folder").to_owned();
        for (_, target) in links(&prose) {
            let place = format!("{document}: `{target}`");
            assert!(!target.contains("crate::"), "{place} is dead on a code host");
            if let Some(source) = target.strip_prefix(SOURCES) {
                let is_there =
                    |file: &String| file == source || source.ends_with('/') && file.starts_with(source);
                assert!(packaged.iter().any(is_there), "{place} is not in the package");
            } else if let Some(guide) = target.strip_prefix(&format!("{ITEMS}guide/")) {
                let (guide, heading) = guide.split_once('#').unwrap_or((guide, ""));
                let guide = format!("docs/{}.md", guide.trim_end_matches("/index.html"));
                assert!(guides().contains(&guide), "{place} is no guide");
                let slug = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                let is_there = |line: &str| line.starts_with('#') && slug(line) == heading;
                assert!(heading.is_empty() || text(&guide).lines().any(is_there), "{place} has no heading");
            } else if target.starts_with("https://") || target.starts_with('#') {
                continue;
            } else {
                assert!(document != "README.md", "{place} is dead on crates.io");
                assert!(folder.join(target).exists(), "{place} does not exist");
                let file =
                    if document.starts_with("docs/") { format!("docs/{target}") } else { target.into() };
                let may_lack = matches!(&*document, "CONTRIBUTING.md");
                assert!(may_lack || packaged.contains(&file), "{place} is not in the package");
            }
        }
    }
}

#[test]
fn rustdoc_has_each_link_of_a_guide_as_its_own() {
    for guide in guides() {
        let whole = text(&guide);
        let (prose, _) = split(&whole);
        let known = rustdoc_definitions(&guide);
        let mut used = BTreeSet::new();
        for (label, target) in links(&prose) {
            let place = format!("{guide}: `{target}`");
            let is_file = !target.contains("://");
            if target.starts_with('#') || !(is_file || target.starts_with(ITEMS)) {
                continue;
            }
            let label = label.unwrap_or_else(|| panic!("{place} needs a label, for rustdoc to find"));
            let intra = known.iter().find(|(name, _)| name == label).map(|(_, target)| target.as_str());
            let intra = intra.unwrap_or_else(|| panic!("{guide}: `[{label}]` is not in src/guide.rs"));
            let is_same = match target.strip_suffix(".md") {
                Some(page) => intra == format!("mod@crate::guide::{page}"),
                None => is_file || is_page_of(target, intra),
            };
            assert!(is_same, "{place} and `{intra}` are two places");
            used.insert(label.to_owned());
        }
        let unused: Vec<_> = known.iter().filter(|(label, _)| !used.contains(label)).collect();
        assert!(unused.is_empty(), "{guide}: {unused:?} in src/guide.rs");
    }
}

#[test]
fn a_label_that_is_used_is_defined() {
    for document in documents() {
        let whole = text(&document);
        let (prose, _) = split(&whole);
        let defined: BTreeSet<&str> = links(&prose).into_iter().filter_map(|(label, _)| label).collect();
        // What stands in brackets and backticks, and is neither defined nor followed by its address.
        for used in prose.split("[`").skip(1).filter_map(|rest| rest.split_once("`]")) {
            let (label, after) = used;
            let is_label = !label.contains('\n') && !after.starts_with(['(', '[']);
            assert!(!is_label || defined.contains(&*format!("`{label}`")), "{document}: [`{label}`]");
        }
    }
}

#[test]
fn code_shows_all_of_itself() {
    for document in documents() {
        for block in split(&text(&document)).1 {
            let hidden = block.lines().find(|line| line.starts_with("# ") || *line == "#");
            assert_eq!(hidden, None, "{document}: rustdoc hides this line, and a code host shows it");
        }
    }
}

/// A function that nobody calls is not run as a part of a document, so it stands in a program or test that is.
#[test]
fn code_that_waits_stands_in_a_program_too() {
    let programs = [files("examples", ".rs"), files("tests/core", ".rs")].concat();
    let plain = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let programs: Vec<String> = programs.iter().map(|file| plain(&text(file))).collect();
    let mut found = 0;
    for document in documents() {
        for block in split(&text(&document)).1.iter().filter(|block| block.contains("async fn")) {
            let is_run = programs.iter().any(|program| program.contains(&plain(block)));
            assert!(is_run, "{document}: this is in no example and no test:\n{block}");
            found += 1;
        }
    }
    assert!(found >= 4, "the README and three guides have such code");
}

#[test]
fn the_first_page_and_the_list_of_guides_name_each_guide() {
    let (front, list, readme) = (text("src/lib.rs"), text("src/guide.rs"), text("README.md"));
    for guide in guides() {
        let name = guide.trim_start_matches("docs/").trim_end_matches(".md");
        assert!(front.contains(&format!("guide::{name})")), "src/lib.rs does not link `guide::{name}`");
        assert!(list.contains(&format!("{name}`]: ")), "src/guide.rs does not list `{name}`");
        assert!(
            readme.contains(&format!("{ITEMS}guide/{name}/index.html")),
            "README.md does not link `{name}`"
        );
    }
    for module in front.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        let is_linked = [format!("| [`{module}`]"), format!("cfg(any(doc, doctest))]\npub mod {module}")];
        assert!(is_linked.iter().any(|line| front.contains(line)), "the first page does not link `{module}`");
    }
}
