"""Values that come from another resource, and are not known before it is made; and those that are secret."""

import json

import pytest
from support import INSTANCE, PASSWORD, differences, put, user

# A property, its value before and after, and what is planned while the value is not known. Of a password is only told
# that it has changed, once it is known.
VALUES = [
    ("instanceId", INSTANCE, "3e4f", "replace"),
    ("name", "jane", "joan", "replace"),
    ("password", PASSWORD, "Password456", "same"),
    ("routingProfileId", "r1", "r2", "update"),
    ("hierarchyGroupId", "g1", "g2", "update"),
    ("securityProfileIds", ["s1"], ["s1", "s2"], "update"),
    ("identityInfo", {"firstName": "Jane", "lastName": "Roe"}, {"firstName": "Joan", "lastName": "Doe"}, "update"),
    ("identityInfo.email", "jane@example.com", "joan@example.com", "update"),
    ("phoneConfig.afterContactWorkTimeLimit", 0, 30, "update"),
    ("phoneConfig.autoAccept", False, True, "update"),
    ("tags", {"team": "ops"}, {"team": "dev"}, "update"),
    ("tags.team", "ops", "dev", "update"),
]


@pytest.fixture
def write(project):
    project.with_values()

    def write(which):
        """A user for each value, which another resource gives."""
        resources = {}
        for n, value in enumerate(VALUES):
            path, replaces = value[0], {"replaceOnChanges": ["value"], "deleteBeforeReplace": True}
            resources[f"v{n}"] = {"type": "test:Value", "properties": {"value": value[which]}, "options": replaces}
            properties = user(f"u{n}") if path != "name" else user()
            resources[f"u{n}"] = {"type": "aws:connect:User", "properties": put(properties, path, f"${{v{n}.value}}")}
        project.write("resources: " + json.dumps(resources) + "\n")

    return write


def test_each_property_is_known_after_apply(project, write):
    write(1)
    assert set(project.events().values()) == {"create"}
    assert project.service.ids() == {}
    project.up()
    assert sorted(project.service.ids()) == sorted(["jane", *(f"u{n}" for n, value in enumerate(VALUES) if value[0] != "name")])

    write(2)
    steps = project.steps()
    for n, (path, _, _, op) in enumerate(VALUES):
        step = steps[f"u{n}"]
        assert step["op"] == op, (path, step)
        places = {place.split(".")[0] for place in differences(step)}
        assert places == ({path.split(".")[0]} if op != "same" else set()), (path, step)
    assert "jane" in project.service.ids()
    project.up()
    assert list(project.service.ids("3e4f")) == ["u0"]
    assert "joan" in project.service.ids() and "jane" not in project.service.ids()
    assert project.service.user("u5")["SecurityProfileIds"] == ["s1", "s2"]
    assert project.service.user("u7")["IdentityInfo"]["Email"] == "joan@example.com"
    assert project.service.user("u9")["PhoneConfig"]["AutoAccept"] is True
    project.ok("destroy", "--yes")
    assert project.service.ids() == {}


def test_what_is_broken_is_told_though_something_is_not_known(project):
    project.with_values()
    value = {"type": "test:Value", "properties": {"value": "r1"}}
    broken = user(routingProfileId="${value.value}", phoneConfig={"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": -1})
    resources = {"value": value, "jane": {"type": "aws:connect:User", "properties": broken}}
    project.write("resources: " + json.dumps(resources) + "\n")
    assert "phoneConfig.afterContactWorkTimeLimit" in project.fails("preview", "--color=never")


def test_a_secret_of_another_resource(project):
    project.with_values()
    canary = "canary@example.com"
    value = {"type": "test:Value", "properties": {"value": {"fn::secret": canary}}}
    jane = user(identityInfo={"firstName": "Jane", "lastName": "Roe", "email": "${value.value}"})
    project.write("resources: " + json.dumps({"value": value, "jane": {"type": "aws:connect:User", "properties": jane}}) + "\n")
    shown = [project.preview(), project.up(), project.ok("stack", "export"), project.ok("preview", "--json", "--show-sames")]
    assert project.service.user("jane")["IdentityInfo"]["Email"] == canary
    for said in shown:
        assert canary not in said


def test_a_secret_name_that_nobody_has(project):
    project.with_values()
    value = {"type": "test:Value", "properties": {"value": {"fn::secret": "canary-name"}}}
    arguments = {"instanceId": INSTANCE, "name": "${value.value}"}
    lost = {"fn::invoke": {"function": "aws:connect:getUser", "arguments": arguments}}
    project.write(f"resources: {json.dumps({'value': value})}\noutputs: {json.dumps({'lost': lost})}\n")
    said = project.fails("up", "--yes", "--skip-preview", "--color=never")
    assert "has the `name` that is given" in said and "canary-name" not in said, said.text


def test_a_stack_reference(project, make):
    ids = {"routing": "r1", "profiles": ["s1", "s2"]}
    project.write(f"resources: {{}}\noutputs: {json.dumps(ids)}\n")
    project.ok("up", "--yes", "--skip-preview")
    other = make()
    other.env["PULUMI_BACKEND_URL"] = project.env["PULUMI_BACKEND_URL"]
    other.ok("stack", "init", "other")
    reference = {"type": "pulumi:pulumi:StackReference", "properties": {"name": "organization/users/test"}}
    jane = user(
        routingProfileId={"fn::select": [0, ["${ids.outputs[\"routing\"]}"]]},
        securityProfileIds="${ids.outputs[\"profiles\"]}",
    )
    other.write("resources: " + json.dumps({"ids": reference, "jane": {"type": "aws:connect:User", "properties": jane}}) + "\n")
    other.up()
    assert other.service.user("jane")["SecurityProfileIds"] == ["s1", "s2"]


def test_additional_secret_outputs(project):
    options = {"additionalSecretOutputs": ["arn", "identityInfo"]}
    project.users(jane={"properties": user(), "options": options})
    project.up()
    found = project.resource("jane")
    arn = project.service.user("jane")["Arn"]
    assert arn not in project.ok("stack", "export") and "4dabf18193072939515e22adb298388d" in found["outputs"]["arn"]
    assert set(options["additionalSecretOutputs"]) <= set(found["additionalSecretOutputs"])
    project.users(jane={"properties": user(routingProfileId="r2"), "options": options})
    project.up()
    assert arn not in project.ok("stack", "export")
