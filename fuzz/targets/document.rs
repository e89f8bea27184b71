//! A user in JSON, as a host hands it in: read, validated, written, and read again.

#![no_main]

use connect_user::{
    user::{ExposeSecrets, UserSpec, Value},
    validate::{Context, validate_document},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let (_, report) = validate_document(value.clone(), &Context::default());
    for diagnostic in report.diagnostics() {
        let shown = diagnostic.to_string();
        assert!(shown.lines().count() <= 2, "a diagnostic is one line and its help: {shown:?}");
    }
    serde_json::to_string(&report).expect("a report is JSON");
    if let Ok(spec) = UserSpec::decode(value) {
        let written = serde_json::to_string(&ExposeSecrets(&spec)).expect("a spec is JSON");
        let read: UserSpec = serde_json::from_str(&written).expect("what is written is read");
        assert_eq!(read, spec, "{written}");
    }
});
