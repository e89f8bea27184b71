//! Two instances of the same names and other ids, in accounts of their own.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{
        ConnectClient, Rate, RetryPolicy, TokenBuckets, TokioTimer,
        memory::{MemoryConnect, MemoryInstance},
    },
    fleet::{FleetOutcome, MemoryStore, Session, SessionOptions},
    interop::between::{
        CompareOptions, CopyOptions, CopyPlan, FirstPasswords, InstanceComparison, Side, compare, copy,
    },
    user::{IdentityManagementType, InstanceId, UserState},
};
use serde_json::{Value, json};

use crate::service::create;

pub use IdentityManagementType::{ConnectManaged, ExistingDirectory, Saml};

/// The source, `i`, and the target, `t`; the ids of what they have end in the letter.
pub struct Two {
    pub source: MemoryConnect,
    pub target: MemoryConnect,
    pub kinds: (IdentityManagementType, IdentityManagementType),
    pub store: MemoryStore,
}

pub fn source_id() -> InstanceId {
    "i".into()
}

pub fn target_id() -> InstanceId {
    "t".into()
}

/// An instance with what random users refer to.
pub fn instance(id: &str, kind: IdentityManagementType) -> MemoryInstance {
    let of = |name: &str| if id == "i" { name.to_owned() } else { format!("{name}-{id}") };
    MemoryInstance::new(id, kind)
        .with_named_routing_profile(of("r1"), "Agents")
        .with_named_routing_profile(of("r2"), "Sales = EMEA / night")
        .with_named_security_profile(of("s1"), "Agent")
        .with_named_security_profile(of("s2"), "Admin")
        .with_named_security_profile(of("s3"), "QA, night")
        .with_named_hierarchy_group(of("g1"), ["Europe", "Berlin"])
        .with_named_hierarchy_group(of("g2"), ["support", "it", "east"])
        .with_attribute("connect:Language", ["en", "fr", "de"])
}

impl Two {
    pub fn new(source: IdentityManagementType, target: IdentityManagementType) -> Self {
        Self::with(instance("i", source), instance("t", target), (source, target))
    }

    pub fn with(
        source: MemoryInstance,
        target: MemoryInstance,
        kinds: (IdentityManagementType, IdentityManagementType),
    ) -> Self {
        let two = Self {
            source: MemoryConnect::new(),
            target: MemoryConnect::new(),
            kinds,
            store: MemoryStore::default(),
        };
        for connect in [&two.source, &two.target] {
            connect.set_time(SystemTime::now().into());
        }
        two.source.add_instance(source);
        two.target.add_instance(target);
        two
    }

    /// Creates a user of that document, which has the ids of the source, in the source.
    pub async fn in_source(&self, document: &Value) -> UserState {
        create(document, self.kinds.0, &self.source).await
    }

    /// The same in the target.
    pub async fn in_target(&self, document: &Value) -> UserState {
        create(&of_target(document), self.kinds.1, &self.target).await
    }

    pub fn clear_calls(&self) {
        self.source.clear_calls();
        self.target.clear_calls();
    }

    pub async fn compared(&self, options: &CompareOptions) -> InstanceComparison {
        let (source, target) = (source_id(), target_id());
        let sides = (Side::new(&source, &self.source), Side::new(&target, &self.target));
        compare(sides.0, sides.1, options).await.expect("a comparison")
    }

    /// The comparison the other way round.
    pub async fn compared_back(&self) -> InstanceComparison {
        let (source, target) = (source_id(), target_id());
        let sides = (Side::new(&source, &self.source), Side::new(&target, &self.target));
        compare(sides.1, sides.0, &CompareOptions::default()).await.expect("a comparison")
    }

    pub async fn planned(&self, options: &CopyOptions) -> CopyPlan {
        let session = self.session(&self.target).await;
        self.plan(&session, options).await
    }

    pub async fn plan(&self, session: &Session<'_>, options: &CopyOptions) -> CopyPlan {
        let source = source_id();
        let plan = copy(Side::new(&source, &self.source), &target_id(), session, options).await;
        plan.expect("a plan")
    }

    pub async fn session<'a>(&'a self, target: &'a dyn ConnectClient) -> Session<'a> {
        let timer = Arc::new(TokioTimer::default());
        let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
        let mut options = SessionOptions::builder().timer(timer).pace(pace).build();
        let mut retry = RetryPolicy::default();
        retry.total = Duration::ZERO;
        options.retry = Some(retry);
        let mut session = Session::open(&self.store, target, options).await.expect("a session");
        session.recover().await.expect("recovered");
        session
    }

    /// Copies, through that client of the target.
    pub async fn copied_by(&self, target: &dyn ConnectClient, options: &CopyOptions) -> FleetOutcome {
        let mut session = self.session(target).await;
        let mut plan = self.plan(&session, options).await;
        assert!(plan.is_valid(), "{:?} {:?} {:?}", plan.missing, plan.diagnostics, plan.preview.reasons());
        let options = session.apply_options();
        plan.apply(&mut session, &options).await.expect("applied")
    }

    pub async fn copied(&self, options: &CopyOptions) {
        let outcome = self.copied_by(&self.target, options).await;
        assert!(outcome.is_done(), "{outcome:?}");
    }
}

/// With a password for each new user, where users have one.
pub fn options() -> CopyOptions {
    let mut options = CopyOptions::default();
    options.passwords = FirstPasswords::default().made();
    options
}

pub fn updating() -> CopyOptions {
    let mut options = options();
    options.update = true;
    options
}

/// A document with the ids of the target.
fn of_target(document: &Value) -> Value {
    let mut document = document.clone();
    let of = |id: &Value| json!(format!("{}-t", id.as_str().expect("an id")));
    document["instanceId"] = json!("t");
    document["routingProfileId"] = of(&document["routingProfileId"]);
    let security = document["securityProfileIds"].as_array().expect("a list").iter().map(of).collect();
    document["securityProfileIds"] = security;
    if let Some(group) = document.get("hierarchyGroupId").map(of) {
        document["hierarchyGroupId"] = group;
    }
    document
}

/// A user of any instance but one with passwords, with the ids of the source.
pub fn user(name: &str) -> Value {
    json!({
        "instanceId": "i", "name": name, "routingProfileId": "r1", "securityProfileIds": ["s1"],
        "identityInfo": {"firstName": "Jane", "lastName": "Roe"}, "phoneConfig": {"phoneType": "SOFT_PHONE"},
    })
}

/// A user with more: a group, a proficiency, tags.
pub fn rich(name: &str) -> Value {
    let mut rich = user(name);
    rich["hierarchyGroupId"] = json!("g1");
    rich["userProficiencies"] =
        json!([{"attributeName": "connect:Language", "attributeValue": "de", "level": 4}]);
    rich["tags"] = json!({"team": "red"});
    rich
}

/// Runs a test under a clock that need not be waited for.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().expect("a runtime").block_on(future)
}
