import { ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { RuntimeOptions, runtimeOptions } from "./runtimeOptions";

/** Exit code of a program whose error is shown already (`@pulumi/pulumi/cmd/run`). */
const ERROR_SHOWN = 32;

/** Runs Pulumi programs. */
export class ProgramRunner {
    private readonly running = new Set<ChildProcess>();

    /** @param engineAddress the address to which programs send diagnostics. */
    constructor(private readonly engineAddress: string) {}

    /** Runs a program to its end. Its output goes to the engine, which reads the output of this process. */
    async run(request: RunRequest): Promise<RunResponse> {
        const options = runtimeOptions(request.getInfo());
        const child = spawn("node", [...options.nodeArguments, ...this.programArguments(request)], {
            stdio: ["ignore", "inherit", "inherit"],
            env: environment(request, options),
        });
        this.running.add(child);
        try {
            const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
                child.on("error", reject);
                child.on("close", (code, signal) => resolve([code, signal]));
            });
            return answer(code, signal);
        } finally {
            this.running.delete(child);
        }
    }

    cancel(): void {
        for (const child of this.running) child.kill("SIGTERM");
    }

    private programArguments(request: RunRequest): string[] {
        const folder = request.getInfo()?.getProgramDirectory() || request.getPwd();
        const named = {
            monitor: request.getMonitorAddress(),
            engine: this.engineAddress,
            organization: request.getOrganization(),
            project: request.getProject(),
            stack: request.getStack(),
            pwd: request.getPwd(),
            "root-directory": request.getInfo()?.getRootDirectory() ?? "",
            parallel: String(request.getParallel()),
        };
        return [
            findRunner(folder),
            ...Object.entries(named).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
            ...(request.getDryrun() ? ["--dry-run"] : []),
            request.getInfo()?.getEntryPoint() || request.getProgram() || ".",
            ...request.getArgsList(),
        ];
    }
}

/** The script of the program's own SDK that runs it. */
function findRunner(folder: string): string {
    try {
        return createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
    } catch {
        throw new Error(`The Pulumi SDK is not installed in ${folder}. Run npm ci there.`);
    }
}

function environment(request: RunRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
    const config = Object.fromEntries(request.getConfigMap().getEntryList());
    return {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
    };
}

function answer(code: number | null, signal: string | null): RunResponse {
    const response = new RunResponse();
    if (code === 0) return response;
    if (code === ERROR_SHOWN) response.setBail(true);
    else if (code === null) response.setError(`Program was ended by signal ${signal}`);
    else response.setError(`Program exited with non-zero exit code: ${code}`);
    return response;
}
