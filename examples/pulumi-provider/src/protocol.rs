//! The messages of Pulumi's provider protocol, as of version 3.274: the fields that this provider reads or writes,
//! by their numbers. A field that is not here is skipped when it comes, and has its default when it is sent.

use std::collections::HashMap;

use prost::{Enumeration, Message, Oneof};
use prost_types::{Any, Struct};

/// The server of the provider's service, and the trait of its methods.
pub mod provider {
    tonic::include_proto!("pulumirpc.ResourceProvider");
}

/// The client of the engine's service.
pub mod engine {
    tonic::include_proto!("pulumirpc.Engine");
}

#[derive(Clone, PartialEq, Message)]
pub struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub struct HandshakeRequest {
    #[prost(string, tag = "1")]
    pub engine_address: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct HandshakeResponse {
    #[prost(bool, tag = "1")]
    pub accept_secrets: bool,
    #[prost(bool, tag = "3")]
    pub accept_outputs: bool,
    #[prost(bool, tag = "4")]
    pub supports_autonaming_configuration: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct GetSchemaRequest {
    #[prost(int32, tag = "1")]
    pub version: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct GetSchemaResponse {
    #[prost(string, tag = "1")]
    pub schema: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct ConfigureRequest {
    #[prost(map = "string, string", tag = "1")]
    pub variables: HashMap<String, String>,
    #[prost(message, optional, tag = "2")]
    pub args: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ConfigureResponse {
    #[prost(bool, tag = "1")]
    pub accept_secrets: bool,
    #[prost(bool, tag = "2")]
    pub supports_preview: bool,
    #[prost(bool, tag = "4")]
    pub accept_outputs: bool,
    #[prost(bool, tag = "5")]
    pub supports_autonaming_configuration: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct InvokeRequest {
    #[prost(string, tag = "1")]
    pub tok: String,
    #[prost(message, optional, tag = "2")]
    pub args: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct InvokeResponse {
    #[prost(message, optional, tag = "1")]
    pub result: Option<Struct>,
    #[prost(message, repeated, tag = "2")]
    pub failures: Vec<CheckFailure>,
}

#[derive(Clone, PartialEq, Message)]
pub struct CheckRequest {
    #[prost(string, tag = "1")]
    pub urn: String,
    /// The inputs of the last deployment.
    #[prost(message, optional, tag = "2")]
    pub olds: Option<Struct>,
    #[prost(message, optional, tag = "3")]
    pub news: Option<Struct>,
    #[prost(bytes = "vec", tag = "5")]
    pub random_seed: Vec<u8>,
    #[prost(message, optional, tag = "8")]
    pub autonaming: Option<Autonaming>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Autonaming {
    #[prost(string, tag = "1")]
    pub proposed_name: String,
    #[prost(enumeration = "AutonamingMode", tag = "2")]
    pub mode: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum AutonamingMode {
    Propose = 0,
    Enforce = 1,
    Disable = 2,
}

#[derive(Clone, PartialEq, Message)]
pub struct CheckResponse {
    #[prost(message, optional, tag = "1")]
    pub inputs: Option<Struct>,
    #[prost(message, repeated, tag = "2")]
    pub failures: Vec<CheckFailure>,
}

#[derive(Clone, PartialEq, Message)]
pub struct CheckFailure {
    #[prost(string, tag = "1")]
    pub property: String,
    #[prost(string, tag = "2")]
    pub reason: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct DiffRequest {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub urn: String,
    /// The outputs of the last deployment.
    #[prost(message, optional, tag = "3")]
    pub olds: Option<Struct>,
    #[prost(message, optional, tag = "4")]
    pub news: Option<Struct>,
    #[prost(string, repeated, tag = "5")]
    pub ignore_changes: Vec<String>,
    #[prost(message, optional, tag = "6")]
    pub old_inputs: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct DiffResponse {
    #[prost(string, repeated, tag = "1")]
    pub replaces: Vec<String>,
    #[prost(bool, tag = "3")]
    pub delete_before_replace: bool,
    #[prost(enumeration = "DiffChanges", tag = "4")]
    pub changes: i32,
    /// The properties at the top that change.
    #[prost(string, repeated, tag = "5")]
    pub diffs: Vec<String>,
    #[prost(map = "string, message", tag = "6")]
    pub detailed_diff: HashMap<String, PropertyDiff>,
    #[prost(bool, tag = "7")]
    pub has_detailed_diff: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum DiffChanges {
    Unknown = 0,
    None = 1,
    Some = 2,
}

#[derive(Clone, PartialEq, Message)]
pub struct PropertyDiff {
    #[prost(enumeration = "PropertyDiffKind", tag = "1")]
    pub kind: i32,
    #[prost(bool, tag = "2")]
    pub input_diff: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum PropertyDiffKind {
    Add = 0,
    AddReplace = 1,
    Delete = 2,
    DeleteReplace = 3,
    Update = 4,
    UpdateReplace = 5,
}

#[derive(Clone, PartialEq, Message)]
pub struct CreateRequest {
    #[prost(string, tag = "1")]
    pub urn: String,
    #[prost(message, optional, tag = "2")]
    pub properties: Option<Struct>,
    #[prost(double, tag = "3")]
    pub timeout: f64,
    #[prost(bool, tag = "4")]
    pub preview: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct CreateResponse {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(message, optional, tag = "2")]
    pub properties: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadRequest {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub urn: String,
    #[prost(message, optional, tag = "3")]
    pub properties: Option<Struct>,
    #[prost(message, optional, tag = "4")]
    pub inputs: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadResponse {
    /// Empty where there is no such user.
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(message, optional, tag = "2")]
    pub properties: Option<Struct>,
    #[prost(message, optional, tag = "3")]
    pub inputs: Option<Struct>,
    #[prost(bool, tag = "4")]
    pub refresh_before_update: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct UpdateRequest {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub urn: String,
    /// The outputs of the last deployment.
    #[prost(message, optional, tag = "3")]
    pub olds: Option<Struct>,
    #[prost(message, optional, tag = "4")]
    pub news: Option<Struct>,
    #[prost(double, tag = "5")]
    pub timeout: f64,
    #[prost(string, repeated, tag = "6")]
    pub ignore_changes: Vec<String>,
    #[prost(bool, tag = "7")]
    pub preview: bool,
    #[prost(message, optional, tag = "8")]
    pub old_inputs: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct UpdateResponse {
    #[prost(message, optional, tag = "1")]
    pub properties: Option<Struct>,
}

#[derive(Clone, PartialEq, Message)]
pub struct DeleteRequest {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub urn: String,
    /// The outputs of the last deployment.
    #[prost(message, optional, tag = "3")]
    pub properties: Option<Struct>,
    #[prost(double, tag = "4")]
    pub timeout: f64,
    #[prost(message, optional, tag = "5")]
    pub old_inputs: Option<Struct>,
}

/// Part of an error: a user that was made or changed in part, or of whom nobody knows.
#[derive(Clone, PartialEq, Message)]
pub struct ErrorResourceInitFailed {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(message, optional, tag = "2")]
    pub properties: Option<Struct>,
    #[prost(string, repeated, tag = "3")]
    pub reasons: Vec<String>,
    #[prost(message, optional, tag = "4")]
    pub inputs: Option<Struct>,
    #[prost(bool, tag = "5")]
    pub refresh_before_update: bool,
}

impl prost::Name for ErrorResourceInitFailed {
    const PACKAGE: &'static str = "pulumirpc";
    const NAME: &'static str = "ErrorResourceInitFailed";

    fn type_url() -> String {
        "type.googleapis.com/pulumirpc.ErrorResourceInitFailed".to_owned()
    }
}

/// An error with its parts, as gRPC carries it (`google.rpc.Status`).
#[derive(Clone, PartialEq, Message)]
pub struct ErrorStatus {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<Any>,
}

#[derive(Clone, PartialEq, Message)]
pub struct PluginInfo {
    #[prost(string, tag = "1")]
    pub version: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct PluginAttach {
    #[prost(string, tag = "1")]
    pub address: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct GetMappingResponse {}

#[derive(Clone, PartialEq, Message)]
pub struct GetMappingsResponse {}

#[derive(Clone, PartialEq, Message)]
pub struct ListRequest {
    #[prost(string, tag = "1")]
    pub token: String,
    #[prost(message, optional, tag = "2")]
    pub query: Option<Struct>,
    /// No bound where it is less than 1.
    #[prost(int64, tag = "3")]
    pub limit: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct ListResponse {
    #[prost(oneof = "ListItem", tags = "1, 2")]
    pub item: Option<ListItem>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum ListItem {
    /// The query is not known yet.
    #[prost(message, tag = "1")]
    Computed(Empty),
    #[prost(message, tag = "2")]
    Result(ListResult),
}

#[derive(Clone, PartialEq, Message)]
pub struct ListResult {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub name: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct LogRequest {
    #[prost(enumeration = "LogSeverity", tag = "1")]
    pub severity: i32,
    #[prost(string, tag = "2")]
    pub message: String,
    #[prost(string, tag = "3")]
    pub urn: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum LogSeverity {
    Debug = 0,
    Info = 1,
    Warning = 2,
    Error = 3,
}
