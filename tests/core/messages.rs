//! Every message in every spelling: made with the host's names, and with nothing else of what people have written.

use std::{collections::BTreeSet, fs, path::Path as File};

use connect_user::{
    client::memory::MemoryConnect,
    engine::{Resource, Spelling},
    user::{Diagnostic, Message, Path, Property, Segment, Settings, UserSpec, Value, ignored_path},
};
use serde_json::json;

use crate::validate::{cases, report};

const SPELLINGS: [Spelling; 3] = [Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase];

/// Every place that a message may name: properties, blocks, and members of lists.
fn places() -> Vec<Path> {
    let mut places = vec![Path::root().member("identityInfo"), Path::root().member("phoneConfig")];
    for property in Property::ALL {
        let place = Path::from(*property);
        let members = property.members().iter();
        let inside =
            |path: &'static str| path.split('.').fold(place.index(1), |place, name| place.member(name));
        places.extend(members.map(|member| inside(member.path)));
        places.push(place);
    }
    places
}

/// What a message should be: each span that is a place or a name of a user's document, renamed. None of the texts below holds such a span
/// that somebody has chosen.
fn renamed(message: &str, spelling: Spelling) -> String {
    let places = places();
    let names = places.iter().flat_map(Path::segments).filter_map(|segment| match segment {
        Segment::Member(name) => Some(name.as_ref()),
        _ => None,
    });
    let names: BTreeSet<&str> = names.collect();
    let span = |(index, span): (usize, &str)| {
        // Behind the tags stands a key, which somebody has chosen.
        if let Some(key) = span.strip_prefix("tags.") {
            return format!("{}.{key}", spelling.name("tags"));
        }
        let mut parts = span.split('.').map(|part| part.split('[').next().unwrap_or_default());
        let is_place = index % 2 == 1 && parts.all(|part| names.contains(part));
        let place = if is_place { span.parse::<Path>().ok() } else { None };
        place.map_or_else(|| span.to_owned(), |place| spelling.path(&place).to_string())
    };
    message.split('`').enumerate().map(span).collect::<Vec<_>>().join("`")
}

fn check(diagnostic: &Diagnostic) {
    for spelling in SPELLINGS {
        let spelled = diagnostic.clone().spelled(spelling);
        assert_eq!(spelled.message, renamed(&diagnostic.message, spelling), "{}", diagnostic.code);
        let help = diagnostic.help.as_ref().map(|help| renamed(help, spelling));
        assert_eq!(spelled.help.as_ref().map(ToString::to_string), help, "{}", diagnostic.code);
        assert_eq!(spelled.path.to_string(), spelling.path(&diagnostic.path).to_string());
    }
}

#[test]
fn every_rule_in_every_spelling() {
    for case in cases() {
        let found = report(&case);
        assert!(found.diagnostics().iter().any(|found| found.code.as_str() == case.code));
        found.diagnostics().iter().for_each(check);
    }
}

#[test]
fn every_place_in_every_spelling() {
    for place in places() {
        let message = Message::from(format!("`{place:#}` is not `{place}`"));
        for spelling in SPELLINGS {
            let spelled = message.spelled(spelling);
            assert_eq!(spelled, format!("`{}` is not `{place}`", spelling.path(&place)));
            assert_eq!(spelled.spelled(spelling), spelled);
            assert_eq!(Message::from(format!("{message:#}")).spelled(spelling), spelled);
        }
        assert_eq!(message, format!("`{place}` is not `{place}`"));
    }
}

/// A mistake of reading at every place: something of a form that no property has, and something that has none.
#[test]
fn every_mistake_of_reading_in_every_spelling() {
    for place in places() {
        for (wrong, code) in [(json!([[3]]), "wrong-type"), (json!({ "phoneConfg": 1 }), "unknown-member")] {
            let inside_out = place.segments().iter().rev();
            let document = inside_out.fold(wrong, |inner, segment| match segment {
                Segment::Member(name) => json!({ name.as_ref(): inner }),
                _ => json!([inner.clone(), inner]),
            });
            let document: Value = serde_json::from_value(document).expect("a value");
            let mistakes = UserSpec::decode(document).expect_err("nothing of the kind");
            assert!(mistakes.iter().count() > 0, "{place}: {code}");
            mistakes.iter().for_each(check);
        }
    }
}

