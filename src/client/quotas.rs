//! The rates that Service Quotas documents: by operation, in calls a second.

use crate::user::Operation::{self, *};

/// The defaults of Service Quotas for the service `connect`, each adjustable. Other operations are not documented.
///
/// Source: `servicequotas:ListAWSDefaultServiceQuotas`, the quotas "Rate of … API requests".
pub(super) const DOCUMENTED: &[(Operation, f64)] = &[
    (CreateUser, 2.0),
    (DescribeUser, 10.0),
    (DeleteUser, 2.0),
    (ListUsers, 10.0),
    (SearchUsers, 2.0),
    (UpdateUserIdentityInfo, 2.0),
    (UpdateUserPhoneConfig, 2.0),
    (UpdateUserRoutingProfile, 2.0),
    (UpdateUserSecurityProfiles, 2.0),
    (UpdateUserHierarchy, 2.0),
    (AssociateUserProficiencies, 2.0),
    (DisassociateUserProficiencies, 2.0),
    (UpdateUserProficiencies, 2.0),
    (ListUserProficiencies, 10.0),
    (TagResource, 2.0),
    (UntagResource, 2.0),
    (DescribeInstance, 2.0),
    (ListRoutingProfiles, 10.0),
    (ListSecurityProfiles, 2.0),
    (SearchQuickConnects, 2.0),
];
