//! What many users cost: planning them, in time and memory, and applying them, against the floor that the
//! quota sets, under a simulated clock.
//!
//! `cargo bench --bench fleet` measures everything, and with `-- --svg FILE` draws what planning costs;
//! as a test, only small fleets are measured.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use connect_user::{
    apply::ApplyOptions,
    client::{
        Delayed, ErrorKind, Rate, Timer, TokenBuckets, TokioTimer,
        memory::{Fault, MemoryConnect, Outcome},
    },
    fleet::{
        EmbeddedStore, Entry, FleetOptions, Guard, Lifecycle, MemoryStore, PlanOptions, Planner, ProgramUser,
        Recorded, StateStore, StoreChange, UserResult, apply, load_all, refresh,
    },
    read::{RefreshOptions, Strategy},
    user::{IdentityManagementType, Operation, Timestamp, UserSpec, UserState},
    validate::{Context, resolve},
};
use serde_json::{Value, json};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let is_whole = args.iter().any(|arg| arg == "--bench");
    let sizes: &[usize] = if is_whole { &[1_000, 10_000, 100_000, 1_000_000] } else { &[1_000, 2_000] };
    println!("planning, one in a hundred changed\n");
    println!("|     users |  seconds | µs a user | peak MiB |\n| ---: | ---: | ---: | ---: |");
    let costs: Vec<Cost> = sizes.iter().map(|users| planning(*users)).collect();
    if let Some(place) = args.iter().position(|arg| arg == "--svg")
        && let Some(file) = args.get(place + 1)
    {
        std::fs::write(file, drawing(&costs)).expect("written");
    }
    let sizes: &[usize] = if is_whole { &[1_000, 10_000, 100_000] } else { &[200] };
    println!("\nremembering, one in a hundred new\n");
    println!("| users | file MiB | open and read all, s | one commit, ms |\n| ---: | ---: | ---: | ---: |");
    for users in sizes.iter().filter(|users| **users <= 100_000) {
        remembering(*users);
    }
    println!("\napplying, simulated\n");
    println!("| users | disturbed by | calls | floor | took | ratio | estimate |");
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: |");
    for users in sizes {
        for (name, throttled, failing) in
            [("nothing", 0, 0), ("1 % throttled", 100, 0), ("0.1 % failing", 0, 1_000), ("both", 100, 1_000)]
        {
            applying(*users, name, throttled, failing);
        }
    }
    println!("\nreading again, 1 in 200 changed\n");
    println!("| users | list | search | describe |\n| ---: | ---: | ---: | ---: |");
    for users in sizes {
        reading(*users);
    }
}

/// What planning so many users costs.
struct Cost {
    users: usize,
    seconds: f64,
    mebibytes: f64,
}

/// So many users are made and planned at once: a host hands each over as it is read, and drops it.
const CHUNK: usize = 50;

fn planning(users: usize) -> Cost {
    let mut took = Duration::ZERO;
    let base = (typical("x"), state(&typical("x"), "id"));
    let measured = allocation_counter::measure(|| {
        let mut planner = Planner::new(PlanOptions::default());
        for chunk in 0..users / CHUNK {
            let pairs: Vec<(ProgramUser, Arc<UserState>)> =
                (0..CHUNK).map(|number| pair(&base, chunk * CHUNK + number)).collect();
            let began = Instant::now();
            for (wanted, state) in &pairs {
                planner.want(wanted, Some(Recorded::new(&wanted.name, state, &wanted.lifecycle)));
            }
            took += began.elapsed();
        }
        let began = Instant::now();
        let plan = planner.finish().into_plan().expect("a plan");
        took += began.elapsed();
        assert_eq!((plan.users().len(), plan.unchanged()), (users / 100, users - users / 100));
    });
    let (seconds, mebibytes) = (took.as_secs_f64(), measured.bytes_max as f64 / f64::from(1 << 20));
    println!("| {users} | {seconds:.3} | {:.2} | {mebibytes:.0} |", seconds * 1e6 / users as f64);
    Cost { users, seconds, mebibytes }
}

/// A user, and as it is; one in a hundred differs.
fn pair((document, state): &(Value, UserState), number: usize) -> (ProgramUser, Arc<UserState>) {
    let mut spec = spec(document);
    let name = format!("agent-{number:07}");
    spec.name = Some(name.clone().into());
    if number.is_multiple_of(100) {
        spec.routing_profile_id = "10000000-0000-4000-8000-000000000002".into();
    }
    let mut state = state.clone();
    state.user_id = format!("{number:08x}-0000-4000-8000-{number:012x}").into();
    state.name.clone_from(&name);
    (wanted(&name, spec), Arc::new(state))
}

fn typical(name: &str) -> Value {
    json!({
        "instanceId": "aaaaaaaa-bbbb-cccc-dddd-111111111111",
        "name": name,
        "routingProfileId": "10000000-0000-4000-8000-000000000001",
        "securityProfileIds": ["20000000-0000-4000-8000-000000000001"],
        "identityInfo": {"firstName": "Jane", "lastName": "Roe"},
        "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": true, "afterContactWorkTimeLimit": 30},
        "tags": {"team": "front-desk"},
    })
}

