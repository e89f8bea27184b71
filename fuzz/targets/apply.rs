//! Two specs, one a line: a user is made as the first says, and changed to what the second says, in the service in
//! memory, whose rules are written by another hand than validation's. What is valid is accepted, and what was applied
//! and read again needs no other change.

#![no_main]

use connect_user::{
    apply::{self, Failed},
    client::{ConnectClient, memory::MemoryConnect},
    diff::plan,
    read::refresh,
    user::{IdentityManagementType, Settings, UserSpec, UserState},
    validate::{Context, resolve},
};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Builder;

const KIND: IdentityManagementType = IdentityManagementType::ConnectManaged;

/// Applies what is valid and may be planned; `None` where it is not.
async fn applied(
    spec: &UserSpec,
    state: Option<&UserState>,
    client: &dyn ConnectClient,
) -> Option<Result<(Option<UserState>, String), Failed>> {
    let settings = Settings::builder().identity_management(KIND).build();
    let context = Context::builder().settings(settings.clone()).maybe_prior(state).build();
    let (desired, _) = resolve(spec.clone(), &context).ok()?;
    let plan = plan(desired, state, &settings).ok()?;
    let shown = if plan.is_empty() { String::new() } else { plan.preview().text("user").to_string() };
    let done = apply::apply(&plan, state, client, &apply::ApplyOptions::default()).await;
    Some(done.map(|done| (done.state, shown)))
}

fuzz_target!(|text: &str| {
    let specs = text.lines().take(2).map_while(|line| serde_json::from_str::<UserSpec>(line).ok());
    let specs: Vec<UserSpec> = specs.collect();
    let client = MemoryConnect::any_instance(KIND);
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut state: Option<UserState> = None;
        for spec in specs {
            let Some(done) = applied(&spec, state.as_ref(), &client).await else { continue };
            let (made, shown) = done.unwrap_or_else(|failed| panic!("what is valid is refused: {failed}"));
            let made = made.expect("a user");
            let read = refresh(&client, &made).await.expect("an answer").expect("a user");
            let again = applied(&spec, Some(&read), &client).await.expect("what was planned may be planned");
            let (_, more) = again.unwrap_or_else(|failed| panic!("what is valid is refused: {failed}"));
            assert!(more.is_empty(), "after:\n{shown}\nthere is more to do:\n{more}");
            state = Some(read);
        }
    });
});
