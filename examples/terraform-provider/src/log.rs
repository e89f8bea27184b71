//! The log of the provider, in the form that Terraform reads: hclog's JSON, one event per line, on standard error.
//!
//! Operations, retries, waits and decisions are logged with ids; never names, addresses or request bodies.

use std::{collections::BTreeMap, env, fmt, io::Write, time::SystemTime};

use connect_user::user::Timestamp;
use serde_json::{Map, Value as Json};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};
use tracing_subscriber::{
    Layer,
    filter::filter_fn,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// The targets that are logged. Events of the SDK are not logged, because they may name users.
const TARGETS: [&str; 2] = ["connect_user", "terraform_provider_connect"];

/// Starts logging, if Terraform logs.
pub fn start() {
    let level = ["TF_LOG_PROVIDER", "TF_LOG"].iter().find_map(|name| env::var(name).ok());
    let filter = match level.unwrap_or_default().to_uppercase().as_str() {
        "" | "OFF" => return,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        // `JSON` is `TRACE` in another form.
        _ => LevelFilter::TRACE,
    };
    // If another subscriber is set already, it stays.
    let is_ours = move |metadata: &Metadata<'_>| {
        let root = metadata.target().split("::").next().unwrap_or_default();
        TARGETS.contains(&root) && *metadata.level() <= filter
    };
    let _ = tracing_subscriber::registry().with(Hclog.with_filter(filter_fn(is_ours))).try_init();
}

struct Hclog;

/// The fields of a span or an event.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, Json>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name(), value.into());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Hclog {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(Fields(fields)) = span.extensions().get() {
                line.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            }
        }
        let Fields(mut fields) = {
            let mut fields = Fields::default();
            event.record(&mut fields);
            fields
        };
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        line.insert("@level".to_owned(), level.into());
        line.insert("@message".to_owned(), fields.remove("message").unwrap_or_else(|| "".into()));
        line.insert("@module".to_owned(), "connect".into());
        line.insert("@timestamp".to_owned(), moment(Timestamp::from(SystemTime::now())).into());
        line.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
        // If the log is no longer read, the work continues.
        let _ = writeln!(std::io::stderr().lock(), "{}", Json::Object(line));
    }
}

/// A time with the six decimals that hclog reads.
fn moment(time: Timestamp) -> String {
    time.to_string().replace('Z', "000Z")
}
