//! Properties that are ids in this crate, and ARNs in the tools of AWS.

use super::{
    expression::as_expression,
    inputs::{get_mut, set},
};
use crate::user::{
    Arn, HierarchyGroup, IdKind, InstanceId, Property, RoutingProfile, SecurityProfile, Value,
};

/// A property that is the id of a profile or group of an instance.
pub(super) struct ArnProperty {
    pub(super) property: Property,
    /// The name of the property with an ARN, in camelCase.
    pub(super) name: &'static str,
    /// The part of the ARN between the ARN of the instance and the id.
    pub(super) segment: &'static str,
}

/// The name of the property with the ARN of the instance, in camelCase.
pub(super) const INSTANCE: &str = "instanceArn";

pub(super) const PROPERTIES: [ArnProperty; 3] = [
    ArnProperty {
        property: Property::RoutingProfileId,
        name: "routingProfileArn",
        segment: RoutingProfile::SEGMENT,
    },
    ArnProperty {
        property: Property::SecurityProfileIds,
        name: "securityProfileArns",
        segment: SecurityProfile::SEGMENT,
    },
    ArnProperty {
        property: Property::HierarchyGroupId,
        name: "hierarchyGroupArn",
        segment: HierarchyGroup::SEGMENT,
    },
];

/// Replaces ARNs by ids if they are ARNs of the user's own instance, also if the instance is a reference:
/// `${InstanceArn}/security-profile/s1`.
pub(super) fn shorten(document: &mut Value) {
    let Some(written) = document.get(Property::InstanceId.path()) else { return };
    let Some(instance) = written.as_str().or_else(|| as_expression(written)).map(str::to_owned) else {
        return;
    };
    let bare = InstanceId::new(instance.as_str()).to_bare();
    if written.as_str().is_some() {
        set(document, &Property::InstanceId.into(), bare.as_str().into());
    }
    for ArnProperty { property, segment, .. } in PROPERTIES {
        match get_mut(document, property.path()) {
            Some(Value::List(items)) => {
                items.iter_mut().for_each(|item| shorten_one(item, segment, &instance, bare.as_str()));
            }
            Some(value) => shorten_one(value, segment, &instance, bare.as_str()),
            None => {}
        }
    }
}

fn shorten_one(value: &mut Value, segment: &str, instance: &str, bare: &str) {
    let Some(text) = value.as_str().or_else(|| as_expression(value)) else { return };
    let of_arn = |arn: Arn| match arn.resource() {
        Some((kind, id)) if kind == segment && arn.instance() == bare => Some(id.to_owned()),
        _ => None,
    };
    let behind = |text: &str, start: &str| text.strip_prefix(start)?.strip_prefix('/').map(str::to_owned);
    let of_text =
        || behind(&behind(text, instance)?, segment).filter(|id| !id.is_empty() && !id.contains(['$', '/']));
    if let Some(id) = text.parse::<Arn>().ok().and_then(of_arn).or_else(of_text) {
        *value = id.into();
    }
}
