//! Reasons why a whole copy is refused, and notes about what is not copied.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    fleet::Entry,
    user::{Code, Diagnostic, IdentityManagementType, InstanceId, Property, Severity, some_of},
};

/// The identity management type of an instance, if it is known.
type Kind = Option<IdentityManagementType>;

/// The reasons why users cannot be copied to the target, as errors, and the properties that are not copied, as other
/// diagnostics. `entries` are the entries of the state of the target.
pub(super) fn refusals(
    target: &InstanceId,
    (of_source, of_target): (Kind, Kind),
    entries: &BTreeMap<String, Entry>,
    has_passwords: bool,
) -> Vec<Diagnostic> {
    let found = [
        of_kinds(target, of_source, of_target),
        of_state(target, entries),
        of_target_passwords(target, of_target).filter(|_| has_passwords),
    ];
    found.into_iter().flatten().collect()
}

/// Refuses to copy to an instance with an existing directory, which determines its users itself; tells that e-mail
/// addresses are not copied to `SAML`.
fn of_kinds(target: &InstanceId, of_source: Kind, of_target: Kind) -> Option<Diagnostic> {
    let directory = IdentityManagementType::ExistingDirectory;
    match (of_source?, of_target?) {
        (kind, other) if other == directory && kind != directory => {
            let message = format!(
                "users of an instance with `{kind}` cannot be copied to `{target}`, which has `{directory}`: its users are \
                 those of its directory"
            );
            let help = "copy to an instance with `SAML` or `CONNECT_MANAGED`, or create the users from the directory";
            Some(Diagnostic::new(Code::COPY_REFUSED, message).with_help(help))
        }
        (kind, IdentityManagementType::Saml) if kind != IdentityManagementType::Saml => {
            let message = format!("e-mail addresses are not copied: `{target}` has `SAML`, and takes none");
            let help =
                "users sign in with their user names at the identity provider: check that it knows them";
            Some(Diagnostic::new(Code::NOT_COPIED, message).with_help(help))
        }
        _ => None,
    }
}

/// Refuses a state that has users of other instances: the program that manages them would delete the copied users,
/// which are not in it, from the target.
fn of_state(target: &InstanceId, entries: &BTreeMap<String, Entry>) -> Option<Diagnostic> {
    let is_other = |entry: &Entry| instances(entry).any(|instance| instance != target.to_bare());
    let others: BTreeSet<&String> =
        entries.iter().filter(|(_, entry)| is_other(entry)).map(|(name, _)| name).collect();
    if others.is_empty() {
        return None;
    }
    let message = format!(
        "the state is not that of `{target}` alone: it has users of others, as {}",
        some_of(others.into_iter().map(String::as_str))
    );
    let help = "record the users of each instance in a state of its own";
    Some(Diagnostic::new(Code::RECORDED_OTHERWISE, message).with_help(help))
}

/// The instances that an entry is about.
fn instances(entry: &Entry) -> impl Iterator<Item = InstanceId> {
    let attempts = entry.creating.iter().map(|creating| creating.attempt.instance_id());
    let states = entry
        .state
        .iter()
        .chain(entry.former.iter().map(|former| &former.state))
        .map(|state| &state.instance_id);
    attempts.chain(states).map(InstanceId::to_bare)
}

/// Checks given passwords: it must be known whether users of the target have passwords, and they are useless if not.
fn of_target_passwords(target: &InstanceId, of_target: Kind) -> Option<Diagnostic> {
    match of_target {
        None => {
            let message = format!(
                "whether users of `{target}` have passwords is not known: it does not tell how it manages identities"
            );
            let found = Diagnostic::new(Code::COPY_REFUSED, message).at(Property::Password);
            Some(found.with_help("say how it does, or leave the passwords out"))
        }
        Some(IdentityManagementType::ConnectManaged) => None,
        Some(kind) => {
            let message =
                format!("passwords have no use: users of `{target}`, which has `{kind}`, have none");
            let found = Diagnostic::new(Code::PASSWORD_NOT_ALLOWED, message).with_severity(Severity::Note);
            Some(found.with_help("leave them out"))
        }
    }
}
