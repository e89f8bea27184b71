"""The documented programs in YAML, each change of each property, and what a program says of its resources."""

import json
import urllib.parse

import pytest
from support import INSTANCE, PASSWORD, differences, documented, put, user

NAMES = "identityInfo: {firstName: example, lastName: example2}\n      phoneConfig:"


@pytest.mark.parametrize("name", ["basic", "hierarchy-group", "identity-info", "desk-phone", "security-profiles"])
def test_documented_program(project, name):
    text = documented(name)
    if "identityInfo" not in text:
        # The instance keeps passwords, so users need names: the page has none, and it is said where.
        project.write(text)
        said = project.fails("preview", "--color=never")
        assert "identityInfo.firstName" in said, said.text
        text = text.replace("phoneConfig:", NAMES)
    project.write(text)
    project.preview()
    assert project.service.ids() == {}
    project.up()
    assert list(project.service.ids()) == ["example"]
    outputs = project.resource("example")["outputs"]
    assert outputs["arn"].startswith("arn:aws:connect:")
    assert outputs["region"] == "us-east-1"
    assert f"{INSTANCE}:{outputs['userId']}" == project.resource("example")["id"]
    project.ok("destroy", "--yes", "--color=never")
    assert project.service.ids() == {}


CHANGES = [
    ("hierarchyGroupId", None, "g1", {"hierarchyGroupId": "add"}),
    ("hierarchyGroupId", "g1", "g2", {"hierarchyGroupId": "update"}),
    ("hierarchyGroupId", "g1", None, {"hierarchyGroupId": "delete"}),
    ("routingProfileId", "r1", "r2", {"routingProfileId": "update"}),
    ("securityProfileIds", ["s1"], ["s1", "s2"], {"securityProfileIds": "update"}),
    ("securityProfileIds", ["s1", "s2"], ["s2"], {"securityProfileIds": "update"}),
    ("tags", None, {"team": "ops"}, {"tags.team": "add"}),
    ("tags", {"team": "ops"}, {"team": "dev", "a b": "c"}, {"tags.team": "update", 'tags["a b"]': "add"}),
    ("tags", {"team": "ops"}, None, {"tags.team": "delete"}),
    ("identityInfo.email", None, "jane@example.com", {"identityInfo.email": "add"}),
    ("identityInfo.email", "jane@example.com", "roe@example.com", {"identityInfo.email": "update"}),
    ("identityInfo.email", "jane@example.com", None, {"identityInfo.email": "delete"}),
    ("identityInfo.secondaryEmail", None, "a@example.com", {"identityInfo.secondaryEmail": "add"}),
    ("identityInfo.secondaryEmail", "a@example.com", "b@example.com", {"identityInfo.secondaryEmail": "update"}),
    ("identityInfo.secondaryEmail", "a@example.com", None, {"identityInfo.secondaryEmail": "delete"}),
    ("identityInfo.mobile", "+12025550100", "+12025550101", {"identityInfo.mobile": "update"}),
    ("phoneConfig.persistentConnection", None, True, {"phoneConfig.persistentConnection": "add"}),
    ("identityInfo.firstName", "Jane", "Joan", {"identityInfo.firstName": "update"}),
    ("identityInfo.lastName", "Roe", "Doe", {"identityInfo.lastName": "update"}),
    ("phoneConfig.autoAccept", None, True, {"phoneConfig.autoAccept": "add"}),
    ("phoneConfig.autoAccept", True, False, {"phoneConfig.autoAccept": "update"}),
    ("phoneConfig.autoAccept", True, None, {"phoneConfig.autoAccept": "delete"}),
    ("phoneConfig.afterContactWorkTimeLimit", 0, 30, {"phoneConfig.afterContactWorkTimeLimit": "update"}),
    ("phoneConfig.afterContactWorkTimeLimit", 30, None, {"phoneConfig.afterContactWorkTimeLimit": "delete"}),
]


