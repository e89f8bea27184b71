"""Pulumi and this crate's own command line plan the same of the same file."""

import json
import subprocess

from support import program, put, user
from test_yaml import CHANGES

COMMAND = program("connect-user", "CONNECT_USER", "target/debug/examples")


def command_line(project, *args):
    """Runs the command line on the project's program, with a service of its own in a file."""
    folder = project.folder
    files = ["--state", folder / "state.json", "--local-file", folder / "local.json", "--format", "json"]
    return subprocess.run([COMMAND, *files, *args], cwd=folder, check=True, capture_output=True, text=True, timeout=120).stdout


def planned(project):
    """What the command line plans of each user: the action, and what changes how by its place."""
    users = json.loads(command_line(project, "plan", "Pulumi.yaml"))["users"]

    def kind(change):
        return change["kind"] + ("-replace" if change["forcesReplacement"] else "")

    return {user["user"]: (user["action"], {change["path"]: kind(change) for change in user["changes"]}) for user in users}


def leaves(value, place=""):
    """The leaves of a document by their places."""
    if isinstance(value, dict):
        return {k: v for name, item in value.items() for k, v in leaves(item, f"{place}.{name}" if place else name).items()}
    return {place: value}


def test_the_same_plan(project):
    def write(which):
        users = {f"u{n}": put(user(f"u{n}"), change[0], change[which]) for n, change in enumerate(CHANGES)}
        users["renamed"] = user("jane" if which == 1 else "joan")
        users["moved"] = user("moved", instanceId="1c2d" if which == 1 else "3e4f")
        users["same"] = user("same")
        users["gone" if which == 1 else "new"] = user("gone" if which == 1 else "new")
        project.users(**users)

    write(1)
    # Each creation has the program's values, property by property; Pulumi shows no kinds there.
    created = {name: leaves(step["newState"]["inputs"]) for name, step in project.steps().items()}
    theirs = planned(project)
    assert {name: ("create", set(inputs)) for name, inputs in created.items()} == {
        name: (action, set(changes)) for name, (action, changes) in theirs.items()
    }

    project.up()
    command_line(project, "apply", "Pulumi.yaml", "--yes")
    write(2)
    ours = {}
    for name, step in project.steps().items():
        changes = {place: change["kind"] for place, change in (step.get("detailedDiff") or {}).items()}
        ours[name] = (step["op"], changes)
    theirs = planned(project)
    for plan in (ours, theirs):
        # A creation and a deletion have no differences in Pulumi; of who stays as it is, the command line says nothing.
        plan.update({name: (action, {}) for name, (action, _) in plan.items() if action in ("create", "delete")})
        plan.pop("same", None)
    assert ours == theirs