fn spec(document: &Value) -> UserSpec {
    serde_json::from_value(document.clone()).expect("a spec")
}

fn wanted(name: &str, spec: UserSpec) -> ProgramUser {
    let context = Context::builder().identity_management(IdentityManagementType::Saml).build();
    ProgramUser::builder().name(name).desired(resolve(spec, &context).expect("valid").0).build()
}

fn state(document: &Value, id: &str) -> UserState {
    let mut state = document.clone();
    let members = state.as_object_mut().expect("an object");
    members.insert("managed".into(), serde_json::to_value(spec(document).managed()).expect("paths"));
    members.insert("managedTags".into(), json!(["team"]));
    members.insert("tagsAll".into(), document["tags"].clone());
    members.insert("arn".into(), json!("arn:aws:connect:us-east-1:123456789012:instance/i/agent/u"));
    members.insert("userId".into(), json!(id));
    serde_json::from_value(state).expect("a state")
}

/// What a store costs: opening it, and remembering one user more.
fn remembering(users: usize) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("users.redb");
    let entry = |number: usize| {
        let name = format!("agent-{number:07}");
        let entry = Entry::new(state(&typical(&name), "id"));
        StoreChange::put(name, entry)
    };
    simulate(|_| async {
        let store = EmbeddedStore::open(&file).expect("a store");
        for batch in (0..users).collect::<Vec<_>>().chunks(1_000) {
            let changes: Vec<StoreChange> = batch.iter().map(|number| entry(*number)).collect();
            store.commit(&changes).await.expect("committed");
        }
        drop(store);
        let began = Instant::now();
        let store = EmbeddedStore::open(&file).expect("a store");
        assert_eq!(load_all(&store).await.expect("all").len(), users);
        let opened = began.elapsed().as_secs_f64();
        let more = users / 100;
        let began = Instant::now();
        for number in users..users + more {
            store.commit(&[entry(number)]).await.expect("committed");
        }
        let commit = began.elapsed().as_secs_f64() * 1e3 / more as f64;
        let size = std::fs::metadata(&file).expect("a file").len() as f64 / f64::from(1 << 20);
        println!("| {users} | {size:.0} | {opened:.2} | {commit:.1} |");
    });
}

/// Under a paused clock: time passes as soon as everybody waits.
fn simulate<F: Future>(future: impl FnOnce(Arc<dyn Timer>) -> F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async { future(Arc::new(TokioTimer::default())).await })
}

/// How long a call takes, there and back.
const LATENCY: Duration = Duration::from_millis(80);

fn applying(users: usize, disturbed: &str, throttled: u32, failing: u32) {
    simulate(|timer| async move {
        let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
        let store = populate(&connect, users, timer.clone()).await;
        let (plan, calls) = mixed(users, &store).await;
        // The same faults in each run. None is among the last calls, behind which nobody is left to go on.
        let mut random = fastrand::Rng::with_seed(1);
        for (share, kind) in [(throttled, ErrorKind::Throttled), (failing, ErrorKind::Service)] {
            let mut next = 0;
            while share > 0 && next + 2 * share < calls {
                next += random.u32(1..2 * share);
                connect.inject(Fault::of_any(next, Outcome::Refused(kind)));
            }
        }
        let client = Delayed::new(connect, LATENCY, timer.clone());
        let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone()));
        let options = FleetOptions::builder().timer(timer).pace(pace).apply(without_reading_back()).build();
        let floor = plan.estimate(|_| Rate::DEFAULT, false);
        let outcome = apply(&plan, &store, &client, &options).await;
        // A creation of which nobody knows whether it was done is left to the next run.
        let failed = outcome.count(UserResult::Failed);
        assert!(failed * 200 <= users && outcome.count(UserResult::Done) + failed == outcome.users.len());
        let ratio = outcome.elapsed.as_secs_f64() / floor.time.as_secs_f64();
        println!(
            "| {users} | {disturbed} | {} | {} s | {} s | {ratio:.3} | {floor} |",
            outcome.calls,
            floor.time.as_secs(),
            outcome.elapsed.as_secs(),
        );
        assert!((0.95..=1.05).contains(&ratio), "{ratio}");
    });
}

fn without_reading_back() -> ApplyOptions<'static> {
    ApplyOptions::builder().now(&|| Timestamp::from_millis(0)).read_back(false).build()
}

/// Puts four users of five into the service, and into a store.
async fn populate(connect: &MemoryConnect, users: usize, timer: Arc<dyn Timer>) -> MemoryStore {
    let mut planner = Planner::new(PlanOptions::default());
    for number in (0..users).filter(|number| !number.is_multiple_of(5)) {
        let name = format!("agent-{number:07}");
        planner.want(&wanted(&name, spec(&typical(&name))), None);
    }
    let store = MemoryStore::default();
    let rate = Rate::UNLIMITED;
    let pace = Arc::new(TokenBuckets::new(rate, timer.clone()));
    let options = FleetOptions::builder().timer(timer).pace(pace).apply(without_reading_back()).build();
    let outcome = apply(&planner.finish().into_plan().expect("a plan"), &store, connect, &options).await;
    assert!(outcome.is_done());
    connect.clear_calls();
    store
}

