/** A room of the repository: a folder, or a file of its own. */
export interface Room {
    /** Files of the room, as globs from the checkout. The first room of the table that a file fits is its room. */
    files: string[];
    /** What the room holds: a phrase for the table in CONTRIBUTING.md. */
    holds: string;
    /** Rooms whose modules it may import, besides its own. */
    rooms: string[];
    /** Rooms of which it may import types alone. */
    types?: string[];
    /** Packages that it may import, as globs, besides those of Node.js. */
    packages: string[];
}

const ANY = ["**", "@*/**"];

/**
 * The table of rooms, by the names that CONTRIBUTING.md shows. ESLint enforces it, and `npm run docs` writes it into
 * CONTRIBUTING.md.
 */
export const ROOMS: Record<string, Room> = {
    "index.ts": {
        files: ["index.ts"],
        holds: "the composition root: it wires the rooms; `program.js` loads it",
        rooms: ["config/", "preflight/", "components/", "connectors/", "components/render/", "packages/connector/"],
        packages: ["@pulumi/pulumi"],
    },
    "config/": {
        files: ["config/**/*.ts"],
        holds: "schema, defaults and checks of the stack config, and its one reader",
        rooms: [
            "connectors/",
            "components/render/",
            "images/staging/contract.ts",
            "packages/connector/",
            "tools/project.ts",
        ],
        packages: ["@pulumi/pulumi", "yaml", "zod"],
    },
    "preflight/": {
        files: ["preflight/*.ts"],
        holds: "checks before the first resource of what config cannot know: engines, disks, ports, workers",
        rooms: [
            ...[
                "config/",
                "connectors/",
                "components/",
                "components/render/",
                "images/staging/",
                "servers/",
                "docker/",
            ],
            ...["images/staging/contract.ts", "packages/connector/", "packages/docker-engine/"],
        ],
        packages: ["@pulumi/pulumi", "@pulumi/pulumi/proto/*", "dockerode", "google-protobuf/**"],
    },
    "components/render/": {
        files: ["components/render/*.ts"],
        holds: "pure functions: config files of servers as text",
        rooms: [],
        packages: [],
    },
    "components/certificates/ (formats)": {
        files: ["components/certificates/{pkcs12,x509}.ts"],
        holds: "pure functions: certificates and key stores",
        rooms: [],
        packages: ["asn1js", "pkijs"],
    },
    "components/ (providers)": {
        files: [
            "components/{*Provider,kafkaAccessPlan}.ts",
            "components/certificates/*Provider.ts",
            "components/rolling/{*Provider,gate{Cluster,Tasks}}.ts",
        ],
        holds: "providers of the dynamic resources, which Pulumi runs in a process of their own",
        rooms: [
            ...["components/render/", "components/certificates/ (formats)", "servers/", "docker/"],
            "packages/connector/",
        ],
        packages: [],
    },
    "components/": {
        files: ["components/**/*.ts"],
        holds: "what Pulumi manages, one component resource per file; all input comes by arguments",
        rooms: ["components/render/", "images/staging/contract.ts", "docker/", "packages/connector/"],
        types: ["components/ (providers)"],
        packages: ["@pulumi/*", "@pulumi/*/**"],
    },
    "connectors/": {
        files: ["connectors/*.ts"],
        holds: "what this project knows of kinds of connectors: settings, rules, topics, endpoints",
        rooms: ["components/render/", "packages/connector/"],
        types: ["config/"],
        packages: [],
    },
    "packages/connector/": {
        files: ["packages/connector/src/**/*.ts"],
        holds: "npm package `@connect-cdc/connector`: the resource, and a client of the Connect REST API without Pulumi",
        rooms: [],
        packages: ["@pulumi/pulumi", "axios", "fastest-levenshtein", "pg", "protobufjs"],
    },
    "packages/docker-engine/": {
        files: ["packages/docker-engine/src/*.ts"],
        holds: "a client of a Docker engine by its endpoint",
        rooms: [],
        packages: ["dockerode"],
    },
    "packages/pulumi-from-registries/": {
        files: ["packages/pulumi-from-registries/src/**/*.ts"],
        holds: "the second way of set-up: Pulumi's CLI, language host and plugins from package registries",
        rooms: ["packages/docker-engine/"],
        packages: [
            ...["@balena/dockerignore", "@grpc/grpc-js", "@pulumi/pulumi", "@pulumi/pulumi/**", "dockerode"],
            ...["google-protobuf", "google-protobuf/**", "rolldown", "tar-fs", "tar-stream"],
        ],
    },
    "servers/": {
        files: ["servers/*.ts"],
        holds: "one client per kind of server, its health, waiting",
        rooms: ["packages/connector/"],
        packages: ["axios", "avsc", "pg", "protobufjs", "rhea", "@platformatic/kafka"],
    },
    "docker/": {
        files: ["docker/*.ts"],
        holds: "engines, logs, labels",
        rooms: ["packages/connector/", "packages/docker-engine/"],
        packages: ["dockerode"],
    },
    "reconcile/": {
        files: ["reconcile/*.ts"],
        holds: "compares tables with their topics, row by row",
        rooms: ["servers/", "packages/connector/"],
        packages: [],
    },
    "status/": {
        files: ["status/**/*.ts"],
        holds: "one snapshot of the platform, and what follows from it: findings, events, screen, page, metrics",
        rooms: ["servers/", "docker/", "packages/connector/", "tools/project.ts"],
        packages: [],
    },
    "images/watch/": {
        files: ["images/watch/*.ts"],
        holds: "the program of the watch container",
        rooms: ["status/"],
        packages: [],
    },
    "images/staging/contract.ts": {
        files: ["images/staging/contract.ts"],
        holds: "what is asked of staging, what it answers, and the rules of plugin sources",
        rooms: ["images/staging/"],
        packages: ["zod"],
    },
    "images/staging/": {
        files: ["images/staging/*.ts"],
        holds: "makes the build contexts of the images from Maven coordinates",
        rooms: ["images/staging/contract.ts", "tools/"],
        packages: ["@pulumi/command", "@pulumi/pulumi", "axios", "dockerode", "rolldown", "zod"],
    },
    "cli/": {
        files: ["cli/**/*.{ts,js,json}"],
        holds: "`npm run` commands, one file each in `commands/`",
        rooms: [
            ...["config/", "preflight/", "connectors/", "images/staging/", "servers/", "docker/", "status/", "tools/"],
            ...[
                "reconcile/",
                "images/staging/contract.ts",
                "tools/project.ts",
                "bench/",
                "test/",
                "packages/connector/",
                "packages/docker-engine/",
            ],
        ],
        packages: ANY,
    },
    "tools/project.ts": {
        files: ["tools/project.ts"],
        holds: "names: the project, its folder, the dev stack",
        rooms: [],
        packages: [],
    },
    "tools/": {
        files: ["tools/**/*.{ts,js}"],
        holds: "set-up and checks: what runs before `npm ci` or without the program",
        rooms: ["tools/project.ts", "packages/pulumi-from-registries/"],
        packages: ANY,
    },
    "bench/": {
        files: ["bench/*.ts"],
        holds: "what `npm run bench` measures: ratios against a plain way in the same run",
        rooms: ["cli/", "reconcile/", "servers/", "test/", "tools/", "tools/project.ts", "packages/connector/"],
        packages: ["@platformatic/kafka", "axios", "pg", "yaml"],
    },
    "test/": {
        files: ["test/**/*.{ts,mts}", "*.config.{ts,mts}"],
        holds: "tests, and the configs of the tools that check the repository",
        rooms: ["*"],
        packages: ANY,
    },
    "docs/": {
        files: ["docs/*.ts"],
        holds: "pages, and the programs that they show",
        rooms: ["packages/connector/"],
        packages: ["@pulumi/pulumi"],
    },
};

/** The table as Markdown, its columns as wide as Prettier makes them. */
export function roomsTable(): string {
    const rows = Object.entries(ROOMS).map(([name, { holds, rooms, types = [], packages }]) => {
        const [folder, more] = name.split(" ");
        const allowed = [
            ...(rooms.includes("*") ? ["everything"] : rooms.map(code)),
            ...types.map((type) => `types of ${type.endsWith(")") ? "its providers" : code(type)}`),
            ...(packages === ANY && !rooms.includes("*") ? ["any package"] : []),
            ...(packages === ANY ? [] : packages.filter((name) => !name.endsWith("/**")).map(code)),
        ];
        return [`${code(folder!)}${more ? ` ${more}` : ""}`, holds, allowed.join(", ") || "nothing"];
    });
    const table = [["room", "what it holds", "may import"], ...rows];
    const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
    const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
    const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
    return [line(table[0]!), rule, ...table.slice(1).map(line)].join("\n");
}

function code(text: string): string {
    return `\`${text}\``;
}