def test_each_property_changes_comes_and_goes(project):
    def users(which):
        """A user for each change, before or after it."""
        return {f"u{n}": put(user(f"u{n}"), change[0], change[which]) for n, change in enumerate(CHANGES)}

    project.users(**users(1))
    project.up()
    project.users(**users(2))
    steps = project.steps()
    assert {name: step["op"] for name, step in steps.items()} == {f"u{n}": "update" for n in range(len(CHANGES))}
    assert {n: differences(steps[f"u{n}"]) for n in range(len(CHANGES))} == {
        n: change[3] for n, change in enumerate(CHANGES)
    }
    project.up()
    project.users(**users(1))
    project.up()


def test_desk_phone_comes_and_goes(project):
    desk = {"phoneType": "DESK_PHONE", "deskPhoneNumber": "+12025550100", "afterContactWorkTimeLimit": 0}
    project.users(jane=user())
    project.up()
    project.users(jane=user(phoneConfig=desk))
    project.up()
    assert project.service.user("jane")["PhoneConfig"]["DeskPhoneNumber"] == "+12025550100"
    project.users(jane=user(phoneConfig={**desk, "deskPhoneNumber": "+12025550101"}))
    assert project.diff("jane") == {"phoneConfig.deskPhoneNumber": "update"}
    project.up()
    project.users(jane=user())
    project.up()
    assert project.service.user("jane")["PhoneConfig"]["PhoneType"] == "SOFT_PHONE"


def test_replacement(project):
    project.users(a=user("jane"), b=user("joan"))
    project.up()
    old = project.service.ids()
    project.users(a=user("janet"), b=user("joan", instanceId="3e4f"))
    steps = project.steps()
    assert {name: step["op"] for name, step in steps.items()} == {"a": "replace", "b": "replace"}
    assert differences(steps["a"]) == {"name": "update-replace"}
    assert differences(steps["b"]) == {"instanceId": "update-replace"}
    project.up()
    assert list(project.service.ids()) == ["janet"] and old["jane"] not in project.service.ids().values()
    assert list(project.service.ids("3e4f")) == ["joan"]


def test_password_by_policy(make):
    warned = make()
    warned.users(jane=user())
    warned.up()
    warned.users(jane=user(password="Password456"))
    said = warned.up()
    assert "password" in said, said.text

    replaced = make(config={"onPasswordChange": "replace"})
    replaced.users(jane=user())
    replaced.up()
    old = replaced.service.ids()
    replaced.users(jane=user(password="Password456"))
    assert replaced.events() == {"jane": "replace"}
    replaced.up()
    assert replaced.service.ids() != old and list(replaced.service.ids()) == ["jane"]

    refused = make(config={"onPasswordChange": "refuse"})
    refused.users(jane=user())
    refused.up()
    refused.users(jane=user(password="Password456"))
    said = refused.fails("preview", "--color=never")
    assert "Password456" not in said and "password" in said, said.text


def test_password_comes_and_goes_without_a_difference(project):
    project.users(jane=user())
    project.up()
    project.users(jane={key: value for key, value in user().items() if key != "password"})
    assert project.diff("jane") == {}
    project.up()
    project.users(jane={"properties": user(), "options": {"ignoreChanges": ["password"]}})
    project.up()
    # From plain to secret and back.
    for password in ({"fn::secret": PASSWORD}, PASSWORD, {"fn::secret": PASSWORD}):
        project.users(jane=user(password=password))
        assert project.diff("jane") == {}
    project.up()
    assert len(project.service.ids()) == 1


def test_two_users_exchange_names(project):
    project.users(a=user("jane"), b=user("joan"))
    project.up()
    project.users(a=user("joan"), b=user("jane"))
    project.up()
    assert sorted(project.service.ids()) == ["jane", "joan"]


def test_the_name_of_a_stranger_costs_nobody(make):
    project = make()
    project.users(a=user("jane"), b=user("joan"))
    project.up()
    project.ok("state", "delete", project.resource("a")["urn"], "--yes")
    old = project.service.ids()
    project.users(b=user("jane"))
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "`jane` is taken" in said, said.text
    assert project.service.ids() == old
    project.users(b=user("joan"))
    project.up()


def test_a_name_that_another_user_of_the_program_keeps_costs_nobody(project):
    project.users(a=user("jane"), b=user("joan"))
    project.up()
    old = project.service.ids()
    project.users(a=user("joan"), b=user("joan"))
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "`joan`" in said, said.text
    assert project.service.ids() == old
    project.users(a=user("janet"), b=user("joan"))
    project.up()


