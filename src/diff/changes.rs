//! The changes: the leaves in which a state is not the target.

use super::{
    Change,
    ChangeKind::{Add, Delete, Update},
    leaf::{Leaf, leaf},
    sides::{Sides, Want},
    tags, work,
};
use crate::user::{
    Code, Content, Diagnostic, DirectoryUserIdPolicy, Field, Input, PasswordPolicy, Property, Secrets,
    Settle, Settled, Severity, Shape, Value, Visitor,
};

/// Every change that the spec asks of the state, in the order of the properties.
pub(super) fn changes(sides: &Sides<'_>, notices: &mut Vec<Diagnostic>) -> Vec<Change> {
    let mut found = Vec::new();
    for property in Property::ALL {
        match property {
            Property::Password => password(sides, &mut found, notices),
            Property::Tags => tags::changes(sides, &mut found),
            property => found.extend(property.visit(Compare(sides))),
        }
        match property {
            Property::DirectoryUserId => {
                let is_it = |change: &&mut Change| change.property == *property;
                directory_user_id(sides, found.last_mut().filter(is_it), notices);
            }
            Property::AfterContactWorkConfigs
                if found.last().is_none_or(|change| change.property != *property) =>
            {
                found.extend(work::overwritten(sides));
            }
            Property::UserProficiencies => notices.extend(proficiencies_not_read(sides)),
            _ => {}
        }
    }
    found
}

struct Compare<'a, 'b>(&'a Sides<'b>);

impl Visitor for Compare<'_, '_> {
    type Output = Option<Change>;

    fn visit<F: Field>(self) -> Option<Change> {
        let Self(sides) = self;
        let leaf = leaf::<F>(sides);
        if leaf == Leaf::Actual {
            return None;
        }
        let property = F::PROPERTY;
        // A collection is there while it holds something; a single default, once it was set.
        let is_collection =
            matches!(property.info().shape, Shape::Set | Shape::Channels | Shape::Proficiencies);
        let is_set = |settled: &&Settled<F>| {
            (!is_collection && sides.was_managed(property)) || !F::Spec::is_default(settled)
        };
        let before = F::actual(sides.state).filter(is_set);
        let before = before.and_then(|settled| F::Spec::of(settled).encode(Secrets::LeftOut));
        let kind = if before.is_some() { Update } else { Add };
        let after = || F::input(sides.spec).and_then(Input::known)?.encode(Secrets::LeftOut);
        Some(match leaf {
            Leaf::Actual => return None,
            Leaf::Cleared => Change::new(property, Delete).from(before),
            Leaf::Set => Change::new(property, kind).from(before).to(after()),
            Leaf::Unknown => {
                let after = after().unwrap_or(Value::Unknown);
                Change::new(property, kind).from(before).to(Some(after)).unknown(true)
            }
        })
    }
}

fn password(sides: &Sides<'_>, found: &mut Vec<Change>, notices: &mut Vec<Diagnostic>) {
    if !password_changed(sides) {
        return;
    }
    match sides.settings.password {
        PasswordPolicy::Replace => {
            let mut change = Change::new(Property::Password, Update);
            change.forces_replacement = true;
            found.push(change);
        }
        policy => notices.push(password_notice(policy)),
    }
}

fn password_changed(sides: &Sides<'_>) -> bool {
    if sides.settings.ignores(Property::Password) {
        return false;
    }
    let wanted = sides.spec.password.as_ref();
    let recorded = sides.state.record.password.as_ref();
    match (sides.settings.password_changed, wanted, recorded) {
        (Some(changed), Some(_), _) => changed,
        (None, Some(Input::Known(wanted)), Some(recorded)) => wanted != recorded,
        _ => false,
    }
}

fn password_notice(policy: PasswordPolicy) -> Diagnostic {
    let (severity, message, help) = match policy {
        PasswordPolicy::Refuse => (
            Severity::Error,
            "`password` has changed, which no API can do for a user that exists: refused",
            "set it back, or choose another policy for password changes",
        ),
        _ => (
            Severity::Warning,
            "`password` has changed, which no API can do for a user that exists: the user keeps its password",
            "let the user reset it, set it in the console, or choose the policy that replaces the user",
        ),
    };
    let notice = Diagnostic::new(Code::PASSWORD_UNCHANGEABLE, message).at(Property::Password);
    notice.with_severity(severity).with_help(help)
}

fn directory_user_id(sides: &Sides<'_>, change: Option<&mut Change>, notices: &mut Vec<Diagnostic>) {
    let Some(change) = change else { return };
    match sides.settings.directory_user_id {
        DirectoryUserIdPolicy::Replace => change.forces_replacement = true,
        DirectoryUserIdPolicy::Refuse if change.unknown => {}
        DirectoryUserIdPolicy::Refuse => {
            let message = "no API changes `directoryUserId` of a user that exists";
            let refusal = Diagnostic::new(Code::DIRECTORY_USER_ID_UNCHANGEABLE, message);
            let help = "set it back, or let the user be replaced";
            notices.push(refusal.at(Property::DirectoryUserId).with_help(help));
        }
    }
}

fn proficiencies_not_read(sides: &Sides<'_>) -> Option<Diagnostic> {
    let property = Property::UserProficiencies;
    let is_kept = matches!(sides.want(property, sides.spec.user_proficiencies.as_ref()), Want::Keep);
    if is_kept || sides.state.properties.proficiencies.is_some() {
        return None;
    }
    let message = "the state does not hold the user's proficiencies";
    let refusal = Diagnostic::new(Code::PROFICIENCIES_NOT_READ, message).at(property);
    Some(refusal.with_help("read the user again, with its proficiencies"))
}
