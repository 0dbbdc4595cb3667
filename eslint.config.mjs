import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";

const ANY = ["**", "@*/**"];
const CONNECTOR = ["@connect-cdc/connector", "@connect-cdc/connector/*"];

/**
 * The rooms of this repository, and what each may import: `rooms` of the repository itself, `packages` beyond Node's own.
 * Tests may import everything.
 */
const rooms = {
    index: {
        files: "index.ts",
        rooms: ["config", "program", "components"],
        packages: ["@pulumi/pulumi"],
    },
    program: {
        files: "program/*.ts",
        rooms: ["program", "config", "configChecks", "preflight", "components", "connectorConfigs"],
        packages: ["@pulumi/pulumi", ...CONNECTOR],
    },
    config: { files: "config.ts", rooms: ["configChecks"], packages: ["@pulumi/pulumi", "zod"] },
    configChecks: {
        files: "configChecks/*.ts",
        rooms: ["configChecks", "config", "connectorConfigs", "render"],
        packages: ["zod", ...CONNECTOR],
    },
    preflight: { files: "preflight.ts", rooms: ["config", "configChecks", "probes"], packages: ["dockerode"] },
    components: {
        files: "components/*.ts",
        rooms: ["components", "render"],
        packages: ["@pulumi/*", "@pulumi/*/**"],
    },
    render: { files: "components/render/*.ts", rooms: ["render"], packages: [] },
    connectorConfigs: { files: "connectorConfigs/*.ts", rooms: ["connectorConfigs"], packages: [] },
    connector: {
        files: "packages/connector/src/**/*.ts",
        rooms: ["connector"],
        packages: ["@pulumi/pulumi", "axios", "fastest-levenshtein", "pg"],
    },
    probes: {
        files: "probes/*.ts",
        rooms: ["probes"],
        packages: ["axios", "dockerode", "pg", "rhea", "@platformatic/kafka", ...CONNECTOR],
    },
    report: { files: "report/*.ts", rooms: ["report", "probes"], packages: [] },
    cli: {
        files: "cli/**/*.ts",
        rooms: ["cli", "config", "probes", "report", "toolchain", "folders"],
        packages: ANY,
    },
    // Where what must not be lost is kept: it imports nothing
    folders: { files: "toolchain/folders.ts", rooms: [], packages: [] },
    toolchain: { files: "toolchain/**/*", rooms: ["toolchain", "folders", "probes"], packages: ANY },
};

export default tseslint.config(
    { ignores: ["node_modules/", "**/target/", "**/bin/", "**/dist/", "coverage/", "connectorTypes/"] },
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.recommended],
        languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
        rules: {
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
                    rules: Object.entries(rooms).map(([from, { rooms: allow }]) => ({ from, allow })),
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
