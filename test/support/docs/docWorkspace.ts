import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../../../tools/project";
import type { TestStack } from "../stack/stack";

/** The dev stack's values in the pages; a test stack has other ports. */
const devPorts = {
    zookeeper: [2180, 2181, 2182],
    kafka: [9090, 9091, 9092],
    connect: [7070, 7071, 7072],
    database: [15_432],
    jmsBroker: [61_616],
    jmsConsole: [8161],
} as const;

/** A folder that looks like the checkout with the config file of a test stack in it, as a reader's own checkout has one. */
export class DocWorkspace {
    readonly folder = mkdtempSync(join(tmpdir(), "connect-cdc-docs-"));

    constructor(private readonly stack: TestStack) {
        for (const name of readdirSync(CHECKOUT)) {
            const isOwn = /^Pulumi\..*yaml$/.test(name);
            // Pulumi finds the stack's config file beside the project file, so that one must be no link.
            if (name === "Pulumi.yaml") copyFileSync(join(CHECKOUT, name), join(this.folder, name));
            else if (!isOwn && name !== ".git") symlinkSync(join(CHECKOUT, name), join(this.folder, name));
        }
        copyFileSync(stack.target.configFile as string, join(this.folder, `Pulumi.${stack.handle.name}.yaml`));
    }

    get environment(): NodeJS.ProcessEnv {
        const { name } = this.stack.handle;
        return { ...this.stack.target.environment, STACK: name, PULUMI_STACK: name, NO_COLOR: "1" };
    }

    /** The commands with the test stack's name and ports in place of the dev stack's. */
    adapt(commands: string): string {
        const { name, ports } = this.stack.handle;
        const named = commands
            .replaceAll("connect-cdc-dev", `connect-cdc-${name}`)
            .replaceAll("connect-cdc.stack=dev", `connect-cdc.stack=${name}`)
            .replaceAll(/--(stack|create) (?:dev|staging)\b/g, `--$1 ${name}`)
            // unchanged.test.ts and preview.test.ts run previews
            .replaceAll(/\bpulumi (up|refresh) --yes\b/g, "pulumi $1 --yes --skip-preview")
            // a page that the reader has open holds the usual port
            .replaceAll(/--serve\b(?! \d)/g, "--serve 0");
        const pairs = Object.entries(devPorts).flatMap(([role, own]) =>
            own.map((port, i): [string, string] => [String(port), String(ports[role as keyof typeof devPorts] + i)]),
        );
        const pattern = new RegExp(`\\b(?:${pairs.map(([from]) => from).join("|")})\\b`, "g");
        return named.replaceAll(pattern, (port) => Object.fromEntries(pairs)[port] as string);
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}
