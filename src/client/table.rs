//! The table of operations: each is declared here once.

/// Passes the table to another macro. Each entry has the method, whose documentation is also that of the request; the
/// request, whose name is that of the operation; in parentheses the subject of the request (`instance`, `user`, `group`
/// of users, `name` for a new user, or `arn`) and, for a page of a list, the largest page and the element type; the
/// other fields, with optional fields after `..`; and the answer.
///
/// A client must implement the required operations. Optional operations, and every operation that is added later, fail
/// as [`ErrorKind::Unsupported`](super::ErrorKind::Unsupported) if a client has no method for them.
///
/// A missing or superfluous entry does not compile.
macro_rules! operations {
    ([$($callback:tt)+] { $($header:tt)* }) => { $($callback)+! {
        { $($header)* }
        required {
            /// Creates a user. There is no client token: after a lost answer, look the user up by its name before
            /// calling again. Members that are `None` or empty are not sent.
            create_user CreateUser(name) {
                /// The routing profile.
                routing_profile_id: RoutingProfileId,
                /// The security profiles, 1 to 10.
                security_profile_ids: SortedSet<SecurityProfileId>,
                ..
                /// The first password; none by default.
                password: Option<Secret>,
                /// The user's id in the directory; none by default.
                directory_user_id: Option<String>,
                /// The identity of the person; empty by default.
                identity: Identity,
                /// The phone block; none by default. A value that is set here must not be set in `channels`, too.
                phone: Option<Phone>,
                /// The place in the agent hierarchy; none by default.
                hierarchy_group_id: Option<HierarchyGroupId>,
                /// The settings per channel; none by default.
                channels: ChannelSettings,
                /// The tags; none by default.
                tags: Tags,
            } -> CreatedUser;

            /// Reads a user. A new user may be `NotFound` for a while.
            describe_user DescribeUser(user) {} -> UserDescription;

            /// Deletes a user; `NotFound` if it is already gone.
            delete_user DeleteUser(user) {} -> ();

            /// Reads a page of the instance's users, by id and name.
            list_users ListUsers(instance, page of 1_000 ListedUser) {} -> Page<ListedUser>;

            /// Reads a page of the instance's users, with most of their settings.
            search_users SearchUsers(instance, page of 500 FoundUser) {
                /// The condition that the users must meet; by default all users are found.
                condition: Option<UserCondition>,
                /// The tags that the users must all have; by default all users are found.
                tags: Tags,
            } -> Page<FoundUser>;

            /// Replaces the identity block: a member that is `None` is not sent.
            update_user_identity_info UpdateUserIdentityInfo(user) {
                /// The whole block.
                identity: Identity,
            } -> ();

            /// Replaces the phone block, and every channel's after contact work with the block's.
            update_user_phone_config UpdateUserPhoneConfig(user) {
                /// The whole block.
                phone: Phone,
            } -> ();

            /// Replaces per-channel settings: of each kind that is not empty, the named channels.
            update_user_config UpdateUserConfig(user) {
                /// The settings to set.
                channels: ChannelSettings,
            } -> ();

            /// Changes the routing profile.
            update_user_routing_profile UpdateUserRoutingProfile(user) {
                /// The routing profile.
                routing_profile_id: RoutingProfileId,
            } -> ();

            /// Replaces the whole set of security profiles.
            update_user_security_profiles UpdateUserSecurityProfiles(user) {
                /// The security profiles, 1 to 10.
                security_profile_ids: SortedSet<SecurityProfileId>,
            } -> ();

            /// Sets the hierarchy group, or removes it.
            update_user_hierarchy UpdateUserHierarchy(user) {
                /// The group; `None` is not sent, which removes the user from its group.
                hierarchy_group_id: Option<HierarchyGroupId>,
            } -> ();

            /// Adds proficiencies that the user lacks.
            associate_user_proficiencies AssociateUserProficiencies(user) {
                /// The proficiencies.
                proficiencies: Proficiencies,
            } -> ();

            /// Removes proficiencies.
            disassociate_user_proficiencies DisassociateUserProficiencies(user) {
                /// The proficiencies.
                proficiencies: BTreeSet<ProficiencyKey>,
            } -> ();

            /// Changes levels of proficiencies that the user has.
            update_user_proficiencies UpdateUserProficiencies(user) {
                /// The proficiencies with their new levels.
                proficiencies: Proficiencies,
            } -> ();

            /// Reads a page of the user's proficiencies.
            list_user_proficiencies ListUserProficiencies(user, page of 100 (ProficiencyKey, u8)) {} -> Page<(ProficiencyKey, u8)>;

            /// Adds tags to a user, or changes their values.
            tag_resource TagResource(arn) {
                /// The tags, at least one.
                tags: Tags,
            } -> ();

            /// Removes tags from a user.
            untag_resource UntagResource(arn) {
                /// The keys, at least one.
                keys: BTreeSet<String>,
            } -> ();

            /// Reads an instance.
            describe_instance DescribeInstance(instance) {} -> InstanceDescription;
        }
        optional {
            /// Reads a page of the instance's routing profiles, by id and name.
            list_routing_profiles ListRoutingProfiles(instance, page of 1_000 NamedResource) {} -> Page<NamedResource>;

            /// Reads a page of the instance's security profiles, by id and name.
            list_security_profiles ListSecurityProfiles(instance, page of 1_000 NamedResource) {} -> Page<NamedResource>;

            /// Reads a page of the instance's hierarchy groups, each with the names of the groups above it.
            search_user_hierarchy_groups SearchUserHierarchyGroups(instance, page of 100 HierarchyGroupEntry) {} -> Page<HierarchyGroupEntry>;

            /// Reads a page of the instance's quick connects of the kind `USER`, which lead to users.
            search_quick_connects SearchQuickConnects(instance, page of 100 QuickConnectSummary) {} -> Page<QuickConnectSummary>;

            /// Reads a page of the instance's predefined attributes, with their values, which proficiencies may have.
            search_predefined_attributes SearchPredefinedAttributes(instance, page of 100 PredefinedAttribute) {}
                -> Page<PredefinedAttribute>;

            /// Reads a page of the traffic distribution groups of the instance, by id and name.
            list_traffic_distribution_groups ListTrafficDistributionGroups(instance, page of 10 NamedResource) {}
                -> Page<NamedResource>;

            /// Reads a page of the users of a traffic distribution group.
            list_traffic_distribution_group_users ListTrafficDistributionGroupUsers(group, page of 10 UserId) {}
                -> Page<UserId>;

            /// Reads a page of the instance's workspaces, by id and name.
            list_workspaces ListWorkspaces(instance, page of 100 NamedResource) {} -> Page<NamedResource>;

            /// Reads a page of the associations of the instance's workspaces with users and routing profiles.
            search_workspace_associations SearchWorkspaceAssociations(instance, page of 100 WorkspaceAssociation) {}
                -> Page<WorkspaceAssociation>;

            /// Signs a user out: ends all of its sessions, everywhere. Neither deleting a user nor removing its
            /// security profiles ends a session.
            delete_all_entity_sessions DeleteAllEntitySessions(user) {} -> ();

            /// Deletes a quick connect; `NotFound` if it is already gone.
            delete_quick_connect DeleteQuickConnect(instance) {
                /// The quick connect.
                quick_connect_id: String,
            } -> ();
        }
    } };
}

/// Passes method, request and answer of every operation, required or optional, to another macro. The macro needs the
/// names of [`request`](super::request) and [`answer`](super::answer) in scope.
macro_rules! for_each_operation {
    ($callback:ident! { $($header:tt)* }) => {
        $crate::client::table::operations!(
            [$crate::client::table::flatten_operations] { $callback! { $($header)* } }
        );
    };
}

macro_rules! flatten_operations {
    (
        { $callback:ident! { $($header:tt)* } }
        $($need:ident { $(
            $(#[$meta:meta])*
            $method:ident $request:ident $scope:tt $fields:tt -> $answer:ty;
        )+ })+
    ) => {
        $callback! { { $($header)* } $($($method $request -> $answer;)+)+ }
    };
}

pub(crate) use {flatten_operations, for_each_operation, operations};
