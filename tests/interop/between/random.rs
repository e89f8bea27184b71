//! What holds of random users.

use std::collections::BTreeMap;

use connect_user::{
    diff::diff,
    fleet::load_all,
    interop::between::InstanceComparison,
    user::{IdentityManagementType, Settings},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{Two, options, run, updating};
use crate::random;

const NAMES: [&str; 4] = ["ana", "ben", "cy", "teo.banks@example.com"];

/// Users of the source, and of the target: of each name one, the other, both or none.
fn users() -> impl Strategy<Value = (IdentityManagementType, Vec<Option<Value>>, Vec<Option<Value>>)> {
    random::any_kind().prop_flat_map(|kind| {
        let of = move |name| proptest::option::weighted(0.7, random::document(kind, name));
        let side = move || NAMES.map(of).to_vec();
        (Just(kind), side(), side())
    })
}

/// Who is how, and each difference with the values of both.
type Told = (Vec<String>, Vec<String>, BTreeMap<String, Vec<Value>>, Vec<String>);

fn told(comparison: &InstanceComparison, is_turned: bool) -> Told {
    assert!(comparison.failed.is_empty() && comparison.notices.is_empty(), "{comparison:?}");
    let (source, target) = (comparison.only_source.clone(), comparison.only_target.clone());
    let different = comparison.different.iter().map(|user| {
        let differences = user.differences.iter().map(|found| match is_turned {
            true => json!([found.path, found.after, found.before]),
            false => json!([found.path, found.before, found.after]),
        });
        (user.name.clone(), differences.collect())
    });
    let different = different.collect();
    let mut same = comparison.same.clone();
    same.sort();
    match is_turned {
        true => (target, source, different, same),
        false => (source, target, different, same),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_was_copied_is_the_same_and_comparing_is_symmetric((kind, sources, targets) in users()) {
        run(async {
            let two = Two::new(kind, kind);
            for document in sources.iter().flatten() {
                two.in_source(document).await;
            }
            for document in targets.iter().flatten() {
                two.in_target(document).await;
            }
            let before = two.compared(&Default::default()).await;
            let back = two.compared_back().await;
            let (forth, back) = (told(&before, false), told(&back, true));
            assert_eq!((&forth.0, &forth.1, &forth.3), (&back.0, &back.1, &back.3));
            for (name, differences) in &forth.2 {
                let other = &back.2[name];
                let alone = |one: &[Value], other: &[Value]| -> Vec<Value> {
                    one.iter().filter(|found| !other.contains(found)).cloned().collect()
                };
                assert_eq!(alone(differences, other), alone(other, differences), "{name}");
            }

            two.copied(&options()).await;
            let copied = two.compared(&Default::default()).await;
            assert_eq!(copied.only_source, [] as [String; 0], "nobody is missing");
            assert_eq!(copied.only_target, before.only_target, "nobody is deleted");
            assert_eq!(copied.different, before.different, "who is there stays as it is");

            two.copied(&updating()).await;
            let updated = two.compared(&Default::default()).await;
            assert!(updated.different.is_empty() && updated.only_source.is_empty(), "{updated}");
            assert_eq!(updated.only_target, before.only_target);
            let recorded = load_all(&two.store).await.expect("entries");
            assert_eq!(recorded.len(), sources.iter().flatten().count());
            for state in recorded.values().filter_map(|entry| entry.state.as_deref()) {
                let settings = Settings::builder().identity_management(kind).build();
                let exported = diff(&state.to_spec(&settings), Some(state), &settings);
                assert!(exported.is_empty(), "a program of it changes nothing: {exported:?}");
            }
            two.clear_calls();
            two.copied(&updating()).await;
            assert_eq!((two.source.writes(), two.target.writes()), (vec![], vec![]), "all is done");
        });
    }
}
