"""Runs a documented Python program as it is written, as the host of Pulumi's command line does: run.py PROGRAM"""

import asyncio
import os
import sys

from pulumi.runtime import reset_options, run_in_stack
from support import INSTANCE

REFERRED = {
    "example_aws_connect_instance": {"id": INSTANCE},
    "example_aws_connect_routing_profile": {"routingProfileId": "r1"},
    "example_aws_connect_security_profile": {"securityProfileId": "s1"},
    "example2": {"securityProfileId": "s2"},
    "example_aws_connect_user_hierarchy_group": {"hierarchyGroupId": "g1"},
}


def main():
    path = sys.argv[1]
    with open(path) as file:
        code = compile(file.read(), path, "exec")
    reset_options(
        project=os.environ["PULUMI_PROJECT"],
        stack=os.environ["PULUMI_STACK"],
        organization=os.environ["PULUMI_ORGANIZATION"],
        monitor_address=os.environ["PULUMI_MONITOR"],
        engine_address=os.environ["PULUMI_ENGINE"],
        preview=os.environ["PULUMI_DRY_RUN"] == "true",
        parallel=int(os.environ["PULUMI_PARALLEL"]),
    )
    asyncio.run(run_in_stack(lambda: exec(code, dict(REFERRED))))


if __name__ == "__main__":
    main()
