import { spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { InstallDependenciesRequest, InstallDependenciesResponse } from "@pulumi/pulumi/proto/language_pb";

type Call = grpc.ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>;

/** Serves `pulumi install`: runs `npm install` and passes its output on at once. */
export function installDependencies(call: Call): void {
    const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
    const child = spawn("npm", ["install"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (bytes: Buffer) => {
        const response = new InstallDependenciesResponse();
        response.setStdout(bytes);
        call.write(response);
    });
    child.stderr.on("data", (bytes: Buffer) => {
        const response = new InstallDependenciesResponse();
        response.setStderr(bytes);
        call.write(response);
    });
    child.on("error", (error) => call.destroy(error));
    child.on("close", (code) => {
        if (code === 0) call.end();
        else call.destroy(new Error(`npm install in ${folder} ended with exit code ${code}`));
    });
}