def test_a_name_that_two_users_are_to_get_costs_nobody(project):
    project.users(a=user("jane"), b=user("joan"), c=user("jim"))
    project.up()
    old = project.service.ids()
    project.users(a=user("jim"), b=user("jim"), c=user("jane"))
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "`jim`" in said, said.text
    # Whoever has gone was made again under the name that the program gives it.
    assert len(project.service.ids()) == len(old)


def test_the_name_of_who_is_made_again_costs_nobody(make):
    project = make(config={"onPasswordChange": "replace"})
    project.users(a=user("jane"), b=user("joan"))
    project.up()
    count = len(project.service.ids())
    project.users(a=user("joan"), b=user("joan", password="Password456"))
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    # Whoever comes second is refused: before its deletion, or because the name is taken again.
    assert "`joan`" in said or "the name is taken by the user" in said, said.text
    assert len(project.service.ids()) == count


def test_a_chain_of_names_that_ends_at_a_stranger_costs_nobody(project):
    project.users(a=user("jane"), b=user("joan"), c=user("jim"))
    project.up()
    project.ok("state", "delete", project.resource("c")["urn"], "--yes")
    old = project.service.ids()
    project.users(a=user("joan"), b=user("jim"))
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "`jim` is taken" in said, said.text
    assert project.service.ids() == old


@pytest.mark.parametrize("first", ["a", "b", "either"])
def test_a_chain_of_names_that_ends_at_a_free_one(project, first):
    project.users(a=user("jane"), b=user("joan"))
    project.up()
    old = project.service.ids()

    def write(a):
        users = {"a": {"properties": user(a)}, "b": {"properties": user("jim")}}
        for later in {"a", "b"} - {first} if first != "either" else ():
            users[later]["options"] = {"dependsOn": ["${" + first + "}"]}
        project.users(**users)

    write("joan")
    said = project.run("up", "--yes", "--skip-preview", "--color=never")
    if first != "either" or said.code:
        # The name would be free only at the end: that of `a` is changed by a deployment of its own.
        assert "`joan` is taken" in said, said.text
        assert project.service.ids()["jane"] == old["jane"]
        write("jane")
        project.up()
        write("joan")
        project.up()
    assert sorted(project.service.ids()) == ["jim", "joan"]


def test_names_are_made(project):
    nameless = {key: value for key, value in user().items() if key != "name"}
    project.users(jane=nameless)
    project.up()
    (name,) = project.service.ids()
    assert name.startswith("jane-") and len(name) > len("jane-"), name
    project.users(jane={**nameless, "routingProfileId": "r2"})
    project.up()
    assert list(project.service.ids()) == [name]


def test_drift_is_found_and_undone(project):
    project.users(jane=user())
    project.up()
    found = project.service.ids()["jane"]
    project.service.call("POST", f"/users/{INSTANCE}/{found}/routing-profile", {"RoutingProfileId": "r2"})
    project.fails("refresh", "--yes", "--expect-no-changes")
    assert project.diff("jane") == {"routingProfileId": "update"}
    project.up()
    assert project.service.user("jane")["RoutingProfileId"] == "r1"


def test_user_who_is_gone(project):
    project.users(jane=user())
    project.up()
    found = project.service.ids()["jane"]
    project.service.call("DELETE", f"/users/{INSTANCE}/{found}")
    project.ok("refresh", "--yes")
    assert project.events() == {"jane": "create"}
    project.up()
    found = project.service.ids()["jane"]
    project.service.call("DELETE", f"/users/{INSTANCE}/{found}")
    project.ok("destroy", "--yes")
    assert project.export()["deployment"].get("resources", []) == []


