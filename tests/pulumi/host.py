"""A host of programs for Pulumi's engine: runs a program of any language as a command."""

import contextlib
import os
import subprocess
from concurrent import futures

import grpc
from pulumi.runtime.proto import language_pb2 as proto, language_pb2_grpc, plugin_pb2


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, command):
        self.command = command

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetRequiredPackages(self, request, context):
        return proto.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request, context):
        return proto.GetRequiredPluginsResponse()

    def Run(self, request, context):
        """What the hosts of Pulumi itself tell a program."""
        env = {
            **os.environ,
            "PULUMI_PROJECT": request.project,
            "PULUMI_STACK": request.stack,
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_MONITOR": request.monitor_address,
            "PULUMI_ENGINE": request.args[0] if request.args else "",
            "PULUMI_DRY_RUN": "true" if request.dryRun else "false",
            "PULUMI_PARALLEL": str(request.parallel),
            "PULUMI_CONFIG": "{}",
            "PULUMI_CONFIG_SECRET_KEYS": "[]",
        }
        done = subprocess.run(self.command, env=env, capture_output=True, text=True, timeout=300)
        return proto.RunResponse(error="" if done.returncode == 0 else done.stdout + done.stderr)


@contextlib.contextmanager
def hosting(command):
    """The address of a host that runs this command as the program."""
    server = grpc.server(futures.ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(command), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
