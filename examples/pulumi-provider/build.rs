//! The two services of Pulumi's protocol that a provider has to do with; their messages are in `src/protocol.rs`.

use tonic_build::manual::{Builder, Method, Service};

/// The methods of a provider, with their messages.
const PROVIDER: [(&str, &str, &str, &str); 20] = [
    ("handshake", "Handshake", "HandshakeRequest", "HandshakeResponse"),
    ("parameterize", "Parameterize", "Empty", "Empty"),
    ("get_schema", "GetSchema", "GetSchemaRequest", "GetSchemaResponse"),
    ("check_config", "CheckConfig", "CheckRequest", "CheckResponse"),
    ("diff_config", "DiffConfig", "DiffRequest", "DiffResponse"),
    ("configure", "Configure", "ConfigureRequest", "ConfigureResponse"),
    ("invoke", "Invoke", "InvokeRequest", "InvokeResponse"),
    ("call", "Call", "Empty", "Empty"),
    ("check", "Check", "CheckRequest", "CheckResponse"),
    ("diff", "Diff", "DiffRequest", "DiffResponse"),
    ("create", "Create", "CreateRequest", "CreateResponse"),
    ("read", "Read", "ReadRequest", "ReadResponse"),
    ("update", "Update", "UpdateRequest", "UpdateResponse"),
    ("delete", "Delete", "DeleteRequest", "Empty"),
    ("construct", "Construct", "Empty", "Empty"),
    ("cancel", "Cancel", "Empty", "Empty"),
    ("get_plugin_info", "GetPluginInfo", "Empty", "PluginInfo"),
    ("attach", "Attach", "PluginAttach", "Empty"),
    ("get_mapping", "GetMapping", "Empty", "GetMappingResponse"),
    ("get_mappings", "GetMappings", "Empty", "GetMappingsResponse"),
];

fn method(name: &str, route: &str, input: &str, output: &str) -> tonic_build::manual::MethodBuilder {
    Method::builder()
        .name(name)
        .route_name(route)
        .input_type(format!("crate::protocol::{input}"))
        .output_type(format!("crate::protocol::{output}"))
        .codec_path("tonic::codec::ProstCodec")
}

fn main() {
    let mut provider = Service::builder().name("ResourceProvider").package("pulumirpc");
    for (name, route, input, output) in PROVIDER {
        provider = provider.method(method(name, route, input, output).build());
    }
    let list = method("list", "List", "ListRequest", "ListResponse").server_streaming().build();
    let log = method("log", "Log", "LogRequest", "Empty").build();
    let engine = Service::builder().name("Engine").package("pulumirpc").method(log).build();
    Builder::new().build_client(false).compile(&[provider.method(list).build()]);
    Builder::new().build_server(false).compile(&[engine]);
}