#[test]
fn what_somebody_has_chosen_stays_as_it_is() {
    let inputs = |name: &str| {
        let inputs = json!({ "name": name, "phone_config": { "phone_type": "deskPhoneNumber" }, "tags": { "phoneConfig": 1 } });
        serde_json::from_value::<Value>(inputs).expect("a value")
    };
    let resource =
        Resource::new(MemoryConnect::new(), Settings::default()).with_spelling(Spelling::SnakeCase);
    let found = resource.validate(&inputs("jane"));
    let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
    assert!(
        messages.contains(
            &"`phone_config.phone_type`: `deskPhoneNumber` is not one of `SOFT_PHONE`, `DESK_PHONE`"
        ),
        "{messages:?}"
    );
    assert!(messages.contains(&"`tags.phoneConfig` must be a string, not a number"), "{messages:?}");
    // A name in the wrong place is told as it was written.
    let misplaced: Value = serde_json::from_value(json!({ "first_name": "Jane" })).expect("a value");
    let found = resource.validate(&misplaced);
    assert!(
        found.iter().any(|found| found.message.starts_with("there is no property `first_name`")),
        "{found:?}"
    );
}

#[test]
fn long_messages_are_cut_between_names() {
    let name = Property::DeskPhoneNumber;
    let whole = Message::from("ä".repeat(1_000));
    assert!(!whole.contains('…'), "{whole}");
    // A name that is cut is none, and those before and behind it are; the cause at the end stays.
    for before in [665, 995, 2_000] {
        let text = format!(
            "`{name:#}` {}`{name:#}` {}: `{name:#}` is the cause",
            "ä".repeat(before),
            "x".repeat(900)
        );
        let message = Message::from(text);
        assert_eq!(message.chars().count(), 1_001);
        for spelling in SPELLINGS {
            let (spelled, name) =
                (message.spelled(spelling), format!("`{}`", spelling.path(&Path::from(name))));
            assert!(
                spelled.starts_with(&name) && spelled.ends_with(&format!("x: {name} is the cause")),
                "{spelled}"
            );
            assert!(spelled.contains('…') && spelled.chars().count() < 1_010, "{spelled}");
        }
    }
    let error = ignored_path("identityInfo.emial").expect_err("no place");
    let spelled = error.message().spelled(Spelling::SnakeCase);
    assert_eq!(
        spelled,
        "`identityInfo.emial` names no property of a user; did you mean `identity_info.email`?"
    );
}

/// A name that is written into a text as it is would come out in camelCase everywhere.
#[test]
fn no_message_writes_a_name_by_hand() {
    let mut wrong = Vec::new();
    let src = File::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let places: Vec<String> = places().iter().map(|place| format!("`{place}`").replace("[1]", "")).collect();
    for layer in ["user", "validate", "diff", "read", "apply", "engine"] {
        scan(&src.join(layer), &mut |file, line| {
            let is_text = line.contains('"') && !line.trim_start().starts_with("//");
            let by_hand = places.iter().any(|place| line.contains(place.as_str()));
            let as_text = ["`{path}`", "`{place}`", "`{property}`", "`{block}`", "`{at}`"];
            if is_text && (by_hand || as_text.iter().any(|text| line.contains(text))) {
                wrong.push(format!("{file}: {}", line.trim()));
            }
        });
    }
    // What these write names no property of a user in the host's spelling: errors of a document in the crate's own form,
    // tables, and settings of a provider and arguments of a query (`forms`), which have the host's names from the start.
    let is_own = |line: &String| {
        [
            "user/document.rs",
            "user/json.rs",
            "user/reference.rs",
            "user/code.rs",
            "engine/forms.rs",
            "engine/provider/",
        ]
        .iter()
        .any(|file| line.starts_with(file))
    };
    wrong.retain(|line| !is_own(line));
    assert!(wrong.is_empty(), "write the name by `{{:#}}`:\n{}", wrong.join("\n"));
}

fn scan(folder: &File, look: &mut impl FnMut(&str, &str)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            scan(&path, look);
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file");
        let src = File::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let name = path.strip_prefix(&src).expect("below").display().to_string();
        text.lines().for_each(|line| look(&name, line));
    }
}

#[test]
fn no_text_of_a_stranger_holds_a_name() {
    let chosen = "\u{fdd0}phoneConfig";
    let message = Message::from(format!("`{chosen}` at `{:#}`", Property::PhoneType));
    assert_eq!(message, r"`\u{fdd0}phoneConfig` at `phoneConfig.phoneType`");
    let snake = message.spelled(Spelling::SnakeCase);
    assert_eq!(snake, r"`\u{fdd0}phoneConfig` at `phone_config.phone_type`");
    let stored = serde_json::to_string(&format!("{:#}", Property::PhoneType)).expect("JSON");
    let read: Message = serde_json::from_str(&stored).expect("a message");
    assert_eq!(read.spelled(Spelling::SnakeCase), read);
}
