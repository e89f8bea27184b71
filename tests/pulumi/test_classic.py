"""Stacks that Pulumi's own `aws` plugin has made are taken over without a change."""

import json

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
    project.users(jane=user(tags={"team": "ops"}, password="Password456"))
    assert "password" in project.preview(), "a changed password is told"
    project.users(jane=user(tags={"team": "dev"}))
    assert project.diff("jane") == {"tags.team": "update"}
    project.up()
    assert list(project.service.ids()) == ["jane"]
    project.ok("destroy", "--yes")
    assert project.service.ids() == {}
