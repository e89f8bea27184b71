//! What `tracing` hears: every call, and nothing that was sent.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use connect_user::client::{conformance::check, memory::MemoryConnect, *};
use tracing::{Level, instrument::WithSubscriber};

use crate::conformance::fixture;

/// A writer whose text can be read.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_call_is_logged_without_what_was_sent() {
    let page = Page::default();
    // For the whole process: what is remembered of places that log would else depend on tests beside this one.
    let (writer, own) = (page.clone(), std::thread::current().id());
    let writer = move || if std::thread::current().id() == own { writer.clone() } else { Page::default() };
    let subscriber =
        tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false).with_writer(writer).finish();
    let connect =
        Traced::new(MemoryConnect::any_instance(connect_user::user::IdentityManagementType::ConnectManaged));
    // A failure says where it was, also where only warnings are logged.
    let warnings = Page::default();
    let warning = warnings.clone();
    let only_warnings = tracing_subscriber::fmt()
        .with_max_level(Level::WARN)
        .with_ansi(false)
        .with_writer(move || warning.clone())
        .finish();
    let request = DescribeUser::new("1c2d", "nobody");
    let refused = connect.describe_user(&request).with_subscriber(only_warnings).await;
    assert!(refused.is_err());
    let line = String::from_utf8(warnings.0.lock().unwrap().clone()).unwrap();
    let place = "connect_user.call{operation=\"DescribeUser\" instance=\"1c2d\" user=\"nobody\"}";
    assert!(line.lines().count() == 1 && line.contains(place), "{line}");
    connect.inner().clear_calls();
    tracing::subscriber::set_global_default(subscriber).expect("the only one");
    assert!(check(&connect, &fixture()).await.is_empty());
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count(), connect.inner().calls().len(), "an event a call");
    for expected in [
        "connect_user.call{operation=\"CreateUser\" instance=\"1c2d\"}",
        "connect_user.call{operation=\"DescribeUser\" instance=\"1c2d\" user=\"00000000-0000-4000-8000-ffffffffffff\"}",
        "kind=Duplicate",
        "code=\"DuplicateResourceException\"",
        "request_id=\"memory-",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for canary in ["Conformance1", "example.com", "+1617555", "First", "conformance-a_"] {
        assert!(!text.contains(canary), "{canary}");
    }
}
