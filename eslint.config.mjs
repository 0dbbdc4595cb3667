import boundaries from "eslint-plugin-boundaries";
import perfectionist from "eslint-plugin-perfectionist";
import tseslint from "typescript-eslint";

const ANY = ["**", "@*/**"];
const ENGINE = ["@connect-cdc/docker-engine"];
const CONNECTOR = ["@connect-cdc/connector", "@connect-cdc/connector/*"];

/**
 * The rooms of this repository, and what each may import: `rooms` of the repository itself, `packages` beyond Node's own.
 * `types` are rooms of which it may take types alone. The first room whose pattern fits a file is its room.
 */
const rooms = {
    project: { files: "tools/project.ts", rooms: [], packages: [] },
    index: {
        files: "index.ts",
        rooms: ["config", "preflight", "components", "render"],
        packages: ["@pulumi/pulumi"],
    },
    config: {
        files: "config/**/*.ts",
        rooms: ["config", "connectors", "contract", "render", "project"],
        packages: ["@pulumi/pulumi", "zod", ...CONNECTOR],
    },
    preflight: {
        files: "preflight/*.ts",
        rooms: ["preflight", "config", "staging", "contract", "connectors", "components", "servers", "docker"],
        packages: ["@pulumi/pulumi", "dockerode", ...CONNECTOR, ...ENGINE],
    },
    providers: {
        files: [
            "components/*Provider.ts",
            "components/rolling/*Provider.ts",
            "components/rolling/gate{Cluster,Tasks}.ts",
        ],
        rooms: ["providers", "servers", "docker"],
        packages: CONNECTOR,
    },
    render: { files: "components/render/*.ts", rooms: ["render"], packages: [] },
    components: {
        files: "components/**/*.ts",
        rooms: ["components", "render", "contract", "docker"],
        types: ["providers"],
        packages: ["@pulumi/*", "@pulumi/*/**", ...CONNECTOR],
    },
    connectors: { files: "connectors/*.ts", rooms: ["connectors", "render"], packages: [] },
    connector: {
        files: "packages/connector/src/**/*.ts",
        rooms: ["connector"],
        packages: ["@pulumi/pulumi", "axios", "fastest-levenshtein", "pg"],
    },
    "docker-engine": { files: "packages/docker-engine/src/*.ts", rooms: ["docker-engine"], packages: ["dockerode"] },
    "pulumi-from-registries": {
        files: "packages/pulumi-from-registries/src/**/*.ts",
        rooms: ["pulumi-from-registries"],
        packages: [
            "@balena/dockerignore",
            "@grpc/grpc-js",
            "@pulumi/pulumi/**",
            "dockerode",
            "google-protobuf/**",
            "rolldown",
            "tar-fs",
            "tar-stream",
            ...ENGINE,
        ],
    },
    servers: {
        files: "servers/*.ts",
        rooms: ["servers"],
        packages: ["axios", "pg", "rhea", "@platformatic/kafka", ...CONNECTOR],
    },
    docker: {
        files: "docker/*.ts",
        rooms: ["docker"],
        packages: ["dockerode", ...CONNECTOR, ...ENGINE],
    },
    status: {
        files: "status/**/*.ts",
        rooms: ["status", "servers", "docker", "project"],
        packages: CONNECTOR,
    },
    watch: { files: "images/watch/*.ts", rooms: ["status"], packages: [] },
    contract: { files: "images/staging/contract.ts", rooms: ["staging"], packages: ["zod"] },
    staging: {
        files: "images/staging/*.ts",
        rooms: ["staging", "contract", "tools"],
        packages: ["@pulumi/command", "@pulumi/pulumi", "axios", "dockerode", "rolldown", "zod"],
    },
    tools: { files: "tools/**/*", rooms: ["tools", "project"], packages: ANY },
    cli: {
        files: "cli/**/*.ts",
        rooms: [
            "cli",
            "bench",
            "config",
            "docker",
            "servers",
            "staging",
            "contract",
            "status",
            "test",
            "tools",
            "project",
        ],
        packages: ANY,
    },
    bench: {
        files: "bench/*.ts",
        rooms: ["bench", "cli", "servers", "test", "tools", "project"],
        packages: ["@platformatic/kafka", "axios", "pg", "yaml"],
    },
};

export default tseslint.config(
    { ignores: ["node_modules/", "**/target/", "**/bin/", "**/dist/", "coverage/", "connectorTypes/"] },
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.recommended],
        languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
        plugins: { perfectionist },
        rules: {
            // A statement without braces stands on the line of its condition
            curly: ["error", "multi-line", "consistent"],
            "perfectionist/sort-imports": [
                "error",
                {
                    groups: ["builtin", "external", ["parent", "sibling", "index"], "unknown"],
                    internalPattern: [],
                    newlinesBetween: 0,
                },
            ],
            "perfectionist/sort-named-imports": ["error", { ignoreCase: true, ignoreAlias: false }],
            // import x = require("x") is how a module without a default export comes into a Pulumi program
            "@typescript-eslint/no-require-imports": ["error", { allowAsImport: true }],
            "@typescript-eslint/await-thenable": "error",
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/no-misused-promises": "error",
            "@typescript-eslint/no-unnecessary-type-assertion": "error",
            "@typescript-eslint/only-throw-error": "error",
            "@typescript-eslint/prefer-promise-reject-errors": "error",
            "@typescript-eslint/no-unused-vars": [
                "error",
                { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
            ],
        },
    },
    {
        files: ["**/*.ts"],
        plugins: { boundaries },
        settings: {
            "import/resolver": { node: { extensions: [".ts", ".js"] } },
            "boundaries/elements": Object.entries(rooms).map(([type, { files }]) => ({
                type,
                pattern: files,
                mode: "full",
            })),
        },
        rules: {
            "boundaries/element-types": [
                "error",
                {
                    default: "disallow",
                    rules: Object.entries(rooms).flatMap(([from, { rooms: allow, types = [] }]) => [
                        { from, allow },
                        { from, allow: types, importKind: "type" },
                    ]),
                    message:
                        "${file.type} may not import ${dependency.type}: see the table of rooms in eslint.config.mjs",
                },
            ],
            "boundaries/external": [
                "error",
                {
                    default: "disallow",
                    rules: Object.entries(rooms).map(([from, { packages }]) => ({
                        from,
                        allow: ["node:*", ...packages],
                    })),
                    message:
                        "${file.type} may not import ${dependency.source}: see the table of rooms in eslint.config.mjs",
                },
            ],
        },
    },
    {
        files: ["**/*.ts"],
        ignores: ["test/**", "images/watch/main.ts"],
        rules: {
            "@typescript-eslint/naming-convention": [
                "error",
                {
                    selector: "variable",
                    modifiers: ["const", "global"],
                    types: ["boolean", "number", "string"],
                    format: ["UPPER_CASE"],
                },
            ],
        },
    },
    { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-explicit-any": "off" } },
    {
        files: ["components/**/*.ts"],
        rules: {
            "no-restricted-properties": [
                "error",
                { object: "process", property: "env", message: "Components get everything by their arguments." },
            ],
        },
    },
);
