"""Calls that no command of Pulumi makes here, or not with these values: the test is the engine."""

import subprocess

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2 as proto, provider_pb2_grpc
from support import BIN, INSTANCE, Project, user

URN = "urn:pulumi:test::users::aws:connect/user:User::jane"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def struct(values):
    made = Struct()
    made.update(values)
    return made


@pytest.fixture
def provider(service, tmp_path):
    """A provider that is configured for the service."""
    env = Project(tmp_path / "users", service).env
    process = subprocess.Popen([f"{BIN}/pulumi-resource-aws"], stdout=subprocess.PIPE, env=env)
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        endpoints = {"region": "us-east-1", "endpoints": [{"connect": service.url}], "callsPerSecond": 1000, "burst": 100}
        answer = stub.Configure(proto.ConfigureRequest(args=struct(endpoints)))
        assert answer.acceptSecrets and answer.supportsPreview and answer.acceptOutputs
        yield stub
    process.kill()
    process.wait()


def code_of(call, *args):
    with pytest.raises(grpc.RpcError) as failed:
        call(*args)
    return failed.value.code(), failed.value.details()


def test_every_method_answers_or_refuses(provider):
    assert provider.GetPluginInfo(Empty()).version
    assert "aws:connect/user:User" in provider.GetSchema(proto.GetSchemaRequest()).schema
    assert "must be 0" in code_of(provider.GetSchema, proto.GetSchemaRequest(version=7))[1]
    provider.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
    assert provider.GetMapping(proto.GetMappingRequest(key="terraform")).provider == ""
    assert list(provider.GetMappings(proto.GetMappingsRequest(key="terraform")).providers) == []
    for call, request in [
        (provider.Construct, proto.ConstructRequest()),
        (provider.Call, proto.CallRequest()),
        (provider.Parameterize, proto.ParameterizeRequest()),
    ]:
        code, text = code_of(call, request)
        assert code == grpc.StatusCode.UNIMPLEMENTED and "this provider has no" in text
    code, text = code_of(provider.Check, proto.CheckRequest(urn=URN.replace("connect/user:User", "s3/bucket:Bucket")))
    assert code == grpc.StatusCode.UNIMPLEMENTED and "`aws:s3/bucket:Bucket`" in text
    code, text = code_of(provider.Invoke, proto.InvokeRequest(tok="aws:index/getRegion:getRegion"))
    assert code == grpc.StatusCode.UNIMPLEMENTED and "getRegion" in text


def test_a_configuration_is_checked_and_compared(provider):
    def check(**news):
        return provider.CheckConfig(proto.CheckRequest(urn=URN, news=struct(news)))

    roles = [{"roleArn": "arn:aws:iam::111122223333:role/a"}, {"roleArn": "x"}]
    (failure,) = check(assumeRoles=roles).failures
    assert failure.property == "assumeRoles[1].roleArn" and "`assumeRoles[1].roleArn` must be" in failure.reason
    assert list(check(region="us-east-1", version="7.0.0", retryMode="standard").failures) == []
    token = {"roleArn": "arn:aws:iam::111122223333:role/a", "webIdentityToken": UNKNOWN}
    assert list(check(assumeRoleWithWebIdentity=token).failures) == []

    def diff(old, new):
        return provider.DiffConfig(proto.DiffRequest(old_inputs=struct(old), news=struct(new))).changes

    assert diff({"region": "a"}, {"region": "a"}) == proto.DiffResponse.DIFF_NONE
    assert diff({"region": "a"}, {"region": "b"}) == proto.DiffResponse.DIFF_SOME


def test_users_are_listed(provider):
    for name in ("jane", "joan"):
        provider.Create(proto.CreateRequest(urn=URN, properties=struct(user(name))))

    def listed(limit=0, **query):
        request = proto.ListRequest(token="aws:connect/user:User", query=struct(query), limit=limit)
        return [answer for answer in provider.List(request)]

    found = listed(instanceId=INSTANCE)
    assert sorted(answer.result.name for answer in found) == ["jane", "joan"]
    assert all(answer.result.id.startswith(f"{INSTANCE}:") for answer in found)
    assert [answer.result.name for answer in listed(instanceId=INSTANCE, name="joan")] == ["joan"]
    assert len(listed(limit=1, instanceId=INSTANCE)) == 1
    assert listed(instanceId=INSTANCE, routingProfileId="r2") == []
    assert [answer.WhichOneof("response") for answer in listed(instanceId=UNKNOWN)] == ["computed"]
    unknown = [{"name": UNKNOWN}, {"routingProfileId": UNKNOWN}, {"hierarchyGroupId": UNKNOWN}, {"tags": {"team": UNKNOWN}}]
    for condition in unknown:
        answers = listed(instanceId=INSTANCE, **condition)
        assert [answer.WhichOneof("response") for answer in answers] == ["computed"], condition
    assert "instanceId" in code_of(listed)[1]
    assert "there is no condition `nam`; did you mean `name`?" in code_of(lambda: listed(instanceId=INSTANCE, nam="joan"))[1]


def test_a_secret_that_is_null_is_neither_removed_nor_a_reason_to_replace(provider):
    """Under `ignoreChanges` the engine may send null for a secret."""
    inputs = {**user(), "password": {**SECRET, "value": "Password123"}}
    made = provider.Create(proto.CreateRequest(urn=URN, properties=struct(inputs)))
    nothing = {**user(), "password": None}
    prior = {"id": made.id, "urn": URN, "olds": made.properties, "old_inputs": struct(inputs)}
    found = provider.Diff(proto.DiffRequest(news=struct(nothing), ignoreChanges=["password"], **prior))
    assert found.changes == proto.DiffResponse.DIFF_NONE and not found.replaces, found
    changed = {**nothing, "routingProfileId": "r2"}
    answer = provider.Update(proto.UpdateRequest(news=struct(changed), ignoreChanges=["password"], **prior))
    outputs = MessageToDict(answer.properties)
    assert outputs["routingProfileId"] == "r2" and outputs["userId"] == MessageToDict(made.properties)["userId"]
    again = {**changed, "password": {**SECRET, "value": "Password123"}}
    prior = {"id": made.id, "urn": URN, "olds": answer.properties, "old_inputs": struct(changed)}
    found = provider.Diff(proto.DiffRequest(news=struct(again), **prior))
    assert found.changes == proto.DiffResponse.DIFF_NONE, found


def test_unknowns_of_every_type_and_outputs_are_read(provider):
    """Each of the seven texts means that a value is not known, and so does an output without a value."""
    unknowns = {
        "routingProfileId": UNKNOWN,
        "securityProfileIds": "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "identityInfo": "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
        "phoneConfig": {
            "phoneType": "SOFT_PHONE",
            "autoAccept": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
            "afterContactWorkTimeLimit": "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        },
        "hierarchyGroupId": {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4"},
    }
    inputs = struct({**user(), **unknowns})
    checked = provider.Check(proto.CheckRequest(urn=URN, news=inputs))
    assert list(checked.failures) == []
    planned = MessageToDict(provider.Create(proto.CreateRequest(urn=URN, properties=checked.inputs, preview=True)).properties)
    # A block of which nothing is known may turn out to be left out.
    for name in ("routingProfileId", "securityProfileIds", "identityInfo", "hierarchyGroupId", "arn", "userId"):
        assert planned[name] in (UNKNOWN, unknowns.get(name)), (name, planned[name])
    assert planned["phoneConfig"]["autoAccept"] == planned["phoneConfig"]["afterContactWorkTimeLimit"] == UNKNOWN
    assert planned["name"] == "jane"
