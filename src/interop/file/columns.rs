//! Which column of a table is which property: by its header, in any order.

use super::mapping::{Mapping, Target};
use crate::user::{Property, nearest};

/// The headers of the console's template and of AWS's bulk tool, as [`plain`] makes them, and what people call such
/// columns otherwise.
const KNOWN: &[(&str, Target)] = &[
    ("userlogin", Target::Property(Property::Name)),
    ("login", Target::Property(Property::Name)),
    ("username", Target::Property(Property::Name)),
    ("emailaddress", Target::Property(Property::Email)),
    ("secondaryemailaddress", Target::Property(Property::SecondaryEmail)),
    ("mobilenumber", Target::Property(Property::Mobile)),
    ("phonenumber", Target::Property(Property::DeskPhoneNumber)),
    ("softphoneautoaccept", Target::Property(Property::AutoAccept)),
    ("acwtimeout", Target::Property(Property::AfterContactWorkTimeLimit)),
    ("acw", Target::Property(Property::AfterContactWorkTimeLimit)),
    ("aftercontactworktimeout", Target::Property(Property::AfterContactWorkTimeLimit)),
    ("routingprofile", Target::RoutingProfileName),
    ("routingprofilename", Target::RoutingProfileName),
    ("securityprofiles", Target::SecurityProfileNames),
    ("securityprofilenames", Target::SecurityProfileNames),
    ("agenthierarchy", Target::HierarchyPath),
    ("userhierarchy", Target::HierarchyPath),
    ("hierarchypath", Target::HierarchyPath),
    ("resourcename", Target::ResourceName),
];

/// The headers that go on in several ways: `security_profile_name_1|security_profile_name_2`.
const BEGINNINGS: &[(&str, Target)] =
    &[("securityprofilename", Target::SecurityProfileNames), ("userhierarchy", Target::HierarchyPath)];

/// What the column of this header is; what is near it, where that is not known.
pub(super) fn target(header: &str, mapping: &Mapping) -> Result<Target, Option<&'static str>> {
    if let Some(target) = mapping.target(header) {
        return Ok(target);
    }
    let name = plain(header);
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    let beginning = || BEGINNINGS.iter().find(|(start, _)| name.starts_with(start));
    if let Some((_, target)) = known.or_else(beginning) {
        return Ok(target.clone());
    }
    if let Some(target) = Target::named(header.trim()) {
        return Ok(target);
    }
    // A property by its path, or by the last name of it, which is that of one property only.
    let is_it = |property: &&Property| {
        let path = property.path();
        let last = path.rsplit('.').next().unwrap_or(path);
        property.members().is_empty() && (plain(path) == name || plain(last) == name)
    };
    match Property::ALL.iter().find(is_it) {
        Some(property) => Ok(Target::Property(*property)),
        None => Err(nearest(&name, KNOWN.iter().map(|(known, _)| *known))),
    }
}

/// A header without case, spaces, signs, and what it explains in parentheses.
fn plain(header: &str) -> String {
    let mut depth = 0_usize;
    let mut name = String::with_capacity(header.len());
    for c in header.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_alphanumeric() => name.extend(c.to_lowercase()),
            _ => {}
        }
    }
    name
}
