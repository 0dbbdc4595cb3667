import { execFileSync } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
    AboutResponse,
    DependencyInfo,
    GetProgramDependenciesRequest,
    GetProgramDependenciesResponse,
    GetRequiredPackagesRequest,
    GetRequiredPackagesResponse,
    InstallDependenciesRequest,
    InstallDependenciesResponse,
    LanguageHandshakeResponse,
    ProgramInfo,
    RunRequest,
} from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { engineAddress, serve, unary } from "../plugins/protocol/server";
import { installDependencies } from "./installDependencies";
import { dependenciesOf, Package } from "./packages";
import { ProgramRunner } from "./programRunner";

const runner = new ProgramRunner(engineAddress());

/** gRPC answers the other methods (code generation, debuggers) as unimplemented, which the engine accepts. */
const methods = {
    handshake: unary(async () => new LanguageHandshakeResponse()),
    getPluginInfo: unary(async () => pluginInfo()),
    getRequiredPackages: unary(async (request: GetRequiredPackagesRequest) => requiredPackages(request.getInfo())),
    getProgramDependencies: unary(async (request: GetProgramDependenciesRequest) => dependencies(request.getInfo())),
    about: unary(async () => about()),
    run: unary((request: RunRequest) => runner.run(request)),
    installDependencies: (call: grpc.ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>) =>
        installDependencies(call),
    cancel: unary(async () => {
        runner.cancel();
        return new Empty();
    }),
};

void serve(LanguageRuntimeService, methods, () => runner.cancel());

function pluginInfo(): PluginInfo {
    const info = new PluginInfo();
    // The engine only shows it
    info.setVersion("");
    return info;
}

/** The provider plugins that the program's packages require. */
function requiredPackages(info: ProgramInfo | undefined): GetRequiredPackagesResponse {
    const plugins = dependenciesOf(folderOf(info)).filter(({ pulumi }) => pulumi?.resource);
    const response = new GetRequiredPackagesResponse();
    response.setPackagesList(plugins.map(toPackageDependency));
    return response;
}

function toPackageDependency({ name, version, pulumi }: Package): PackageDependency {
    const message = new PackageDependency();
    message.setName(pulumi?.name ?? name.replace(/^@pulumi\//, "").replace(/^@/, ""));
    message.setKind("resource");
    message.setVersion(`v${(pulumi?.version ?? version).replace(/^v/, "")}`);
    message.setServer(pulumi?.server ?? "");
    return message;
}

function dependencies(info: ProgramInfo | undefined): GetProgramDependenciesResponse {
    const response = new GetProgramDependenciesResponse();
    response.setDependenciesList(
        dependenciesOf(folderOf(info)).map(({ name, version }) => {
            const message = new DependencyInfo();
            message.setName(name);
            message.setVersion(version);
            return message;
        }),
    );
    return response;
}

function about(): AboutResponse {
    const response = new AboutResponse();
    const [executable, version] = execFileSync("node", ["-p", "process.execPath + '\\n' + process.version"])
        .toString()
        .trim()
        .split("\n");
    response.setExecutable(executable ?? "");
    response.setVersion(version ?? "");
    return response;
}

function folderOf(info: ProgramInfo | undefined): string {
    return info?.getProgramDirectory() || process.cwd();
}
