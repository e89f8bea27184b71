"""A thousand users under `pulumi up`, `preview` and `refresh`, beside the same program with a provider that does nothing.

    PULUMI_BIN=DIR CONNECT_SERVER=PATH python tests/pulumi/scale.py [USERS]

No test of the continuous integration. Everything stays on loopback; figures stand in docs/pulumi.md.
"""

import collections
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from support import BIN, INSTANCE, SERVER, Project, Service, does_nothing, user

USERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
COMMANDS = [
    ("up", "--yes", "--skip-preview"),
    ("preview", "--expect-no-changes"),
    ("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
]


class Logged(Service):
    """The service, with what it was asked."""

    def __init__(self, log):
        self.log = Path(log)
        self.process = subprocess.Popen(
            [SERVER, "--log", "--instance", f"{INSTANCE}=CONNECT_MANAGED"],
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
        )
        self.url = json.loads(self.process.stdout.readline())["url"]

    def calls(self):
        lines = self.log.read_text().splitlines()
        return collections.Counter(json.loads(line).get("operation") for line in lines if line.startswith("{"))


class Peak(threading.Thread):
    """The most memory that a provider of this run has had, in MiB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.ended = 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            processes = {}
            for status in Path("/proc").glob("[0-9]*/status"):
                with contextlib.suppress(OSError):
                    lines = status.read_text().splitlines()
                    processes[status.parent.name] = dict(line.split(":", 1) for line in lines)
            for number, fields in processes.items():
                if fields["Name"].strip() != "pulumi-resource" or "VmHWM" not in fields:
                    continue
                while number in processes and number != str(os.getpid()):
                    number = processes[number]["PPid"].strip()
                if number == str(os.getpid()):
                    self.most = max(self.most, int(fields["VmHWM"].split()[0]) // 1024)


def measure(project, args, calls):
    before, used, begun = calls(), resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    peak = Peak()
    peak.start()
    project.ok(*args)
    seconds = time.monotonic() - begun
    peak.ended.set()
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    made = ", ".join(f"{count:,} `{name}`" for name, count in sorted((calls() - before).items()))
    return f"{seconds:.0f} s | {processor:.0f} s | {peak.most or '-'}{' MiB' if peak.most else ''} | {made or 'none'}"


def main():
    users = {f"agent-{n}": user(f"agent-{n}") for n in range(USERS)}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        service = Logged(folder / "log")
        try:
            quick = {"callsPerSecond": 100000, "burst": 100000}
            real, floor = (Project(folder / name, service, quick) for name in ("real", "floor"))
            real.timeout = floor.timeout = 3600
            schema = folder / "schema.json"
            schema.write_text(real.ok("package", "get-schema", f"{BIN}/pulumi-resource-aws").text)
            floor.env["NOTHING_SCHEMA"] = str(schema)
            floor.plugins["aws"] = does_nothing(folder / "plugins", "aws")
            print("| | wall time | processor | provider's memory | calls |\n| --- | ---: | ---: | ---: | --- |")
            for what, project in (("", real), (", a provider that does nothing", floor)):
                project.users(**users)
                for args in COMMANDS:
                    calls = service.calls if project is real else collections.Counter
                    print(f"| `pulumi {args[0]}`{what} | {measure(project, args, calls)} |", flush=True)
        finally:
            service.stop()


main()
