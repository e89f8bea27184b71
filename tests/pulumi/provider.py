"""A provider that does nothing: each resource is made in no time, and its outputs are its inputs.

It has the resource `test:Value`, whose `value` nobody knows before it is made. With the schema in the file that
`NOTHING_SCHEMA` names it stands in for another provider: what is left of a deployment is the engine's own.
"""

import json
import os
import uuid
from concurrent import futures

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2 as proto, provider_pb2_grpc

ANY = {"$ref": "pulumi.json#/Any"}
VALUE = {"inputProperties": {"value": ANY}, "requiredInputs": ["value"], "properties": {"value": ANY}, "required": ["value"]}
SCHEMA = {"name": "test", "version": "1.0.0", "resources": {"test:index:Value": VALUE}}
# What nobody knows yet.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Nothing(provider_pb2_grpc.ResourceProviderServicer):
    def Handshake(self, request, context):
        return proto.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetSchema(self, request, context):
        path = os.environ.get("NOTHING_SCHEMA")
        return proto.GetSchemaResponse(schema=open(path).read() if path else json.dumps(SCHEMA))

    def CheckConfig(self, request, context):
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, request, context):
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptOutputs=True)

    def Check(self, request, context):
        return proto.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        same = MessageToDict(request.old_inputs) == MessageToDict(request.news)
        answer = proto.DiffResponse
        return answer(changes=answer.DIFF_NONE if same else answer.DIFF_SOME)

    def Create(self, request, context):
        made = "" if request.preview else str(uuid.uuid4())
        return proto.CreateResponse(id=made, properties=outputs(request, request.properties))

    def Update(self, request, context):
        return proto.UpdateResponse(properties=outputs(request, request.news))

    def Read(self, request, context):
        return proto.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request, context):
        return Empty()

    def Cancel(self, request, context):
        return Empty()


def outputs(request, inputs):
    if not request.preview or "test:index" not in request.urn:
        return inputs
    unknown = Struct()
    unknown["value"] = UNKNOWN
    return unknown


def main():
    server = grpc.server(futures.ThreadPoolExecutor(16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Nothing(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
