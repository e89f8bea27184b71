"""A user's whole life through boto3 against connect-server: every operation, and what comes back.

usage: life.py PATH_OF_CONNECT_SERVER
"""

import json
import subprocess
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

INSTANCE = "1c2d"


def main(server):
    process = subprocess.Popen(
        [
            *(server, "--instance", f"{INSTANCE}=CONNECT_MANAGED", "--user-quota", "3"),
            *("--routing-profile", "r1=Basic", "--routing-profile", "r2=Night"),
            *("--security-profile", "s1=Agent", "--security-profile", "s2=Admin", "--security-profile", "s3=Quality"),
            *("--hierarchy-group", "g0=Europe", "--hierarchy-group", "g1=Europe/Bern/Night=Shift"),
        ],
        stdout=subprocess.PIPE,
    )
    try:
        url = json.loads(process.stdout.readline())["url"]
        live(
            boto3.client(
                "connect",
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id="AKIDEXAMPLE",
                aws_secret_access_key="example",
                config=Config(retries={"total_max_attempts": 1}, read_timeout=10),
            )
        )
    finally:
        process.kill()
        process.wait()


def creation(name, **more):
    return {
        "InstanceId": INSTANCE,
        "Username": name,
        "Password": "Password123",
        "IdentityInfo": {"FirstName": "Jane", "LastName": "Roe", "Email": "jane@example.com"},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 30},
        "RoutingProfileId": "r1",
        "SecurityProfileIds": ["s1", "s2"],
        "Tags": {"team": "ops"},
        **more,
    }


def refused(code, call, **request):
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        assert "Password123" not in str(error), error
    else:
        raise AssertionError(f"{call.__name__} was not refused")


def named(connect):
    def names(operation, members):
        pages = connect.get_paginator(operation).paginate(InstanceId=INSTANCE, PaginationConfig={"PageSize": 2})
        return {one["Id"]: one for page in pages for one in page[members]}

    routing = names("list_routing_profiles", "RoutingProfileSummaryList")
    assert {id: one["Name"] for id, one in routing.items()} == {"r1": "Basic", "r2": "Night"}, routing
    assert routing["r1"]["Arn"].endswith(f":instance/{INSTANCE}/routing-profile/r1"), routing
    security = names("list_security_profiles", "SecurityProfileSummaryList")
    assert {id: one["Name"] for id, one in security.items()} == {"s1": "Agent", "s2": "Admin", "s3": "Quality"}
    groups = names("search_user_hierarchy_groups", "UserHierarchyGroups")
    assert {id: one["Name"] for id, one in groups.items()} == {"g0": "Europe", "g1": "Night=Shift"}, groups
    path = {level: group["Name"] for level, group in groups["g1"]["HierarchyPath"].items()}
    assert path == {"LevelOne": "Europe", "LevelTwo": "Bern", "LevelThree": "Night=Shift"}, path

    refused("ResourceNotFoundException", connect.list_routing_profiles, InstanceId="9z")
    refused("ResourceNotFoundException", connect.list_security_profiles, InstanceId="9z")
    refused("InvalidParameterException", connect.search_user_hierarchy_groups, InstanceId=INSTANCE, MaxResults=101)
    refused("ResourceNotFoundException", connect.create_user, **creation("june", RoutingProfileId="Basic"))


