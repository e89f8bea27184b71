//! Rates of calls: as they are told, up to where they may rise, and what has no effect on them.

use serde_json::json;

use crate::tool::{Tool, user};

/// A program of so many users.
fn program(tool: &Tool, count: usize) -> String {
    let users = (0..count).map(|number| (format!("a{number}"), user(&format!("agent-{number}"), |_| ())));
    tool.write(&json!({"resources": users.collect::<serde_json::Map<_, _>>()}))
}

#[test]
fn a_rate_that_may_rise_is_told_as_such() {
    let tool = Tool::new();
    let file = program(&tool, 8);
    for ceiling in ["10", "10:1"] {
        let said = tool.ok(&["plan", &file, "--rate", "2:5", "--probe-to", ceiling]).out;
        let expected =
            "8 calls, 2s or less (CreateUser 8 at 2 a second, raised while the service accepts it).";
        assert!(said.contains(expected), "{said}");
    }
    // Service Quotas documents no more than 2 a second for creations.
    let args = ["plan", &file, "--rate", "2:5", "--probe-to", "documented"];
    let said = tool.ok(&args).out;
    assert!(said.contains("8 calls, at least 2s (CreateUser 8 at 2 a second, given)."), "{said}");
    assert_eq!(tool.json(&args)["summary"]["estimate"]["rate"]["basis"], "given");
    let without_effect =
        "`--probe-to` has no effect: it must be above the rate of an operation, and is above none";
    for (rate, ceiling, help) in [
        (&["--rate", "2:5"][..], "1", "what makes calls slower is `--rate 1:5`"),
        (&["--rate", "2:5"], "2", "what makes calls slower is `--rate 1:5`"),
        (&[], "100", "the local backend has no limit: give `--rate`, or leave it out"),
    ] {
        let said = tool.ok(&[&["plan", &file, "--probe-to", ceiling], rate].concat()).err;
        assert!(said.contains(without_effect) && said.contains(help), "{said}");
    }
    let said = tool.ok(&["plan", &file, "--rate", "2:5", "--rate", "CreateUser=1:1", "--probe-to", "2"]).err;
    assert!(!said.contains("--probe-to"), "{said}");
    tool.ok(&["apply", &file, "--yes", "--rate", "20:5", "--probe-to", "100"]);
    for (ceiling, expected) in [
        ("fast", "`fast` is not `documented`, `account` or calls a second, such as `10`"),
        ("0", "must be 0.001 to"),
        ("-5", "must be 0.001 to"),
        ("probed", "is not `documented`"),
        ("assumed", "`assumed` is not `documented`"),
    ] {
        let said = tool.fails(&["plan", &file, "--probe-to", ceiling]);
        assert!(said.contains(expected), "{ceiling}: {said}");
    }
}

#[test]
fn rates_without_effect_are_told() {
    let tool = Tool::new();
    let file = program(&tool, 1);
    for (args, told) in [
        (&["--rates-from", "account"][..], "`--rates-from` has no effect: the local backend has no quota"),
        (&["--rates-from", "assumed"], "`--rates-from` has no effect: the local backend has no quota"),
        (&["--probe-to", "account"], "`--probe-to account` has no effect: the local backend has no quota"),
        (&["--shared-quota"], "`--shared-quota` has no effect: the local backend has no quota"),
    ] {
        for limits in [&[][..], &["--rate", "CreateUser=2:5"]] {
            let said = tool.ok(&[&["plan", &file][..], args, limits].concat()).err;
            let is_told = said.contains(told) && said.contains("leave it out");
            // A limit is a quota that may be shared.
            let expected = limits.is_empty() || args != ["--shared-quota"];
            assert_eq!(is_told, expected, "{args:?} {limits:?}: {said}");
            assert!(said.matches("has no effect").count() == usize::from(expected), "{said}");
        }
    }
    assert_eq!(tool.ok(&["plan", &file]).err, "");
    // Without a quota, there is no rate to tell.
    let estimate = &tool.json(&["plan", &file])["summary"]["estimate"];
    assert!(estimate["seconds"] == 0.0 && estimate["rate"].is_null(), "{estimate}");
}
