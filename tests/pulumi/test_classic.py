"""Stacks that Pulumi's own `aws` plugin has made are taken over without a change, and ours have the shape of its."""

import inspect
import json
import re

import pytest
from support import INSTANCE, PASSWORD, user

META = json.dumps({"schema_version": "0"})


@pytest.mark.parametrize("version", ["6.76.0", "7.51.0"])
def test_a_stack_of_the_classic_provider(project, version):
    """Its state as its schema has it: defaults in the inputs, `__meta` in the outputs, the password in both."""
    project.users(jane=user(tags={"team": "ops"}))
    project.up()
    state = project.export()
    (found,) = [r for r in state["deployment"]["resources"] if r["urn"].endswith("::jane")]
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(PASSWORD)}
    region = {"region": "us-east-1"} if version.startswith("7") else {}
    properties = {**user(tags={"team": "ops"}), "password": secret}
    phone = {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 0, "autoAccept": False, "deskPhoneNumber": ""}
    identity = {"firstName": "Jane", "lastName": "Roe", "email": "", "secondaryEmail": ""}
    found["inputs"] = {
        **properties,
        **region,
        "identityInfo": {**properties["identityInfo"], "__defaults": []},
        "phoneConfig": {**properties["phoneConfig"], "__defaults": []},
        "tags": {"__defaults": [], "team": "ops"},
        "__defaults": [],
    }
    found["outputs"] = {
        **properties,
        **region,
        "__meta": META,
        "arn": found["outputs"]["arn"],
        "directoryUserId": "",
        "hierarchyGroupId": "",
        "id": found["id"],
        "identityInfo": identity,
        "phoneConfig": phone,
        "tagsAll": {"team": "ops"},
        "userId": found["id"].removeprefix(f"{INSTANCE}:"),
    }
    found["additionalSecretOutputs"] = ["password"]
    project.folder.joinpath("classic.json").write_text(json.dumps(state))
    project.ok("stack", "import", "--file", "classic.json")

    project.ok("preview", "--expect-no-changes", "--diff", "--color=never")
    project.ok("up", "--yes", "--skip-preview", "--expect-no-changes")
    if not region:
        # A state from before there were Regions is of that of the ARN, whatever the provider's is now.
        project.config["region"] = "eu-west-1"
        project.users(jane=user(tags={"team": "ops"}))
        assert project.events() == {"jane": "replace"}
        project.config["region"] = "us-east-1"
    ignored = {"properties": user(tags={"team": "dev"}), "options": {"ignoreChanges": ["tags", "identityInfo"]}}
    project.users(jane=ignored)
    project.ok("preview", "--expect-no-changes", "--diff", "--color=never")
    project.users(jane=user(tags={"team": "ops"}, password="Password456"))
    assert "password" in project.preview(), "a changed password is told"
    project.users(jane=user(tags={"team": "dev"}))
    assert project.diff("jane") == {"tags.team": "update"}
    project.up()
    assert list(project.service.ids()) == ["jane"]
    project.ok("destroy", "--yes")
    assert project.service.ids() == {}


def names(made_by):
    """The properties that a class of the SDK takes, as the engine names them."""
    snake = [name for name in inspect.signature(made_by.__init__).parameters if name != "__self__"]
    return {re.sub(r"_(\w)", lambda found: found.group(1).upper(), name) for name in snake}


def test_a_stack_of_ours_has_the_shape_of_the_classic_provider(project):
    """What the classic provider would find: the properties of its schema, and one of ours that it does not know."""
    from pulumi_aws import connect
    from pulumi_aws.connect import outputs
    from pulumi_aws.connect.user import _UserState

    identity = {"firstName": "Jane", "lastName": "Roe", "email": "a@example.com", "secondaryEmail": "b@example.com"}
    desk = {"phoneType": "DESK_PHONE", "deskPhoneNumber": "+12025550100", "afterContactWorkTimeLimit": 5, "autoAccept": False}
    project.users(jane=user(tags={"team": "ops"}, hierarchyGroupId="g1", identityInfo=identity, phoneConfig=desk))
    project.up()
    found = project.resource("jane")
    assert found["outputs"].keys() - {"__connect"} == names(_UserState)
    assert found["inputs"].keys() <= names(connect.UserArgs)
    assert found["outputs"]["identityInfo"].keys() == names(outputs.UserIdentityInfo) == identity.keys()
    assert found["outputs"]["phoneConfig"].keys() == names(outputs.UserPhoneConfig) == desk.keys()
    assert found["id"] == f"{INSTANCE}:{found['outputs']['userId']}"
    assert "password" in found["additionalSecretOutputs"] or "ciphertext" in json.dumps(found["outputs"]["password"])
