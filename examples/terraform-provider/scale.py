"""Many users through `terraform plan` with this provider, beside Terraform's builtin `terraform_data` of the same shape
(the floor: a resource whose provider reads and calls nothing) and `connect-user plan` of the same users.

    python3 scale.py CONNECT_SERVER CONNECT_USER PROVIDER [--tag TEAM] [USERS…]

The three are paths of built programs; `connect-user` needs the feature `aws`. With a TEAM, every user has it as
a tag. Everything stays on loopback.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")

CONFIGURATION = """
terraform {
  required_providers {
    connect = { source = "connect-user/connect" }
  }
}

provider "connect" {
  region           = "us-east-1"
  endpoint_url     = "%s"
  calls_per_second = 100000
  burst            = 100000
  refresh          = "%s"
}

resource "connect_user" "agent" {
  count                = %d
  instance_id          = "1c2d"
  name                 = "agent-${count.index}"
  routing_profile_id   = "r1"
  security_profile_ids = ["s1"]
  identity_info {
    first_name = "Agent"
    last_name  = "No ${count.index}"
  }
  phone_config {
    phone_type = "SOFT_PHONE"
  }
  tags = %s
}
"""

FLOOR = """
resource "terraform_data" "agent" {
  count = %d
  input = {
    instance_id          = "1c2d"
    name                 = "agent-${count.index}"
    routing_profile_id   = "r1"
    security_profile_ids = ["s1"]
    identity_info        = { first_name = "Agent", last_name = "No ${count.index}" }
    phone_config         = { phone_type = "SOFT_PHONE" }
    tags                 = %s
  }
}
"""


def program(count, tags):
    def user(number):
        return {
            "instanceId": "1c2d", "name": f"agent-{number}", "routingProfileId": "r1", "securityProfileIds": ["s1"],
            "identityInfo": {"firstName": "Agent", "lastName": f"No {number}"}, "phoneConfig": {"phoneType": "SOFT_PHONE"}, "tags": tags,
        }

    # Under the users' own names, as `import --all` records them.
    users = {f"agent-{number}": {"type": "aws:connect:User", "properties": user(number)} for number in range(count)}
    return json.dumps({"resources": users})


class Providers(threading.Thread):
    """The processor time of every provider process of this program's runs, in seconds."""

    def __init__(self, program):
        super().__init__(daemon=True)
        # The kernel keeps fifteen letters of a program's name.
        self.comm, self.ticks, self.ended = program[:15], {}, threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
                with contextlib.suppress(OSError):
                    number, rest = stat.read_text().split(" (", 1)
                    comm, fields = rest.rsplit(") ", 1)
                    if comm == self.comm:
                        fields = fields.split()
                        self.ticks[number] = int(fields[11]) + int(fields[12])

    def seconds(self):
        self.ended.set()
        self.join()
        return sum(self.ticks.values()) / TICK


class Service:
    def __init__(self, program, folder):
        self.path = folder / "log"
        self.process = subprocess.Popen([program, "--log", "--instance", "1c2d=SAML"], stdout=subprocess.PIPE, stderr=self.path.open("w"))
        self.url = json.loads(self.process.stdout.readline())["url"]

    def calls(self):
        lines = self.path.read_text().splitlines()
        return collections.Counter(json.loads(line).get("operation") for line in lines if line.startswith("{"))


def run(command, folder, environment):
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=3600)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")


def peak(command, folder, environment):
    """What the largest process of the command took, in MiB."""
    code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)")
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=3600)
    return int(done.stdout.split()[-1])


def measure(command, folder, environment, service):
    before, used, begun = service.calls(), resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    providers = Providers("terraform-provider-connect_v0.1.0")
    providers.start()
    run(command, folder, environment)
    wall, own, now = time.monotonic() - begun, providers.seconds(), resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    made = service.calls() - before
    floor = max(0, max(made.values(), default=0) - 5) / 2
    calls = ", ".join(f"{count:,} {name}" for name, count in sorted(made.items())) or "none"
    most = peak(command, folder, environment)
    return f"{wall:.1f} s | {processor - own:.1f} s | {own:.2f} s | {most} MiB | {calls} | {floor:.0f} s"


def table(options, users, top):
    tags = {"team": options.tag} if options.tag else None
    mirror = top / "mirror/registry.terraform.io/connect-user/connect/0.1.0/linux_amd64"
    mirror.mkdir(parents=True)
    (mirror / "terraform-provider-connect_v0.1.0").symlink_to(options.provider)
    (top / "terraform.rc").write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{top}/mirror"\n  }}\n}}\n')
    environment = os.environ | {
        "TF_CLI_CONFIG_FILE": str(top / "terraform.rc"), "CHECKPOINT_DISABLE": "1",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true",
    }
    service = Service(options.server, top)
    try:
        terraform, floor, own = (top / name for name in ("terraform", "floor", "own"))
        for folder in (terraform, floor, own):
            folder.mkdir()

        def configure(refresh):
            (terraform / "main.tf").write_text(CONFIGURATION % (service.url, refresh, users, json.dumps(tags)))

        configure("changed")
        (floor / "main.tf").write_text(FLOOR % (users, json.dumps(tags)))
        (own / "p.json").write_text(program(users, tags))
        for folder in (terraform, floor):
            run(["terraform", "init"], folder, environment)
            run(["terraform", "apply", "-auto-approve", "-parallelism=50"], folder, environment)
        aws = ["--backend", "aws", "--region", "us-east-1", "--endpoint-url", service.url, "--rate", "100000:100000"]
        run([options.tool, "import", "--all", "--instance", "1c2d", *aws], own, environment)
        run(["terraform", "apply", "-auto-approve", "-refresh-only"], terraform, environment)

        plan = ["terraform", "plan", "-detailed-exitcode"]
        for what, folder, command, refresh in [
            ("`terraform plan`, `refresh = \"changed\"`", terraform, plan, "changed"),
            ("`terraform plan`, `refresh = \"full\"`", terraform, plan, "full"),
            ("`terraform plan -refresh=false`", terraform, [*plan, "-refresh=false"], "changed"),
            ("`terraform_data`: `terraform plan`", floor, plan, None),
            ("`terraform_data`: `terraform plan -refresh=false`", floor, [*plan, "-refresh=false"], None),
            ("`connect-user plan`", own, [options.tool, "plan", "p.json", "--detailed-exitcode", *aws], None),
        ]:
            if refresh:
                configure(refresh)
            print(f"| {users:,} | {what} | {measure(command, folder, environment, service)} |", flush=True)
    finally:
        service.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("server", "tool", "provider"):
        parser.add_argument(name, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("users", type=int, nargs="*", default=[1000])
    parser.add_argument("--tag")
    options = parser.parse_args()
    print("| users | | wall time | processor | of the provider | largest process | calls | the quota's floor |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | --- | ---: |")
    for users in options.users:
        with tempfile.TemporaryDirectory() as folder:
            table(options, users, pathlib.Path(folder))


main()
