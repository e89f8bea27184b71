//! The changes: the leaves in which a state differs from the target.

use super::{
    Change,
    ChangeKind::{Add, Delete, Update},
    comparison::{Comparison, Desired},
    leaf::{Leaf, leaf},
    tags, work,
};
use crate::user::{
    Code, Content, Diagnostic, DirectoryUserIdPolicy, Field, Input, PasswordPolicy, Property, Secrets,
    Settle, Settled, Severity, Shape, Value, Visitor,
};

/// Returns every change between the spec and the state, in the order of the properties.
pub(super) fn changes(comparison: &Comparison<'_>, notices: &mut Vec<Diagnostic>) -> Vec<Change> {
    let mut found = Vec::new();
    for property in Property::ALL {
        match property {
            Property::Password => password(comparison, &mut found, notices),
            Property::Tags => tags::changes(comparison, &mut found),
            property => property.visit(Compare { comparison, found: &mut found }),
        }
        match property {
            Property::DirectoryUserId => {
                let is_it = |change: &&mut Change| change.property == *property;
                directory_user_id(comparison, found.last_mut().filter(is_it), notices);
            }
            Property::AfterContactWorkConfigs
                if found.last().is_none_or(|change| change.property != *property) =>
            {
                found.extend(work::overwritten(comparison));
            }
            Property::UserProficiencies => notices.extend(proficiencies_not_read(comparison)),
            _ => {}
        }
    }
    found
}

struct Compare<'a, 'b> {
    comparison: &'a Comparison<'b>,
    /// Written in place: nearly always there is no change, and returning an empty answer would be slower.
    found: &'a mut Vec<Change>,
}

impl Visitor for Compare<'_, '_> {
    type Output = ();

    fn visit<F: Field>(self) {
        let Self { comparison, found } = self;
        let leaf = leaf::<F>(comparison);
        if leaf != Leaf::Actual {
            found.push(change::<F>(comparison, leaf));
        }
    }
}

/// Returns the change of a property whose target differs from the actual value.
fn change<F: Field>(comparison: &Comparison<'_>, leaf: Leaf) -> Change {
    let property = F::PROPERTY;
    // A collection counts as set while it has elements; a single default value, if it was managed.
    let is_collection = matches!(property.info().shape, Shape::Set | Shape::Channels | Shape::Proficiencies);
    let is_set = |settled: &&Settled<F>| {
        (!is_collection && comparison.was_managed(property)) || !F::Spec::is_default(settled)
    };
    let before = F::actual(comparison.state).filter(is_set);
    let before = before.and_then(|settled| F::Spec::of(settled).encode(Secrets::LeftOut));
    let kind = if before.is_some() { Update } else { Add };
    let after = || F::input(comparison.spec).and_then(Input::known)?.encode(Secrets::LeftOut);
    match leaf {
        Leaf::Cleared => Change::new(property, Delete).from(before),
        Leaf::Actual | Leaf::Set => Change::new(property, kind).from(before).to(after()),
        Leaf::Unknown => {
            let after = after().unwrap_or(Value::Unknown);
            Change::new(property, kind).from(before).to(Some(after)).unknown(true)
        }
    }
}

fn password(comparison: &Comparison<'_>, found: &mut Vec<Change>, notices: &mut Vec<Diagnostic>) {
    if !password_changed(comparison) {
        return;
    }
    match comparison.settings.password {
        PasswordPolicy::Replace => {
            let mut change = Change::new(Property::Password, Update);
            change.forces_replacement = true;
            found.push(change);
        }
        policy => notices.push(password_notice(policy)),
    }
}

fn password_changed(comparison: &Comparison<'_>) -> bool {
    if comparison.settings.ignores(Property::Password) {
        return false;
    }
    let wanted = comparison.spec.password.as_ref();
    let recorded = comparison.state.record.password.as_ref();
    match (comparison.settings.password_changed, wanted, recorded) {
        (Some(changed), Some(_), _) => changed,
        (None, Some(Input::Known(wanted)), Some(recorded)) => wanted != recorded,
        _ => false,
    }
}

fn password_notice(policy: PasswordPolicy) -> Diagnostic {
    let (severity, outcome, help) = match policy {
        PasswordPolicy::Refuse => {
            (Severity::Error, "refused", "set it back, or choose another policy for password changes")
        }
        _ => (
            Severity::Warning,
            "the user keeps its password",
            "let the user reset it, set it in the console, or choose the policy that replaces the user",
        ),
    };
    let password = Property::Password;
    let message =
        format!("`{password:#}` has changed, which no API can do for a user that exists: {outcome}");
    let notice = Diagnostic::new(Code::PASSWORD_UNCHANGEABLE, message).at(Property::Password);
    notice.with_severity(severity).with_help(help)
}

fn directory_user_id(
    comparison: &Comparison<'_>,
    change: Option<&mut Change>,
    notices: &mut Vec<Diagnostic>,
) {
    let Some(change) = change else { return };
    match comparison.settings.directory_user_id {
        DirectoryUserIdPolicy::Replace => change.forces_replacement = true,
        DirectoryUserIdPolicy::Refuse if change.unknown => {}
        DirectoryUserIdPolicy::Refuse => {
            let message = format!("no API changes `{:#}` of a user that exists", Property::DirectoryUserId);
            let refusal = Diagnostic::new(Code::DIRECTORY_USER_ID_UNCHANGEABLE, message);
            let help = "set it back, or let the user be replaced";
            notices.push(refusal.at(Property::DirectoryUserId).with_help(help));
        }
    }
}

fn proficiencies_not_read(comparison: &Comparison<'_>) -> Option<Diagnostic> {
    let property = Property::UserProficiencies;
    let is_kept =
        matches!(comparison.desired(property, comparison.spec.user_proficiencies.as_ref()), Desired::Keep);
    if is_kept || comparison.state.properties.proficiencies.is_some() {
        return None;
    }
    let message = "the state does not hold the user's proficiencies";
    let refusal = Diagnostic::new(Code::PROFICIENCIES_NOT_READ, message).at(property);
    Some(refusal.with_help("read the user again, with its proficiencies"))
}
