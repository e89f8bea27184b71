//! A spec in the first line, the state in the second: what planning makes of them.

#![no_main]

use connect_user::{
    diff::{drift, plan, plan_deletion, preview},
    user::{UserSpec, UserState},
    validate::{Context, resolve},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (spec, state) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(spec) = serde_json::from_str::<UserSpec>(spec) else { return };
    let state: Option<UserState> = serde_json::from_str(state).ok();

    let context = Context::builder().maybe_prior(state.as_ref()).build();
    let settings = &context.settings;
    let previewed = preview(&spec, state.as_ref(), settings);
    drop(previewed.text("user").to_string());
    serde_json::to_string(&previewed).expect("a preview is JSON");

    if let Some(state) = &state {
        assert!(drift(state, state, settings).is_empty(), "a state drifts from itself");
        let kept = preview(&state.to_spec(settings), Some(state), settings);
        assert!(kept.is_empty(), "an exported user changes: {}", kept.text("user"));
        drop(plan_deletion(state, settings));
    }
    if let Ok((desired, _)) = resolve(spec, &context)
        && let Ok(plan) = plan(desired, state.as_ref(), settings)
    {
        assert_eq!(plan.is_empty(), plan.steps().is_empty(), "{}", plan.preview().text("user"));
        serde_json::to_string(&plan).expect("a plan is JSON");
    }
});
