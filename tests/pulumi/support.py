"""A service, and projects whose stacks Pulumi's own engine deploys into it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INSTANCE = "1c2d"
PASSWORD = "Password123"

# What the documented programs refer to, and do not make themselves.
REFERRED = {
    "${exampleAwsConnectInstance.id}": INSTANCE,
    "${exampleAwsConnectRoutingProfile.routingProfileId}": "r1",
    "${exampleAwsConnectSecurityProfile.securityProfileId}": "s1",
    "${example2.securityProfileId}": "s2",
    "${exampleAwsConnectUserHierarchyGroup.hierarchyGroupId}": "g1",
}


def program(name, variable, default):
    """The path of a program, which an environment variable may name."""
    return os.environ.get(variable) or str(ROOT / default / name)


SERVER = program("connect-server", "CONNECT_SERVER", "target/debug/examples")
# The folder of `pulumi`, its language host and the provider.
BIN = os.environ.get("PULUMI_BIN") or str(ROOT / "target/pulumi")


class Service:
    """`connect-server`, with what the programs refer to."""

    def __init__(self, *args, kind="CONNECT_MANAGED"):
        self.process = subprocess.Popen(
            [
                *(SERVER, "--log", "--instance", f"{INSTANCE}={kind}", "--instance", f"3e4f={kind}"),
                *("--routing-profile", "r1=Basic", "--routing-profile", "r2=Night"),
                *("--security-profile", "s1=Agent", "--security-profile", "s2=Admin"),
                *("--hierarchy-group", "g1=Europe", "--hierarchy-group", "g2=Asia"),
                *args,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.url = json.loads(self.process.stdout.readline())["url"]

    def stop(self):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None):
        import urllib.request

        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def ids(self, instance=INSTANCE):
        """The ids of the users by their names."""
        listed = self.call("GET", f"/users-summary/{instance}")["UserSummaryList"]
        return {user["Username"]: user["Id"] for user in listed}

    def user(self, name, instance=INSTANCE):
        return self.call("GET", f"/users/{instance}/{self.ids(instance)[name]}")["User"]


def does_nothing(folder, name):
    """Puts the provider that does nothing into a folder, as the plugin of that name."""
    folder.mkdir(exist_ok=True)
    plugin = folder / f"pulumi-resource-{name}"
    plugin.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE}/provider.py"\n')
    plugin.chmod(0o755)
    return str(folder)


class Said:
    def __init__(self, done):
        self.code = done.returncode
        self.text = done.stdout + done.stderr

    def __contains__(self, text):
        return text in self.text


class Project:
    """A project in a folder of its own, with a stack in a local backend."""

    def __init__(self, folder, service, config=None):
        self.folder = Path(folder)
        self.service = service
        self.folder.joinpath("state").mkdir(parents=True, exist_ok=True)
        self.config = {"region": "us-east-1", "callsPerSecond": 10000, "burst": 1000} | (config or {})
        self.env = {
            **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{self.folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the test",
            "PULUMI_HOME": f"{self.folder}/home",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_EC2_METADATA_DISABLED": "true",
            # Not those of who runs the tests.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self.plugins = {"aws": BIN}
        self.timeout = 300
        self.write("resources: {}\n")
        self.ok("stack", "init", "test")

    def with_values(self):
        """Adds the provider that does nothing: `test:Value` has an output that is its input, and not known before."""
        self.plugins["test"] = does_nothing(self.folder / "plugins", "test")

    def write(self, body):
        """Writes the program, behind the project's head."""
        head = {
            "name": "users",
            "runtime": "yaml",
            "plugins": {"providers": [{"name": name, "path": path} for name, path in self.plugins.items()]},
            "config": {
                "aws:endpoints": {"value": [{"connect": self.service.url}]},
                **{f"aws:{key}": {"value": value} for key, value in self.config.items()},
            },
        }
        # JSON is YAML.
        lines = [f"{key}: {json.dumps(value)}" for key, value in head.items()]
        self.folder.joinpath("Pulumi.yaml").write_text("\n".join(lines) + "\n" + body)

    def users(self, **users):
        """Writes a program of these users; a user of `None` is left out."""
        resources = {
            name: {"type": "aws:connect:User", **(user if "properties" in user or "get" in user else {"properties": user})}
            for name, user in users.items()
            if user is not None
        }
        self.write("resources: " + json.dumps(resources) + "\n")

    def run(self, *args, env=None):
        command = ["pulumi", *args, "--non-interactive"]
        done = subprocess.run(
            command, cwd=self.folder, env={**self.env, **(env or {})}, capture_output=True, text=True, timeout=self.timeout
        )
        return Said(done)

    def ok(self, *args, **more):
        said = self.run(*args, **more)
        assert said.code == 0, f"{args}: {said.text}"
        return said

    def fails(self, *args, **more):
        said = self.run(*args, **more)
        assert said.code != 0, f"{args} should fail: {said.text}"
        return said

    def up(self):
        """Deploys the program; afterwards there is nothing to do and nothing to find."""
        said = self.ok("up", "--yes", "--skip-preview", "--color=never")
        self.settled()
        return said

    def settled(self):
        self.ok("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--diff", "--color=never")
        self.ok("preview", "--expect-no-changes", "--diff", "--color=never")

    def preview(self):
        return self.ok("preview", "--diff", "--color=never")

    def steps(self):
        """What a preview would do to each user, by its name in the program: the steps of a replacement as one."""
        found = {}
        for step in json.loads(self.ok("preview", "--json", "--show-sames").text)["steps"]:
            if "connect/user" in step["urn"]:
                name = step["urn"].rsplit("::", 1)[1]
                if name not in found or step["op"] == "replace":
                    found[name] = step
        return found

    def events(self):
        """The operation on each user."""
        return {name: step["op"] for name, step in self.steps().items()}

    def diff(self, name):
        """What changes of one user."""
        return differences(self.steps()[name])

    def export(self):
        return json.loads(self.ok("stack", "export").text)

    def resource(self, name):
        """What the stack's state has of a user."""
        found = [r for r in self.export()["deployment"]["resources"] if r["urn"].endswith(f"::{name}")]
        assert len(found) == 1, found
        return found[0]


def differences(step):
    """What changes, and how, by its place."""
    return {place: change["kind"] for place, change in (step.get("detailedDiff") or {}).items()}


def documented(name):
    """A documented program, with ids in the place of what it refers to."""
    text = (ROOT / "examples/programs" / f"{name}.yaml").read_text()
    for reference, value in REFERRED.items():
        text = text.replace(reference, value)
    assert not re.search(r"\$\{", text), text
    return text


def user(name="jane", **more):
    """The properties of a user."""
    return {
        "instanceId": INSTANCE,
        "name": name,
        "password": PASSWORD,
        "routingProfileId": "r1",
        "securityProfileIds": ["s1"],
        "identityInfo": {"firstName": "Jane", "lastName": "Roe"},
        "phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 0},
        **more,
    }


def put(properties, path, value):
    """Sets a property by its place; `None` takes it out."""
    *blocks, name = path.split(".")
    place = properties
    for block in blocks:
        place = place.setdefault(block, {})
    if value is None:
        place.pop(name, None)
    else:
        place[name] = value
    return properties
