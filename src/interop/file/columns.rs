//! Finds the property of a column of a table by its header; columns may have any order.

use super::mapping::Target;
use crate::user::{Property, nearest};

/// The columns of the console's template, in its order.
pub(super) const CONSOLE: &[(&str, Target)] = &[
    ("first name", Target::Property(Property::FirstName)),
    ("last name", Target::Property(Property::LastName)),
    ("email address", Target::Property(Property::Email)),
    ("secondary email address", Target::Property(Property::SecondaryEmail)),
    ("mobile", Target::Property(Property::Mobile)),
    ("password", Target::Property(Property::Password)),
    ("user login", Target::Property(Property::Name)),
    ("routing profile name", Target::RoutingProfileName),
    ("security_profile_name_1|security_profile_name_2", Target::SecurityProfileNames),
    ("user_hierarchy_1|user_hierarchy_2", Target::HierarchyPath),
    ("phone type (soft/desk)", Target::Property(Property::PhoneType)),
    ("phone number", Target::Property(Property::DeskPhoneNumber)),
    ("soft phone auto accept (yes/no)", Target::Property(Property::AutoAccept)),
    ("persistent connection (yes/no)", Target::Property(Property::PersistentConnection)),
    ("ACW timeout (seconds)", Target::Property(Property::AfterContactWorkTimeLimit)),
    ("tags", Target::Property(Property::Tags)),
];

/// Other common headers of these columns, in the form that [`plain`] returns.
const KNOWN: &[(&str, Target)] = &[
    ("login", Target::Property(Property::Name)),
    ("username", Target::Property(Property::Name)),
    ("mobilenumber", Target::Property(Property::Mobile)),
    ("acw", Target::Property(Property::AfterContactWorkTimeLimit)),
    ("aftercontactworktimeout", Target::Property(Property::AfterContactWorkTimeLimit)),
    ("routingprofile", Target::RoutingProfileName),
    ("securityprofiles", Target::SecurityProfileNames),
    ("securityprofilenames", Target::SecurityProfileNames),
    ("agenthierarchy", Target::HierarchyPath),
    ("userhierarchy", Target::HierarchyPath),
    ("hierarchypath", Target::HierarchyPath),
    ("resourcename", Target::ResourceName),
];

/// Beginnings of headers that have several forms, such as `security_profile_name_1|security_profile_name_2`.
const BEGINNINGS: &[(&str, Target)] =
    &[("securityprofilename", Target::SecurityProfileNames), ("userhierarchy", Target::HierarchyPath)];

/// The target of the column with this header. The error is a similar header, if there is one.
pub(super) fn target(header: &str) -> Result<Target, Option<&'static str>> {
    let name = plain(header);
    let of_console = CONSOLE.iter().find(|(header, _)| plain(header) == name);
    let known = of_console.or_else(|| KNOWN.iter().find(|(known, _)| *known == name));
    let beginning = || BEGINNINGS.iter().find(|(start, _)| name.starts_with(start));
    if let Some((_, target)) = known.or_else(beginning) {
        return Ok(target.clone());
    }
    if let Some(target) = Target::named(header.trim()) {
        return Ok(target);
    }
    // A property by its path, or by the last name of the path, which is unique.
    let is_it = |property: &&Property| {
        let path = property.path();
        let last = path.rsplit('.').next().unwrap_or(path);
        property.members().is_empty() && (plain(path) == name || plain(last) == name)
    };
    match Property::ALL.iter().find(is_it) {
        Some(property) => Ok(Target::Property(*property)),
        None => {
            let of_console = CONSOLE.iter().filter_map(|(header, _)| header.split(['(', '|']).next());
            let names = of_console.map(str::trim).chain(KNOWN.iter().map(|(known, _)| *known));
            Err(nearest(header.trim(), names))
        }
    }
}

/// A header in lower case, without spaces, signs, and text in parentheses.
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
