//! The messages of Pulumi's provider protocol, as of version 3.274: the fields that this provider reads or writes, with
//! their numbers. Other fields are ignored in requests, and have their defaults in answers.

use std::collections::HashMap;

use prost::{Enumeration, Message, Oneof};
use prost_types::{Any, Struct};

/// Declares messages: each field with its type, its form on the wire, and its number.
macro_rules! messages {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($field:ident: $type:ty [$($form:tt)+] = $tag:literal),* $(,)? }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Message)]
        pub struct $name {
            $(#[prost($($form)+, tag = $tag)] pub $field: $type,)*
        }
    )* };
}

/// Declares enumerations: each value with its number.
macro_rules! enumerations {
    ($($name:ident { $($value:ident = $number:literal),* })*) => { $(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
        #[repr(i32)]
        pub enum $name { $($value = $number),* }
    )* };
}

/// The properties of a resource, or the arguments of a function.
type Object = Option<Struct>;

messages! {
    Empty {}

    HandshakeRequest { engine_address: String [string] = 1 }
    HandshakeResponse {
        accept_secrets: bool [bool] = 1, accept_outputs: bool [bool] = 3,
        supports_autonaming_configuration: bool [bool] = 4,
    }
    PluginAttach { address: String [string] = 1 }
    PluginInfo { version: String [string] = 1 }
    GetSchemaRequest { version: i32 [int32] = 1 }
    GetSchemaResponse { schema: String [string] = 1 }

    ConfigureRequest { args: Object [message, optional] = 2 }
    ConfigureResponse {
        accept_secrets: bool [bool] = 1, supports_preview: bool [bool] = 2, accept_outputs: bool [bool] = 4,
        supports_autonaming_configuration: bool [bool] = 5,
    }

    InvokeRequest { tok: String [string] = 1, args: Object [message, optional] = 2 }
    InvokeResponse { result: Object [message, optional] = 1 }

    /// `olds` are the inputs of the last deployment.
    CheckRequest {
        urn: String [string] = 1,
        olds: Object [message, optional] = 2, news: Object [message, optional] = 3,
        random_seed: Vec<u8> [bytes = "vec"] = 5, autonaming: Option<Autonaming> [message, optional] = 8,
    }
    Autonaming { proposed_name: String [string] = 1, mode: i32 [enumeration = "AutonamingMode"] = 2 }
    CheckResponse { inputs: Object [message, optional] = 1, failures: Vec<CheckFailure> [message, repeated] = 2 }
    CheckFailure { property: String [string] = 1, reason: String [string] = 2 }

    /// `olds` are the outputs of the last deployment.
    DiffRequest {
        id: String [string] = 1, urn: String [string] = 2,
        olds: Object [message, optional] = 3, news: Object [message, optional] = 4,
        ignore_changes: Vec<String> [string, repeated] = 5, old_inputs: Object [message, optional] = 6,
    }
    /// `diffs` are the properties at the top that change.
    DiffResponse {
        replaces: Vec<String> [string, repeated] = 1, delete_before_replace: bool [bool] = 3,
        changes: i32 [enumeration = "DiffChanges"] = 4, diffs: Vec<String> [string, repeated] = 5,
        detailed_diff: HashMap<String, PropertyDiff> [map = "string, message"] = 6,
        has_detailed_diff: bool [bool] = 7,
    }
    PropertyDiff { kind: i32 [enumeration = "PropertyDiffKind"] = 1, input_diff: bool [bool] = 2 }

    CreateRequest {
        urn: String [string] = 1, properties: Object [message, optional] = 2,
        timeout: f64 [double] = 3, preview: bool [bool] = 4,
    }
    CreateResponse { id: String [string] = 1, properties: Object [message, optional] = 2 }

    ReadRequest {
        id: String [string] = 1, urn: String [string] = 2,
        properties: Object [message, optional] = 3, inputs: Object [message, optional] = 4,
    }
    /// The id is empty if the user does not exist.
    ReadResponse {
        id: String [string] = 1, properties: Object [message, optional] = 2,
        inputs: Object [message, optional] = 3, refresh_before_update: bool [bool] = 4,
    }

    /// `olds` are the outputs of the last deployment.
    UpdateRequest {
        id: String [string] = 1, urn: String [string] = 2,
        olds: Object [message, optional] = 3, news: Object [message, optional] = 4,
        timeout: f64 [double] = 5, ignore_changes: Vec<String> [string, repeated] = 6,
        preview: bool [bool] = 7, old_inputs: Object [message, optional] = 8,
    }
    UpdateResponse { properties: Object [message, optional] = 1 }

    /// `properties` are the outputs of the last deployment.
    DeleteRequest {
        id: String [string] = 1, urn: String [string] = 2, properties: Object [message, optional] = 3,
        timeout: f64 [double] = 4, old_inputs: Object [message, optional] = 5,
    }

    /// The detail of an error: a user that was created or changed partially, or whose state is unknown.
    ErrorResourceInitFailed {
        id: String [string] = 1, properties: Object [message, optional] = 2,
        reasons: Vec<String> [string, repeated] = 3, inputs: Object [message, optional] = 4,
        refresh_before_update: bool [bool] = 5,
    }
    /// An error with its parts, as gRPC carries it (`google.rpc.Status`).
    ErrorStatus {
        code: i32 [int32] = 1, message: String [string] = 2, details: Vec<Any> [message, repeated] = 3,
    }

    /// A `limit` less than 1 means no limit.
    ListRequest {
        token: String [string] = 1, query: Object [message, optional] = 2, limit: i64 [int64] = 3,
    }
    ListResult { id: String [string] = 1, name: String [string] = 2 }

    LogRequest {
        severity: i32 [enumeration = "LogSeverity"] = 1, message: String [string] = 2, urn: String [string] = 3,
    }
}

#[derive(Clone, PartialEq, Message)]
pub struct ListResponse {
    #[prost(oneof = "ListItem", tags = "1, 2")]
    pub item: Option<ListItem>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum ListItem {
    /// The query has unknown values.
    #[prost(message, tag = "1")]
    Computed(Empty),
    #[prost(message, tag = "2")]
    Result(ListResult),
}

enumerations! {
    AutonamingMode { Propose = 0, Enforce = 1, Disable = 2 }
    DiffChanges { Unknown = 0, None = 1, Some = 2 }
    PropertyDiffKind {
        Add = 0, AddReplace = 1, Delete = 2, DeleteReplace = 3, Update = 4, UpdateReplace = 5
    }
    LogSeverity { Debug = 0, Info = 1, Warning = 2, Error = 3 }
}
