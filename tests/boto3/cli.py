"""A user's life through the AWS command line against connect-server, which is killed in the middle of it.

usage: cli.py PATH_OF_CONNECT_SERVER
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

INSTANCE = "1c2d"
AWS = Path(sys.executable).with_name("aws")


def main(server):
    with tempfile.TemporaryDirectory() as home:
        # Nothing of the machine's own configuration is read, and nothing of the real service asked.
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }
        command = [
            *(server, "--file", f"{home}/not/there/yet.json", "--instance", f"{INSTANCE}=CONNECT_MANAGED"),
            *("--quota", "DescribeInstance=0.001:1"),
        ]
        with serving(command) as url:
            user, arn = born(Aws(url, environment))
        with serving(command) as url:
            lived(Aws(url, environment), user, arn)
    print("aws: a user's life, over a kill of the server: ok")


@contextmanager
def serving(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.wait()


class Aws:
    def __init__(self, url, environment):
        self.command = [str(AWS), "connect", "--endpoint-url", url]
        self.environment = environment

    def run(self, operation, *args):
        args = [arg if isinstance(arg, str) else json.dumps(arg) for arg in args]
        return subprocess.run(
            [*self.command, operation, *args], env=self.environment, capture_output=True, text=True, timeout=60
        )

    def __call__(self, operation, *args):
        done = self.run(operation, *args)
        assert done.returncode == 0, (operation, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def refused(self, code, operation, *args):
        done = self.run(operation, *args)
        assert done.returncode != 0 and f"({code})" in done.stderr, (operation, done.stdout, done.stderr)
        assert "Password123" not in done.stderr, done.stderr


def creation(name):
    return (
        *("create-user", "--instance-id", INSTANCE, "--username", name, "--password", "Password123"),
        *("--identity-info", {"FirstName": "Jane", "LastName": "Roe", "Email": "jane@example.com"}),
        *("--phone-config", "PhoneType=SOFT_PHONE,AutoAccept=true,AfterContactWorkTimeLimit=30"),
        *("--routing-profile-id", "r1", "--security-profile-ids", "s1", "s2", "--tags", "team=ops"),
    )


def born(aws):
    made = aws(*creation("jane"))
    user, arn = made["UserId"], made["UserArn"]
    assert arn.endswith(f"instance/{INSTANCE}/agent/{user}"), made
    aws.refused("DuplicateResourceException", *creation("jane"))
    aws(*creation("june"))
    of_user = ("--instance-id", INSTANCE, "--user-id", user)

    aws("update-user-routing-profile", *of_user, "--routing-profile-id", "r2")
    aws("update-user-security-profiles", *of_user, "--security-profile-ids", "s3")
    aws("update-user-hierarchy", *of_user, "--hierarchy-group-id", "g1")
    aws("update-user-identity-info", *of_user, "--identity-info", "FirstName=June,LastName=Roe")
    desk = "PhoneType=DESK_PHONE,DeskPhoneNumber=+16175550101"
    aws("update-user-phone-config", *of_user, "--phone-config", desk)
    chat = [{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 15}}]
    aws("update-user-config", *of_user, "--after-contact-work-configs", chat)
    french = "AttributeName=language,AttributeValue=fr,Level=4"
    aws("associate-user-proficiencies", *of_user, "--user-proficiencies", french)
    aws("tag-resource", "--resource-arn", arn, "--tags", {"a b": "c/d"})
    return user, arn


def lived(aws, user, arn):
    of_instance = ("--instance-id", INSTANCE)
    of_user = (*of_instance, "--user-id", user)
    read = aws("describe-user", *of_user)["User"]
    assert read["Username"] == "jane" and read["Arn"] == arn, read
    assert read["IdentityInfo"] == {"FirstName": "June", "LastName": "Roe"}, read
    assert read["PhoneConfig"]["DeskPhoneNumber"] == "+16175550101", read
    assert read["RoutingProfileId"] == "r2" and read["SecurityProfileIds"] == ["s3"], read
    assert read["HierarchyGroupId"] == "g1", read
    assert read["Tags"] == {"team": "ops", "a b": "c/d"}, read
    levels = aws("list-user-proficiencies", *of_user)["UserProficiencyList"]
    assert levels == [{"AttributeName": "language", "AttributeValue": "fr", "Level": 4.0}], levels

    listed = aws("list-users", *of_instance, "--page-size", "1")["UserSummaryList"]
    assert [one["Username"] for one in listed] == ["jane", "june"], listed
    exact = {"StringCondition": {"FieldName": "Username", "Value": "jane", "ComparisonType": "EXACT"}}
    found = aws("search-users", *of_instance, "--search-criteria", exact)["Users"]
    assert [one["Id"] for one in found] == [user], found
    work = found[0]["AfterContactWorkConfigs"][0]["AfterContactWorkConfig"]["AfterContactWorkTimeLimit"]
    assert work == 15_000, "a search answers in milliseconds"

    aws("untag-resource", "--resource-arn", arn, "--tag-keys", "team", "a b")
    assert aws("describe-user", *of_user)["User"]["Tags"] == {}
    aws("describe-instance", *of_instance)
    aws.refused("TooManyRequestsException", "describe-instance", *of_instance)
    aws("delete-user", *of_user)
    aws.refused("ResourceNotFoundException", "describe-user", *of_user)
    again = aws(*creation("jane"))["UserId"]
    assert again != user, "no id comes twice"


if __name__ == "__main__":
    main(sys.argv[1])
