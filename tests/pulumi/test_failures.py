"""What fails in the middle is finished by the next deployment, and nothing secret shows."""

import signal
import subprocess
import time

import pytest
from support import BIN, INSTANCE, user

# `--event-log` is one of Pulumi's commands for its own developers.
DEBUG = {"PULUMI_DEBUG_COMMANDS": "true"}

FAULTS = {
    "CreateUser:1:500/InternalServiceException": "made",
    "CreateUser:1:reset-before": "made",
    "CreateUser:1:reset-after": "made",
    "CreateUser:1:cut": "made",
    "UpdateUserHierarchy:1:403/AccessDeniedException": "changed",
    "UpdateUserRoutingProfile:1:403/AccessDeniedException": "changed",
    "UpdateUserSecurityProfiles:1:403/AccessDeniedException": "changed",
    "UpdateUserIdentityInfo:1:403/AccessDeniedException": "changed",
    "UpdateUserPhoneConfig:1:403/AccessDeniedException": "changed",
    "TagResource:1:403/AccessDeniedException": "changed",
    "DeleteUser:1:403/AccessDeniedException": "deleted",
}

CHANGED = {
    "hierarchyGroupId": "g1",
    "routingProfileId": "r2",
    "securityProfileIds": ["s1", "s2"],
    "identityInfo": {"firstName": "Joan", "lastName": "Doe", "email": "joan@example.com"},
    "phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 30, "autoAccept": True},
    "tags": {"team": "ops"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_failure_at_a_call(make, fault):
    project = make("--fault", fault)
    project.users(jane=user())
    if FAULTS[fault] == "made":
        # It may have been found within the same run.
        project.run("up", "--yes", "--skip-preview")
    project.ok("up", "--yes", "--skip-preview")
    project.users(jane=user(**CHANGED))
    if FAULTS[fault] == "changed":
        said = project.fails("up", "--yes", "--skip-preview", "--color=never")
        assert "access denied" in said, said.text
    if fault.startswith("TagResource"):
        # The last call: what the others have done is kept, beside what is wrong.
        kept = project.resource("jane")
        assert kept["initErrors"] and kept["outputs"]["routingProfileId"] == "r2", kept
    project.up()
    assert list(project.service.ids()) == ["jane"]
    assert project.service.user("jane")["RoutingProfileId"] == "r2"
    if FAULTS[fault] == "deleted":
        project.fails("destroy", "--yes")
    project.ok("destroy", "--yes")
    assert project.service.ids() == {}


def test_a_lost_answer_that_is_not_found_again(make):
    project = make("--hidden-millis", "4000", "--fault", "CreateUser:1:reset-after")
    project.users(jane=user())
    project.run("up", "--yes", "--skip-preview")
    time.sleep(4)
    project.up()
    assert list(project.service.ids()) == ["jane"]
    assert project.resource("jane")["id"] == f"{INSTANCE}:{project.service.ids()['jane']}"


def test_a_lost_answer_of_which_nobody_can_ask(make):
    faults = ["CreateUser:1:reset-after"]
    faults += [f"{call}:{n}:403/AccessDeniedException" for call in ("SearchUsers", "ListUsers") for n in range(1, 4)]
    project = make(*(part for fault in faults for part in ("--fault", fault)), config={"maxRetries": 0})
    project.users(jane=user())
    project.fails("up", "--yes", "--skip-preview")
    kept = project.resource("jane")
    assert kept["id"] == "not-known-yet" and kept["initErrors"], kept
    for _ in range(3):
        # Until the rights are there.
        if project.run("up", "--yes", "--skip-preview").code == 0:
            break
    project.up()
    assert list(project.service.ids()) == ["jane"]
    assert project.resource("jane")["id"] == f"{INSTANCE}:{project.service.ids()['jane']}"


def test_custom_timeouts(make):
    throttled = [f"UpdateUserRoutingProfile:{n}:429/TooManyRequestsException" for n in range(1, 5)]
    project = make(*(part for fault in throttled for part in ("--fault", fault)))

    def jane(**properties):
        options = {"customTimeouts": {"create": "60s", "update": "2s", "delete": "60s"}}
        project.users(jane={"properties": user(**properties), "options": options})

    jane()
    project.up()
    jane(hierarchyGroupId="g1", routingProfileId="r2")
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "the timeout of `2s` is over" in said, said.text
    project.users(jane=user(hierarchyGroupId="g1", routingProfileId="r2"))
    project.up()
    assert project.service.user("jane")["RoutingProfileId"] == "r2"


SIGN_OUT = {"signOutOn": ["lost-security-profile"]}


def test_a_sign_out_that_failed_is_made_by_the_next_deployment(make):
    faults = [f"DeleteAllEntitySessions:{n}:403/AccessDeniedException" for n in (1, 2)]
    project = make(*(part for fault in faults for part in ("--fault", fault)), config=SIGN_OUT)
    project.users(jane=user(securityProfileIds=["s1", "s2"]))
    project.up()
    project.users(jane=user())
    for _ in faults:
        said = project.fails("up", "--yes", "--skip-preview", "--color=never")
        assert "`DeleteAllEntitySessions`" in said, said.text
        project.ok("refresh", "--yes", "--skip-preview")
        assert not project.resource("jane").get("initErrors"), "nothing else makes Pulumi try again"
        assert project.diff("jane") == {"tagsAll": "update"}
    assert "will be signed out" in project.preview()
    project.up()


@pytest.mark.parametrize("refreshes", [False, True])
def test_a_sign_out_that_a_kill_prevented_is_made_by_a_next_deployment(make, refreshes):
    faults = ["--fault", "DeleteAllEntitySessions:1:hang", "--fault", "DeleteAllEntitySessions:2:403/AccessDeniedException"]
    project = make(*faults, config=SIGN_OUT)
    project.users(jane=user(securityProfileIds=["s1", "s2"]))
    project.up()
    project.users(jane=user())
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"]
    process = subprocess.Popen(
        command, cwd=project.folder, env=project.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(200):
        if project.service.user("jane")["SecurityProfileIds"] == ["s1"]:
            break
        time.sleep(0.1)
    time.sleep(2)
    process.kill()
    process.wait(timeout=60)
    project.run("cancel", "--yes")
    if refreshes:
        project.ok("refresh", "--yes", "--skip-preview")
    tried = ""
    for _ in range(4):
        said = project.run("up", "--yes", "--skip-preview", "--color=never")
        tried += said.text
        if said.code == 0:
            break
    assert "`DeleteAllEntitySessions`" in tried, tried
    project.up()


def test_a_demotion_that_was_done_when_the_time_is_over_owes_a_sign_out(make):
    faults = ["UpdateUserSecurityProfiles:1:reset-after", "DeleteAllEntitySessions:1:403/AccessDeniedException"]
    faults += [f"UpdateUserSecurityProfiles:{n}:429/TooManyRequestsException" for n in range(2, 8)]
    project = make(*(part for fault in faults for part in ("--fault", fault)), config=SIGN_OUT)
    project.users(jane=user(securityProfileIds=["s1", "s2"]))
    project.up()
    project.users(jane={"properties": user(), "options": {"customTimeouts": {"update": "2s"}}})
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "the timeout of `2s` is over" in said, said.text
    assert project.service.user("jane")["SecurityProfileIds"] == ["s1"]
    project.users(jane=user())
    project.ok("refresh", "--yes", "--skip-preview")
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "`DeleteAllEntitySessions`" in said, said.text
    project.up()


def test_custom_timeouts_while_waiting_for_a_turn(make):
    project = make(config={"callsPerSecond": 0.01, "burst": 1})
    options = {"customTimeouts": {"create": "2s"}}
    users = {name: {"properties": user(name), "options": options} for name in ("a", "b")}
    project.users(**users)
    begun = time.monotonic()
    said = project.fails("up", "--yes", "--skip-preview", "--continue-on-error", "--color=never")
    assert "the timeout of `2s` is over" in said, said.text
    assert time.monotonic() - begun < 90, "the turn would have come after 100 seconds"
    assert len(project.service.ids()) <= 1
    project.config |= {"callsPerSecond": 10000, "burst": 1000}
    project.users(**users)
    project.up()
    assert sorted(project.service.ids()) == ["a", "b"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_ends_in_the_middle(make, how):
    project = make(config={"callsPerSecond": 1, "burst": 1, "adoptExisting": True})
    project.users(**{f"u{n}": user(f"u{n}") for n in range(4)})
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"]
    process = subprocess.Popen(
        command, cwd=project.folder, env=project.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(200):
        if len(project.service.ids()) >= 2:
            break
        time.sleep(0.1)
    process.send_signal(how)
    process.wait(timeout=60)
    project.config |= {"callsPerSecond": 10000, "burst": 1000}
    project.users(**{f"u{n}": user(f"u{n}") for n in range(4)})
    project.run("cancel", "--yes")
    project.up()
    assert sorted(project.service.ids()) == ["u0", "u1", "u2", "u3"]


def test_secrets_stay_secret(make):
    canary = "Canary-Password-7"
    project = make("--fault", "UpdateUserRoutingProfile:1:403/AccessDeniedException")
    project.users(jane=user(password=canary))
    shown = [project.run("preview", "--diff", "--json", "-v=9", "--logtostderr"), project.up()]
    project.users(jane=user(password=canary, routingProfileId="r2"))
    shown += [
        project.fails("up", "--yes", "--skip-preview", "-v=9", "--logtostderr", "--event-log", "events.json", env=DEBUG),
        project.run("refresh", "--yes", "-v=9", "--logtostderr"),
        project.up(),
        project.run("stack", "export"),
        project.run("preview", "--json", "--show-sames"),
    ]
    for said in shown:
        assert canary not in said, said.text[max(0, said.text.find(canary) - 600) :][:1200]
    assert project.folder.joinpath("events.json").stat().st_size > 0
    files = [path for path in project.folder.rglob("*") if path.is_file() and path.name != "Pulumi.yaml"]
    for path in files:
        assert canary.encode() not in path.read_bytes(), path
    said = project.ok("stack", "export", "--show-secrets")
    assert canary in said


def test_personal_data_marked_secret_stays_so(project):
    canary = "canary@example.com"
    secret = {"fn::secret": canary}
    project.users(jane=user(identityInfo={"firstName": "Jane", "lastName": "Roe", "email": secret}))
    project.up()
    assert canary not in project.ok("stack", "export")
    broken = user(routingProfileId="r2", identityInfo={"firstName": "Jane", "lastName": "Roe", "email": {"fn::secret": "canary no address"}})
    project.users(jane=broken)
    assert "canary no address" not in project.run("preview")


def test_parts_of_a_deployment(project):
    project.users(a=user("a"), b=user("b"))
    urn = "urn:pulumi:test::users::aws:connect/user:User::a"
    project.ok("up", "--yes", "--skip-preview", "--target", urn)
    assert list(project.service.ids()) == ["a"]
    project.up()
    project.service.call("POST", f"/users/{INSTANCE}/{project.service.ids()['a']}/routing-profile", {"RoutingProfileId": "r2"})
    project.ok("up", "--yes", "--skip-preview", "--refresh")
    assert project.service.user("a")["RoutingProfileId"] == "r1"
    project.folder.joinpath("stack.json").write_text(project.ok("stack", "export", "--show-secrets").text)
    project.ok("stack", "import", "--file", "stack.json")
    project.settled()


def test_one_fails_and_the_others_go_on(project):
    project.users(a=user("a"), b=user("b", routingProfileId="none"), c=user("c"))
    project.fails("up", "--yes", "--skip-preview", "--continue-on-error")
    assert sorted(project.service.ids()) == ["a", "c"]
    project.users(a=user("a"), b=user("b"), c=user("c"))
    project.up()


def test_an_interrupt_ends_the_provider():
    """It is how the engine ends its plugins; it waits five seconds for each that stays."""
    provider = subprocess.Popen([f"{BIN}/pulumi-resource-aws"], stdout=subprocess.PIPE)
    try:
        assert int(provider.stdout.readline()) > 0
        provider.send_signal(signal.SIGINT)
        assert provider.wait(timeout=60) == 0
    finally:
        provider.kill()
