//! The API operations.

use super::choice::choice;

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident: $effect:ident),+ $(,)?) => {
        choice! {
            /// An operation of the Amazon Connect API, by its name in the API Reference.
            ///
            /// Each operation has its own quota (by default 2 requests a second with bursts of 5, per account and
            /// Region) and an IAM action with the same name.
            Operation { $($(#[$meta])* $name = stringify!($name)),+ }
        }

        impl Operation {
            /// Returns the operation's name in the API Reference.
            pub const fn name(self) -> &'static str {
                self.as_str()
            }

            /// Returns the IAM action that a caller needs.
            ///
            /// ```
            /// use connect_user::user::Operation;
            ///
            /// assert_eq!(Operation::UpdateUserHierarchy.iam_action(), "connect:UpdateUserHierarchy");
            /// ```
            pub const fn iam_action(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("connect:", stringify!($name)),)+
                }
            }

            /// Whether the operation writes.
            pub const fn writes(self) -> bool {
                match self {
                    $(Self::$name => operations!(@$effect),)+
                }
            }

            /// Whether a repeated call does no harm, and gets the same answer as the first.
            ///
            /// A second creation of a user, and adding or removing a proficiency again, is refused, as if another
            /// caller had made the change.
            pub const fn repeats_safely(self) -> bool {
                match self {
                    $(Self::$name => operations!(@repeats $effect),)+
                }
            }
        }
    };
    (@reads) => { false };
    (@writes) => { true };
    (@writes_once) => { true };
    (@repeats reads) => { true };
    (@repeats writes) => { true };
    (@repeats writes_once) => { false };
}

operations! {
    /// Creates a user.
    CreateUser: writes_once,
    /// Reads a user completely.
    DescribeUser: reads,
    /// Deletes a user.
    DeleteUser: writes,
    /// Lists ids, names and times of change, up to 1,000 a page.
    ListUsers: reads,
    /// Finds users, up to 500 a page, with everything except e-mail addresses, mobile number and times of change.
    SearchUsers: reads,
    /// Replaces the identity block.
    UpdateUserIdentityInfo: writes,
    /// Replaces the phone block, and with it every channel's after contact work.
    UpdateUserPhoneConfig: writes,
    /// Replaces per-channel settings.
    UpdateUserConfig: writes,
    /// Changes the routing profile.
    UpdateUserRoutingProfile: writes,
    /// Replaces the whole set of security profiles.
    UpdateUserSecurityProfiles: writes,
    /// Sets or removes the hierarchy group.
    UpdateUserHierarchy: writes,
    /// Adds proficiencies that the user lacks.
    AssociateUserProficiencies: writes_once,
    /// Removes proficiencies.
    DisassociateUserProficiencies: writes_once,
    /// Changes the level of proficiencies that the user has.
    UpdateUserProficiencies: writes,
    /// Lists a user's proficiencies.
    ListUserProficiencies: reads,
    /// Adds tags or changes their values.
    TagResource: writes,
    /// Removes tags.
    UntagResource: writes,
    /// Reads an instance's identity management type.
    DescribeInstance: reads,
    /// Lists routing profiles by id and name, up to 1,000 a page.
    ListRoutingProfiles: reads,
    /// Lists security profiles by id and name, up to 1,000 a page.
    ListSecurityProfiles: reads,
    /// Finds groups of the agent hierarchy and the levels above them, up to 100 a page.
    SearchUserHierarchyGroups: reads,
    /// Signs a user out: ends all of its sessions.
    DeleteAllEntitySessions: writes,
    /// Finds the predefined attributes of an instance, with their values, up to 100 a page.
    SearchPredefinedAttributes: reads,
    /// Lists the traffic distribution groups of an instance by id and name, up to 10 a page.
    ListTrafficDistributionGroups: reads,
    /// Lists the users of a traffic distribution group, up to 10 a page.
    ListTrafficDistributionGroupUsers: reads,
    /// Lists the workspaces of an instance by id and name, up to 100 a page.
    ListWorkspaces: reads,
    /// Finds the associations of workspaces with users and routing profiles, up to 100 a page.
    SearchWorkspaceAssociations: reads,
    /// Finds quick connects.
    SearchQuickConnects: reads,
    /// Deletes a quick connect.
    DeleteQuickConnect: writes,
}