/// A plan in which one user of five is made, one of twenty deleted, and the others change in several ways.
async fn mixed(users: usize, store: &MemoryStore) -> (connect_user::fleet::FleetPlan, u32) {
    let entries = load_all(store).await.expect("all");
    let mut planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
    for number in 0..users {
        let name = format!("agent-{number:07}");
        let state = entries.get(&name).and_then(|entry| entry.state.as_ref());
        let mut document = typical(&name);
        if number % 20 == 1 {
            planner.leave(&name, Recorded::new(&name, state.expect("a state"), &Lifecycle::default()));
            continue;
        }
        for (each, path, value) in [
            (2, "/routingProfileId", json!("10000000-0000-4000-8000-000000000002")),
            (3, "/phoneConfig/afterContactWorkTimeLimit", json!(60)),
            (4, "/tags/team", json!("back-office")),
            (7, "/identityInfo/lastName", json!("Poe")),
            (11, "/securityProfileIds", json!(["20000000-0000-4000-8000-000000000002"])),
        ] {
            if number % each == 0 {
                *document.pointer_mut(path).expect("a member") = value;
            }
        }
        let wanted = wanted(&name, spec(&document));
        planner.want(&wanted, state.map(|state| Recorded::new(&name, state, &wanted.lifecycle)));
    }
    let plan = planner.finish().into_plan().expect("a plan");
    let calls = plan.estimate(|_| Rate::DEFAULT, false).total();
    (plan, u32::try_from(calls).expect("few"))
}

fn reading(users: usize) {
    simulate(|timer| async move {
        let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
        let store = populate(&connect, users, timer).await;
        let entries = load_all(&store).await.expect("all");
        let known: BTreeMap<String, Arc<UserState>> =
            entries.into_iter().filter_map(|(name, Entry { state, .. })| Some((name, state?))).collect();
        // Recorded as read at the time of the service, so that only changes by hand differ.
        let mut recorded = known.clone();
        for state in recorded.values_mut().map(Arc::make_mut) {
            state.record.last_written = Some(connect.time());
        }
        connect.set_time(connect.time().plus(Duration::from_secs(3_600)));
        let changed = known.values().step_by(200);
        for state in changed.clone() {
            connect.edit_user(&state.instance_id, &state.user_id, |user, _| {
                user.routing_profile_id = "x".into()
            });
        }
        let options = RefreshOptions::builder().strategy(Strategy::Changed).build();
        let refreshed = refresh(&[] as &[ProgramUser], &recorded, &connect, &options, connect.time()).await;
        assert_eq!(refreshed.there().len(), recorded.len());
        let calls = connect.calls();
        let count = |operation| calls.iter().filter(|call| call.operation == operation).count();
        let [listed, searched, described] =
            [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser].map(count);
        println!("| {} | {listed} | {searched} | {described} |", recorded.len());
        let pages = recorded.len().div_ceil(1_000) + recorded.len().div_ceil(500);
        assert!(calls.len() <= pages + changed.count());
    });
}

/// What planning costs, on two logarithmic scales.
fn drawing(costs: &[Cost]) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 320.0;
    let x = |users: f64| 70.0 + (users.log10() - 3.0) / 3.0 * (WIDTH - 140.0);
    let y =
        |value: f64, top: f64, decades: f64| 30.0 + (top.log10() - value.log10()) / decades * (HEIGHT - 80.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut line = |color: &str, name: &str, above: f64, points: Vec<(f64, f64, String)>| {
        let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (x, y, label) in points {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{color}\"/>");
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{color}\" text-anchor=\"middle\">{label}</text>",
                y + above
            );
        }
        let place = if above < -10.0 { 40.0 } else { 58.0 };
        let _ = writeln!(svg, "<text x=\"80\" y=\"{place}\" fill=\"{color}\">{name}</text>");
    };
    let points = |value: &dyn Fn(&Cost) -> f64, top: f64, decades: f64, label: &dyn Fn(f64) -> String| {
        costs
            .iter()
            .map(|cost| (x(cost.users as f64), y(value(cost), top, decades), label(value(cost))))
            .collect::<Vec<_>>()
    };
    let seconds =
        |value: f64| if value < 0.1 { format!("{:.1} ms", value * 1e3) } else { format!("{value:.2} s") };
    let mebibytes = |value: f64| format!("{value:.1} MiB");
    line("#0b6", "seconds to plan", -12.0, points(&|cost| cost.seconds, 10.0, 5.0, &seconds));
    line("#06b", "peak memory", -8.0, points(&|cost| cost.mebibytes, 100_000.0, 5.0, &mebibytes));
    for cost in costs {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#444\">{} users</text>",
            x(cost.users as f64),
            HEIGHT - 12.0,
            cost.users
        );
    }
    svg.push_str("</svg>\n");
    svg
}
