//! Requests: one struct per operation, in the types of the model.

use std::{collections::BTreeSet, fmt};

use super::{search::UserCondition, structs::structs, table::operations};
use crate::user::{
    ChannelSettings, HierarchyGroupId, Identity, InstanceId, Phone, Proficiencies, ProficiencyKey,
    RoutingProfileId, Secret, SecurityProfileId, SortedSet, Tags, UserId,
};

macro_rules! declare_requests {
    ({} $($need:ident { $(
        $(#[$meta:meta])*
        $method:ident $request:ident($scope:ident $(, $page:ident of $most:literal $item:ty)?) $fields:tt -> $answer:ty;
    )+ })+) => {
        $($(declare_requests! {
            @$scope $($page)? {
                $(#[$meta])*
                ///
                #[doc = concat!("The request of [`", stringify!($method), "`](super::ConnectClient::", stringify!($method), ").")]
            } $request $fields
        })+)+
    };
    (@$scope:ident page { $(#[$meta:meta])* } $request:ident { $($field:tt)* }) => {
        declare_requests! {
            @$scope { $(#[$meta])* } $request {
                ..
                $($field)*
                /// The token of the page; by default the first page is read.
                next_token: Option<String>,
                /// The size of the page; by default, and at most,
                /// [`LARGEST_PAGE`](super::PagedRequest::LARGEST_PAGE).
                max_results: Option<u32>,
            }
        }
    };
    (@instance { $(#[$meta:meta])* } $request:ident { $($field:tt)* }) => {
        structs! {
            $(#[$meta])*
            pub struct $request {
                /// The instance.
                instance_id: InstanceId,
                $($field)*
            }
        }
    };
    (@name $meta:tt $request:ident { $($field:tt)* }) => {
        declare_requests! {
            @instance $meta $request {
                /// The name that the user signs in with.
                @personal name: String,
                $($field)*
            }
        }
    };
    (@user $meta:tt $request:ident { $($field:tt)* }) => {
        declare_requests! {
            @instance $meta $request {
                /// The user.
                user_id: UserId,
                $($field)*
            }
        }
    };
    (@group $meta:tt $request:ident { $($field:tt)* }) => {
        declare_requests! {
            @instance $meta $request {
                /// The traffic distribution group. The API does not get the instance: groups belong to a Region.
                traffic_distribution_group_id: String,
                $($field)*
            }
        }
    };
    (@arn { $(#[$meta:meta])* } $request:ident { $($field:tt)* }) => {
        structs! {
            $(#[$meta])*
            pub struct $request {
                /// The ARN of the user.
                arn: String,
                $($field)*
            }
        }
    };
}

operations!([declare_requests] {});

impl SearchUsers {
    /// Sets the condition to this user name, replacing any other condition; `None` finds all users.
    #[must_use]
    pub fn name(self, name: impl Into<Option<String>>) -> Self {
        self.condition(name.into().map(UserCondition::name))
    }
}
