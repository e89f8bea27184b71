//! Settings that the service has and this version does not know, and the calls that may reset them.

use super::{Call, comparison::Comparison};
use crate::user::{
    ChannelSettings, Code, Diagnostic, Field, Operation, Path, Property, PropertySet, RoutingProfileId,
    Settle, Severity, Shape, UnrecognisedPolicy, UserProperties, Visitor, block_of, is_beside,
};

/// Returns what a call of the operation may reset: unknown settings in a block that the call writes, or that a new user
/// does not get.
pub(super) fn reset_by<'a>(
    operation: Operation,
    call: Option<&Call>,
    comparison: &Comparison<'a>,
) -> Vec<&'a str> {
    let written = match call {
        Some(Call::Channels(channels)) => set_in(channels),
        _ => PropertySet::touched_by(operation),
    };
    let is_reset = |found: &&str| operation == Operation::CreateUser || is_beside(found, written);
    comparison.state.record.unrecognised.iter().map(String::as_str).filter(is_reset).collect()
}

/// Returns the notice for a call that may reset something, with the severity of the policy.
pub(super) fn notice(
    operation: Operation,
    call: Option<&Call>,
    comparison: &Comparison<'_>,
) -> Option<Diagnostic> {
    let reset = reset_by(operation, call, comparison);
    let block = block_of(reset.first()?);
    let (severity, help) = match comparison.settings.unrecognised {
        UnrecognisedPolicy::Warn => (
            Severity::Warning,
            "look at it in the console after the apply, or choose the policy that refuses the plan",
        ),
        UnrecognisedPolicy::Refuse => (
            Severity::Error,
            "ignore the changes of this user, make them in the console, or choose the policy that only warns",
        ),
    };
    let what = reset.join(", ");
    let message = match operation {
        Operation::CreateUser => {
            format!("the new user does not get what the old one has and this version does not know: {what}")
        }
        _ => format!("`{operation}` may reset what the service has and this version does not know: {what}"),
    };
    let notice =
        Diagnostic::new(Code::UNRECOGNISED_SETTINGS, message).at(Path::root().member(block.to_owned()));
    Some(notice.with_severity(severity).with_help(help))
}

/// Returns the settings per channel for which a call has values.
fn set_in(channels: &ChannelSettings) -> PropertySet {
    let mut properties = UserProperties::new(RoutingProfileId::new(""));
    properties.channels = channels.clone();
    let is_set =
        |property: &Property| property.info().shape == Shape::Channels && property.visit(IsSet(&properties));
    Property::ALL.iter().copied().filter(is_set).collect()
}

struct IsSet<'a>(&'a UserProperties);

impl Visitor for IsSet<'_> {
    type Output = bool;

    fn visit<F: Field>(self) -> bool {
        F::setting(self.0).is_some_and(|settled| !F::Spec::is_default(settled))
    }
}