def test_import(project):
    project.users(jane=user(tags={"team": "ops"}))
    project.up()
    found = f"{INSTANCE}:{project.service.ids()['jane']}"
    project.ok("state", "delete", project.resource("jane")["urn"], "--yes")

    # By the command, whose generated program plans to nothing.
    said = project.ok("import", "aws:connect/user:User", "jane", found, "--yes", "--protect=false", "--out", "made.yaml")
    made = project.folder.joinpath("made.yaml").read_text()
    assert "aws:connect:User" in made and "routingProfileId: r1" in made, made
    project.write(made)
    project.settled()
    # The password, which nothing reads, may be written into it.
    project.users(jane=user(tags={"team": "ops"}))
    project.ok("preview", "--expect-no-changes", "--diff")
    project.up()

    # By the option.
    project.ok("state", "delete", project.resource("jane")["urn"], "--yes")
    project.users(jane={"properties": user(tags={"team": "ops"}), "options": {"import": found}})
    project.up()
    assert list(project.service.ids()) == ["jane"]
    said = project.fails("import", "aws:connect/user:User", "none", f"{INSTANCE}:none", "--yes")
    assert "does not exist" in said, said.text


def test_import_of_another_region(project):
    project.users(jane=user(region="eu-west-2"))
    project.up()
    found = f"{INSTANCE}:{project.service.ids()['jane']}@eu-west-2"
    project.ok("state", "delete", project.resource("jane")["urn"], "--yes")
    project.ok("import", "aws:connect/user:User", "jane", found, "--yes", "--protect=false", "--out", "made.yaml")
    made = project.folder.joinpath("made.yaml").read_text()
    assert "region: eu-west-2" in made, made
    project.write(made)
    project.settled()
    assert project.resource("jane")["outputs"]["region"] == "eu-west-2"
    said = project.fails("import", "aws:connect/user:User", "joan", found.replace("eu-west-2", "x/y"), "--yes", "--color=never")
    assert "`region` must be an AWS Region such as `eu-central-1`, is `x/y`" in said, said.text


def test_get(project):
    project.users(jane=user())
    project.up()
    found = f"{INSTANCE}:{project.service.ids()['jane']}"
    resources = {
        "jane": {"type": "aws:connect:User", "properties": user()},
        "found": {"type": "aws:connect:User", "get": {"id": found}},
    }
    outputs = {
        "routing": "${found.routingProfileId}",
        "byId": {
            "fn::invoke": {
                "function": "aws:connect:getUser",
                "arguments": {"instanceId": INSTANCE, "userId": found.split(":")[1]},
                "return": "name",
            }
        },
        "byName": {
            "fn::invoke": {"function": "aws:connect:getUser", "arguments": {"instanceId": INSTANCE, "name": "jane"}}
        },
    }
    project.write(f"resources: {json.dumps(resources)}\noutputs: {json.dumps(outputs)}\n")
    project.up()
    shown = json.loads(project.ok("stack", "output", "--json").text)
    assert (shown["routing"], shown["byId"]) == ("r1", "jane")
    assert shown["byName"]["phoneConfigs"][0]["phoneType"] == "SOFT_PHONE"
    project.users()
    project.ok("destroy", "--yes")


def test_tags_by_default_and_ignored(make):
    project = make(config={"defaultTags": {"tags": {"team": "ops"}}, "ignoreTags": {"keyPrefixes": ["x-"]}})
    project.users(jane=user(tags={"a": "b"}))
    project.up()
    outputs = project.resource("jane")["outputs"]
    assert (outputs["tags"], outputs["tagsAll"]) == ({"a": "b"}, {"a": "b", "team": "ops"})
    arn = urllib.parse.quote(outputs["arn"], safe="")
    project.service.call("POST", f"/tags/{arn}", {"tags": {"x-cost": "7"}})
    project.settled()


def test_region_of_a_resource(project):
    project.users(jane=user(region="eu-central-1"))
    project.up()
    assert project.resource("jane")["outputs"]["region"] == "eu-central-1"
    project.users(jane=user(name="joan", region="us-east-1"))
    assert project.diff("jane")["region"] == "update-replace"
    project.up()


