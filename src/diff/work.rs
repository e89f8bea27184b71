//! After contact work per channel, which a change of the phone block overwrites in every channel.

use std::collections::BTreeMap;

use super::{
    Change, ChangeKind,
    comparison::{Comparison, Desired},
};
use crate::user::{
    AfterContactWork, AfterContactWorkConfigPerChannel, Channel, Content, Property, Secrets, Settle,
    UserProperties, Value,
};

/// Adjusts after contact work per channel if it is not managed: a channel with the limit of the phone block follows the
/// block; any other channel keeps its value, or the value that it had before an interrupted change of the block.
pub(super) fn follow(comparison: &Comparison<'_>, properties: &mut UserProperties) {
    let input = comparison.spec.after_contact_work_configs.as_ref();
    if !matches!(comparison.desired(Property::AfterContactWorkConfigs, input), Desired::Keep) {
        return;
    }
    let there = &comparison.state.properties;
    let (old, new) =
        (there.phone.after_contact_work_time_limit, properties.phone.after_contact_work_time_limit);
    let work = &mut properties.channels.after_contact_work;
    if !comparison.is_ignored(Property::AfterContactWorkConfigs) {
        let follow = |limit: u32| if limit == old { new } else { limit };
        for work in work.values_mut() {
            work.time_limit = follow(work.time_limit);
            work.agent_first_callback = work.agent_first_callback.map(follow);
        }
    }
    work.extend(comparison.state.record.unfinished.lost(there));
}

/// Returns the change that restores unmanaged after contact work that a failed apply has overwritten.
pub(super) fn overwritten(comparison: &Comparison<'_>) -> Option<Change> {
    let actual = &comparison.state.properties.channels.after_contact_work;
    let mut lost = comparison.state.record.unfinished.lost(&comparison.state.properties).peekable();
    if lost.peek().is_none() || comparison.is_managed(Property::AfterContactWorkConfigs) {
        return None;
    }
    let mut restored = actual.clone();
    restored.extend(lost);
    let change = Change::new(Property::AfterContactWorkConfigs, ChangeKind::Update);
    Some(change.from(encode(actual)).to(encode(&restored)))
}

fn encode(work: &BTreeMap<Channel, AfterContactWork>) -> Option<Value> {
    Vec::<AfterContactWorkConfigPerChannel>::of(work).encode(Secrets::LeftOut)
}

/// Sets the block's limit in every channel, as a change of the phone block does.
pub(super) fn flatten(
    work: &BTreeMap<Channel, AfterContactWork>,
    limit: u32,
) -> BTreeMap<Channel, AfterContactWork> {
    work.iter().map(|(channel, work)| (*channel, work.flattened(limit))).collect()
}
