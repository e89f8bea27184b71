"""A thousand users through `terraform plan` with this provider, beside `connect-user plan` of the same users.

    python3 scale.py CONNECT_SERVER CONNECT_USER PROVIDER [USERS [TEAM]]

The three are paths of built programs; `connect-user` needs the feature `aws`. With a TEAM, every user has it as
a tag. Everything stays on loopback.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SERVER, TOOL, PROVIDER = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:4])
USERS = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
TAGS = {"team": sys.argv[5]} if len(sys.argv) > 5 else None

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


def program(count):
    user = lambda number: {
        "instanceId": "1c2d", "name": f"agent-{number}", "routingProfileId": "r1", "securityProfileIds": ["s1"],
        "identityInfo": {"firstName": "Agent", "lastName": f"No {number}"}, "phoneConfig": {"phoneType": "SOFT_PHONE"}, "tags": TAGS,
    }
    users = {f"agent{number}": {"type": "aws:connect:User", "properties": user(number)} for number in range(count)}
    return json.dumps({"resources": users})


def main():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        mirror = top / "mirror/registry.terraform.io/connect-user/connect/0.1.0/linux_amd64"
        mirror.mkdir(parents=True)
        (mirror / "terraform-provider-connect_v0.1.0").symlink_to(PROVIDER)
        (top / "terraform.rc").write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{top}/mirror"\n  }}\n}}\n')
        log = open(top / "log", "w+")
        server = subprocess.Popen([SERVER, "--log", "--instance", "1c2d=SAML"], stdout=subprocess.PIPE, stderr=log)
        url = json.loads(server.stdout.readline())["url"]
        environment = os.environ | {
            "TF_CLI_CONFIG_FILE": str(top / "terraform.rc"), "CHECKPOINT_DISABLE": "1",
            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true",
        }

        def calls():
            log.flush()
            lines = (top / "log").read_text().splitlines()
            return collections.Counter(json.loads(line).get("operation") for line in lines if line.startswith("{"))

        def run(command, folder):
            before, started = calls(), time.monotonic()
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1200)
            seconds = time.monotonic() - started
            if done.returncode != 0:
                sys.exit(f"{command}: {done.stdout}{done.stderr}")
            return seconds, calls() - before

        def peak(command, folder):
            code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
                    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)")
            done = subprocess.run([sys.executable, "-c", code, *command], cwd=folder, env=environment,
                                  capture_output=True, text=True, timeout=1200)
            return int(done.stdout.split()[-1])

        try:
            terraform, own = top / "terraform", top / "own"
            terraform.mkdir()
            own.mkdir()
            (terraform / "main.tf").write_text(CONFIGURATION % (url, "changed", USERS, json.dumps(TAGS)))
            (own / "p.json").write_text(program(USERS))
            run(["terraform", "init"], terraform)
            run(["terraform", "apply", "-auto-approve", "-parallelism=50"], terraform)
            plan = ["terraform", "plan", "-detailed-exitcode"]
            aws = ["--backend", "aws", "--region", "us-east-1", "--endpoint-url", url, "--rate", "100000:100000"]
            run([TOOL, "import", "--all", "--instance", "1c2d", *aws], own)
            run(["terraform", "apply", "-auto-approve", "-refresh-only"], terraform)
            # Recorded under the users' own names: the program's logical names follow.
            text = (own / "p.json").read_text()
            for number in range(USERS):
                text = text.replace(f'"agent{number}":', f'"agent-{number}":')
            (own / "p.json").write_text(text)
            rows = []
            for what, folder, command, refresh in [
                ("`terraform plan`, `refresh = \"changed\"`", terraform, plan, "changed"),
                ("`terraform plan`, `refresh = \"full\"`", terraform, plan, "full"),
                ("`connect-user plan`", own, [TOOL, "plan", "p.json", "--detailed-exitcode", *aws], None),
            ]:
                if refresh:
                    (terraform / "main.tf").write_text(CONFIGURATION % (url, refresh, USERS, json.dumps(TAGS)))
                seconds, made = run(command, folder)
                most = max(made.values())
                floor = max(0, most - 5) / 2
                rows.append((what, f"{seconds:.1f} s", f"{peak(command, folder)} MiB",
                             ", ".join(f"{count} {name}" for name, count in sorted(made.items())), f"{floor:.0f} s"))
            print("| | wall time | largest process | calls | the quota's floor |\n| --- | ---: | ---: | --- | ---: |")
            for row in rows:
                print("| " + " | ".join(row) + " |")
        finally:
            server.kill()


main()
