//! Every rule, as a list.

use super::{
    code::{Code, RuleInfo, Severity},
    rules::RULES,
};

/// What reading a document may find before any rule is asked: `(code, summary)`.
pub(super) const DECODING: &[(&str, &str)] = &[
    ("unknown-member", "every member is a property of a user"),
    ("duplicate-member", "a member is given once"),
    ("missing-required", "what is required is given"),
    ("wrong-type", "a value has the form of its property"),
    ("invalid-value", "a choice is one of those there are"),
];

/// What a host that knows the instance may find: `(code, summary)`.
const NAMES: &[(&str, &str)] = &[
    ("unknown-routing-profile", "a routing profile is one that the instance has"),
    ("unknown-security-profile", "a security profile is one that the instance has"),
    ("unknown-hierarchy-group", "a hierarchy group is one that the instance has"),
    ("ambiguous-name", "a name stands for one thing"),
    ("names-not-listed", "names can be looked up"),
];

/// Every rule: those of reading a document, those of its values, and those that take knowledge of the
/// instance.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    let decoding = DECODING.iter().map(|(code, summary)| RuleInfo {
        code: Code(code),
        severity: Severity::Error,
        summary,
        source: "this crate",
        lowerable: false,
    });
    let names = NAMES.iter().map(|(code, summary)| RuleInfo {
        code: Code(code),
        severity: Severity::Error,
        summary,
        source: "the instance",
        lowerable: true,
    });
    decoding.chain(RULES.iter().map(|rule| rule.info)).chain(names)
}

/// The rules as Markdown: the reference that the documentation shows.
pub fn rules_table() -> String {
    let mut table = String::from("| code | severity | rule | source |\n| --- | --- | --- | --- |\n");
    for RuleInfo { code, severity, summary, source, lowerable } in rules() {
        let always = if lowerable { "" } else { ", always" };
        table.push_str(&format!("| `{code}` | {severity}{always} | {summary} | {source} |\n"));
    }
    table
}
