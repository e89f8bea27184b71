"""The documented programs in Python and TypeScript, with the published SDKs, through the Automation API."""

import os
import subprocess

import pytest
from pulumi import automation as auto
from support import BIN, HERE, INSTANCE

PROGRAMS = ["basic", "hierarchy-group", "identity-info", "desk-phone", "security-profiles"]
# The page gives them no names, and the instance asks for some.
NAMELESS = {"desk-phone", "security-profiles"}
# The folder of `node_modules` with the SDKs.
NODE = os.environ.get("PULUMI_NODE")


def python_program(name, names):
    text = (HERE / "programs/python" / f"{name}.py").read_text()
    if names:
        text = text.replace("    phone_config=", '    identity_info={"first_name": "example", "last_name": "example2"},\n    phone_config=')
    referred = {
        "example_aws_connect_instance": {"id": INSTANCE},
        "example_aws_connect_routing_profile": {"routingProfileId": "r1"},
        "example_aws_connect_security_profile": {"securityProfileId": "s1"},
        "example2": {"securityProfileId": "s2"},
        "example_aws_connect_user_hierarchy_group": {"hierarchyGroupId": "g1"},
    }
    code = compile(text, name, "exec")
    return lambda: exec(code, dict(referred))


def stack_of(project, program):
    options = auto.LocalWorkspaceOptions(
        work_dir=str(project.folder), env_vars={**project.env, "PATH": f"{BIN}:{os.environ['PATH']}"},
        pulumi_home=project.env["PULUMI_HOME"],
    )
    return auto.select_stack("test", project_name="users", program=program, work_dir=str(project.folder), opts=options)


@pytest.mark.parametrize("name", PROGRAMS)
def test_python(project, name, monkeypatch):
    # The Automation API looks for `pulumi` on the path of this process.
    for key, value in project.env.items():
        monkeypatch.setenv(key, value)
    if name in NAMELESS:
        with pytest.raises(auto.CommandError, match="identityInfo.firstName"):
            stack_of(project, python_program(name, False)).preview()
    stack = stack_of(project, python_program(name, name in NAMELESS))
    stack.preview()
    assert stack.up().summary.resource_changes["create"] == 2
    stack.preview(expect_no_changes=True)
    stack.refresh(expect_no_changes=True)
    stack.preview(expect_no_changes=True)
    assert list(project.service.ids()) == ["example"]
    stack.destroy()
    assert project.service.ids() == {}


@pytest.mark.skipif(not NODE, reason="PULUMI_NODE names no folder with the SDKs for Node")
@pytest.mark.parametrize("name", PROGRAMS)
def test_typescript(project, name):
    program = HERE / "programs/typescript" / f"{name}.ts"
    command = ["node", HERE / "run.js", program, project.folder, "names" if name in NAMELESS else ""]
    env = {**project.env, "NODE_PATH": f"{NODE}/node_modules"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.service.ids() == {}