def test_region_that_is_known_after_apply(project):
    """Whose Region nobody knows yet, of that nothing is asked: the instance may be in another."""
    region = {"fn::select": [3, {"fn::split": [":", "${jane.arn}"]}]}
    jane = {"type": "aws:connect:User", "properties": user()}
    joan = {"type": "aws:connect:User", "properties": user("joan", region=region)}

    def write(**resources):
        project.write("resources: " + json.dumps(resources) + "\n")

    elsewhere = {**joan, "properties": {**joan["properties"], "instanceId": "5f6a"}}
    write(jane=jane, joan=elsewhere)
    assert project.events() == {"jane": "create", "joan": "create"}
    broken = {**joan, "properties": {**joan["properties"], "securityProfileIds": []}}
    write(jane=jane, joan=broken)
    assert "securityProfileIds" in project.fails("preview", "--color=never")
    write(jane=jane, joan=joan)
    project.up()
    assert project.resource("joan")["outputs"]["region"] == "us-east-1"
    # A new user has a new ARN, and may be in another Region.
    write(jane={**jane, "properties": user("janet")}, joan=joan)
    assert project.events() == {"jane": "replace", "joan": "replace"}


def test_region_that_is_none(project):
    project.users(jane=user(region="frankfurt"))
    said = project.fails("preview", "--color=never")
    assert "`region` must be an AWS Region such as `eu-central-1`, is `frankfurt`" in said, said.text


def test_other_resources_and_configurations_are_refused(project, make):
    project.write('resources: {b: {type: "aws:s3/bucket:Bucket"}}\n')
    assert "aws:s3/bucket:Bucket" in project.fails("preview")
    for key, value, told in [
        ("regoin", "x", "regoin"),
        ("httpProxy", "http://localhost", "httpProxy"),
        ("onPasswordChange", "x", "`x` is not one of `warn`"),
        ("stsRegion", "eu-central-1", "endpoints: [{sts: URL}]"),
        ("allowedAccountIds", ["7"], "`allowedAccountIds` must be ids of 12 digits, is `7`"),
        ("ignoreTags", {"key": ["x"]}, "there is no setting `key` in `ignoreTags`"),
        ("assumeRoles", [{"roleArn": "x"}], "`assumeRoles[0].roleArn` must be the ARN of a role"),
    ]:
        other = make(config={key: value})
        other.users(jane=user())
        assert told in other.fails("preview", "--color=never")
    accepted = make(config={"skipCredentialsValidation": True, "s3UsEast1RegionalEndpoint": "legacy"})
    accepted.users(jane=user())
    assert "has no effect" in accepted.preview()


def test_no_more_users_are_deleted_than_may_be(make):
    project = make(config={"maxDeletes": 1})
    users = {name: user(name) for name in ("a", "b", "c")}
    project.users(**users)
    project.up()
    project.users(a=users["a"])
    said = project.fails("up", "--yes", "--skip-preview", "--continue-on-error", "--color=never")
    assert "one more than `maxDeletes` allows; the limit is 1" in said, said.text
    assert len(project.service.ids()) == 2
    project.up()
    assert list(project.service.ids()) == ["a"]


def test_keys_of_the_configuration(make):
    project = make(config={"accessKey": "AKIDEXAMPLE", "secretKey": "CANARY-secret-key"})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del project.env[name]
    project.users(jane=user())
    project.up()


def test_several_providers_at_once(project):
    """Each resource goes by the provider that it names, beside the default one."""

    def write(region):
        def provider(team, region):
            tags = {"tags": {"team": team}}
            properties = {"region": region, "endpoints": [{"connect": project.service.url}], "defaultTags": tags}
            return {"type": "pulumi:providers:aws", "properties": properties}

        def agent(name, **options):
            return {"type": "aws:connect:User", "properties": user(name), "options": options}

        agents = {"jane": agent("jane", provider="${ops}"), "joan": agent("joan", provider="${sales}"), "june": agent("june")}
        providers = {"ops": provider("ops", "us-east-1"), "sales": provider("sales", region)}
        project.write("resources: " + json.dumps({**providers, **agents}) + "\n")

    write("us-east-1")
    project.up()
    tags = {name: project.resource(name)["outputs"].get("tagsAll") or {} for name in ("jane", "joan", "june")}
    assert tags == {"jane": {"team": "ops"}, "joan": {"team": "sales"}, "june": {}}
    write("frankfurt")
    assert "is `frankfurt`" in project.fails("preview", "--color=never")
