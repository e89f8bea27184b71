"""The documented programs in each language, with the published SDKs: as inline programs of the Automation API in Python
and TypeScript, as programs of their own in Go and Java."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from host import hosting
from pulumi import automation as auto
from run import REFERRED
from support import BIN, HERE

PROGRAMS = ["basic", "hierarchy-group", "identity-info", "desk-phone", "security-profiles"]
# The page gives them no names, and the instance asks for some.
NAMELESS = {"desk-phone", "security-profiles"}
# The folder of `node_modules` with the SDKs.
NODE = os.environ.get("PULUMI_NODE")
# The folder of `pulumi_aws` in the version of the documentation.
DOCUMENTED = os.environ.get("PULUMI_AWS_DOCUMENTED")
# The folder of the jars of the SDKs.
JARS = os.environ.get("PULUMI_JARS")


def python_text(name, names):
    text = (HERE / "programs/python" / f"{name}.py").read_text()
    if names:
        text = text.replace("    phone_config=", '    identity_info={"first_name": "example", "last_name": "example2"},\n    phone_config=')
    return text


def python_program(name, names):
    code = compile(python_text(name, names), name, "exec")
    return lambda: exec(code, dict(REFERRED))


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


def life(project, command):
    """Deploys a program, plans and refreshes it to nothing, and destroys it."""
    with hosting(command) as address:
        said = project.ok("up", "--yes", "--client", address, "--color=never")
        assert re.search(r"\+ 2 created", said.text), said.text
        project.ok("preview", "--client", address, "--expect-no-changes", "--diff", "--color=never")
        project.ok("refresh", "--client", address, "--yes", "--expect-no-changes", "--diff", "--color=never")
        project.ok("preview", "--client", address, "--expect-no-changes", "--diff", "--color=never")
        assert list(project.service.ids()) == ["example"]
        project.ok("destroy", "--client", address, "--yes")
    assert project.service.ids() == {}


@pytest.mark.skipif(not DOCUMENTED, reason="PULUMI_AWS_DOCUMENTED names no folder with the SDK for Python")
@pytest.mark.parametrize("name", PROGRAMS)
def test_python_of_the_documentation(project, name, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(python_text(name, name in NAMELESS))
    version = (Path(DOCUMENTED) / "pulumi_aws/pulumi-plugin.json").read_text()
    assert '"6.76.0"' in version, version
    life(project, ["env", f"PYTHONPATH={DOCUMENTED}", sys.executable, HERE / "run.py", program])


@pytest.fixture(scope="session")
def go_programs(tmp_path_factory):
    """The folder of the built programs, with what they refer to and with names."""
    source, folder = HERE / "programs/go", tmp_path_factory.mktemp("go")
    for file in ("go.mod", "go.sum"):
        shutil.copy(source / file, folder)
    for name in PROGRAMS:
        # The page writes each reference as `pulumi.Any(…)`, which its SDK does not take for a text.
        text = re.sub(r"pulumi\.Any\(([\w.]+)\)", r"\1", (source / name / "main.go").read_text())
        if name in NAMELESS:
            names = 'FirstName: pulumi.String("example"), LastName: pulumi.String("example2")'
            text = text.replace("PhoneConfig:", f"IdentityInfo: &connect.UserIdentityInfoArgs{{{names}}},\nPhoneConfig:")
        (folder / name).mkdir()
        (folder / name / "main.go").write_text(text)
        shutil.copy(source / "referred.go", folder / name)
    command = ["go", "build", "-mod=readonly", "-o", f"{folder}/built/", "./..."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "built"


@pytest.mark.skipif(not shutil.which("go"), reason="there is no Go")
@pytest.mark.parametrize("name", PROGRAMS)
def test_go(project, go_programs, name):
    life(project, [go_programs / name])


@pytest.mark.skipif(not JARS, reason="PULUMI_JARS names no folder with the SDKs for Java")
@pytest.mark.parametrize("name", PROGRAMS)
def test_java(project, name, tmp_path):
    text = (HERE / "programs/java" / f"{name}.java").read_text()
    text = text.replace("import com.pulumi.Context;", "import static programs.Referred.*;\nimport com.pulumi.Context;")
    if name in NAMELESS:
        names = 'UserIdentityInfoArgs.builder().firstName("example").lastName("example2").build()'
        text = text.replace(".phoneConfig(", f".identityInfo({names})\n.phoneConfig(")
        text = text.replace("import java.util.List;", "import com.pulumi.aws.connect.inputs.UserIdentityInfoArgs;\nimport java.util.List;")
    app, built = tmp_path / "App.java", tmp_path / "built"
    app.write_text(text)
    referred = HERE / "programs/java/programs/Referred.java"
    done = subprocess.run(
        ["javac", "-cp", f"{JARS}/*", "-d", built, referred, app], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    life(project, ["java", "-cp", f"{JARS}/*:{built}", "generated_program.App"])
