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

/// Where nobody manages it, a channel whose limit is the block's follows the block, and any other keeps what
/// it has, or had before a change of the block that was cut short.
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

/// After contact work that nobody manages and that an apply which failed has overwritten.
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

/// The block's limit in every channel: what a change of the phone block does.
pub(super) fn flatten(
    work: &BTreeMap<Channel, AfterContactWork>,
    limit: u32,
) -> BTreeMap<Channel, AfterContactWork> {
    work.iter().map(|(channel, work)| (*channel, work.flattened(limit))).collect()
}