def live(connect):
    instance = connect.describe_instance(InstanceId=INSTANCE)["Instance"]
    assert instance["IdentityManagementType"] == "CONNECT_MANAGED", instance

    named(connect)

    made = connect.create_user(**creation("jane"))
    user, arn = {"InstanceId": INSTANCE, "UserId": made["UserId"]}, made["UserArn"]
    refused("DuplicateResourceException", connect.create_user, **creation("jane"))
    refused("InvalidParameterException", connect.create_user, **creation("june", DirectoryUserId=""))

    def read():
        return connect.describe_user(**user)["User"]

    first = read()
    assert first["Username"] == "jane" and first["Arn"] == arn, first
    assert first["IdentityInfo"] == {"FirstName": "Jane", "LastName": "Roe", "Email": "jane@example.com"}, first
    assert first["PhoneConfig"]["AfterContactWorkTimeLimit"] == 30, first
    assert first["LastModifiedTime"].year >= 2026, first

    connect.update_user_identity_info(IdentityInfo={"FirstName": "June", "LastName": "Roe"}, **user)
    connect.update_user_phone_config(
        PhoneConfig={"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+16175550101"}, **user
    )
    connect.update_user_config(
        AfterContactWorkConfigs=[
            {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 15}},
        ],
        **user,
    )
    connect.update_user_routing_profile(RoutingProfileId="r2", **user)
    connect.update_user_security_profiles(SecurityProfileIds=["s3"], **user)
    connect.update_user_hierarchy(HierarchyGroupId="g1", **user)
    changed = read()
    assert changed["IdentityInfo"] == {"FirstName": "June", "LastName": "Roe"}, changed
    assert changed["PhoneConfig"]["DeskPhoneNumber"] == "+16175550101", changed
    assert changed["RoutingProfileId"] == "r2" and changed["SecurityProfileIds"] == ["s3"], changed
    assert changed["HierarchyGroupId"] == "g1", changed
    connect.update_user_hierarchy(**user)
    assert "HierarchyGroupId" not in read()

    language = {"AttributeName": "language", "AttributeValue": "fr"}
    connect.associate_user_proficiencies(UserProficiencies=[{**language, "Level": 2}], **user)
    connect.update_user_proficiencies(UserProficiencies=[{**language, "Level": 4}], **user)
    listed = connect.list_user_proficiencies(**user)["UserProficiencyList"]
    assert listed == [{**language, "Level": 4.0}], listed
    attributes = connect.search_predefined_attributes(InstanceId=INSTANCE)["PredefinedAttributes"]
    assert attributes == [{"Name": "language", "Values": {"StringList": ["fr"]}}], attributes
    connect.disassociate_user_proficiencies(UserProficiencies=[language], **user)
    assert connect.list_user_proficiencies(**user)["UserProficiencyList"] == []

    connect.tag_resource(resourceArn=arn, tags={"a b": "c/d"})
    assert read()["Tags"] == {"team": "ops", "a b": "c/d"}
    connect.untag_resource(resourceArn=arn, tagKeys=["team", "a b"])
    assert read()["Tags"] == {}

    for name in ("bea", "cyd"):
        connect.create_user(**creation(name))
    refused("LimitExceededException", connect.create_user, **creation("dot"))
    pages = connect.get_paginator("list_users").paginate(InstanceId=INSTANCE, PaginationConfig={"PageSize": 2})
    names = [summary["Username"] for page in pages for summary in page["UserSummaryList"]]
    assert sorted(names) == ["bea", "cyd", "jane"], names
    exact = {"StringCondition": {"FieldName": "Username", "Value": "jane", "ComparisonType": "EXACT"}}
    found = connect.search_users(InstanceId=INSTANCE, SearchCriteria=exact)["Users"]
    assert [one["Id"] for one in found] == [made["UserId"]], found
    work = found[0]["AfterContactWorkConfigs"][0]["AfterContactWorkConfig"]["AfterContactWorkTimeLimit"]
    assert work == 15_000, "a search answers in milliseconds"
    assert "Email" not in found[0]["IdentityInfo"], found

    def searched(**request):
        found = connect.search_users(InstanceId=INSTANCE, **request)["Users"]
        return sorted(one["Username"] for one in found)

    night = {"StringCondition": {"FieldName": "RoutingProfileId", "Value": "r2", "ComparisonType": "EXACT"}}
    short = {"StringCondition": {"FieldName": "Username", "Value": "y", "ComparisonType": "CONTAINS"}}
    assert searched(SearchCriteria={"OrConditions": [night, short]}) == ["cyd", "jane"]
    assert searched(SearchCriteria={"AndConditions": [night, short]}) == []
    tags = {"AndConditions": [{"TagKey": "team", "TagValue": "ops"}]}
    assert searched(SearchFilter={"TagFilter": tags}) == ["bea", "cyd"]
    refused("InvalidRequestException", connect.search_users, InstanceId=INSTANCE, SearchCriteria={})

    sessions = {"InstanceId": INSTANCE, "EntityType": "USER"}
    connect.delete_all_entity_sessions(EntityId=made["UserId"], **sessions)
    refused("ResourceNotFoundException", connect.delete_all_entity_sessions, EntityId="nobody", **sessions)

    assert connect.search_quick_connects(InstanceId=INSTANCE)["QuickConnects"] == []
    refused("ResourceNotFoundException", connect.delete_quick_connect, InstanceId=INSTANCE, QuickConnectId="q")

    by_arn = {"InstanceId": arn.split("/agent/")[0], "UserId": arn}
    assert connect.describe_user(**by_arn)["User"]["Id"] == made["UserId"]
    connect.delete_user(**user)
    refused("ResourceNotFoundException", connect.delete_user, **user)
    refused("ResourceNotFoundException", connect.describe_user, **user)
    print("boto3: a user's life, 25 operations: ok")


if __name__ == "__main__":
    main(sys.argv[1])
