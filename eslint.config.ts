import boundaries from "eslint-plugin-boundaries";
import perfectionist from "eslint-plugin-perfectionist";
import tseslint from "typescript-eslint";
import { ROOMS } from "./tools/checks/rooms";

/** Folders that are rooms. A path of one in a string is an import that neither reader nor compiler sees. */
const FOLDERS = [
    ...["bench", "cli", "components", "config", "connectors", "docker", "images/staging", "packages", "preflight"],
    ...["servers", "status", "tools"],
];
const FOLDER = `(${FOLDERS.join("|").replaceAll("/", "\\/")})`;
const PATH = `/^(\\.{1,2}\\/)*${FOLDER}\\//`;
const IMPORTS = [
    ...["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression"],
    ...["TSImportType", "TSLiteralType", "TSExternalModuleReference"],
].join(", ");
/** The plugin takes the names of rooms as globs. */
const plain = (room: string) => room.replace(/[^\w.*]+/g, "-").replace(/-$/, "");

const PATHS_IN_STRINGS = [
    `:not(${IMPORTS}) > Literal[value=${PATH}]`,
    `TemplateElement[value.raw=${PATH}]`,
    `CallExpression[callee.name=/^(join|resolve)$/]:has(> Literal[value='..'], > Identifier[name=/checkout/i]) > Literal[value=/^${FOLDER}$/]`,
].map((selector) => ({ selector, message: "A string holds the path of a room. Import the module instead." }));

export default tseslint.config(
    { ignores: ["node_modules/", "**/target/", "**/bin/", "**/dist/", "coverage/", "connectorTypes/"] },
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.recommended],
        languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: __dirname } },
        plugins: { perfectionist },
        rules: {
            // A statement without braces is on the line of its condition
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
            "import/resolver": { typescript: { conditionNames: ["@connect-cdc/source", "types", "node", "default"] } },
            "boundaries/dependency-nodes": ["import", "export", "dynamic-import", "require"],
            "boundaries/elements": Object.entries(ROOMS).map(([room, { files }]) => ({
                type: plain(room),
                pattern: files,
                mode: "full",
            })),
        },
        rules: {
            "boundaries/no-unknown": "error",
            "boundaries/no-unknown-files": "error",
            "boundaries/element-types": [
                "error",
                {
                    default: "disallow",
                    rules: Object.entries(ROOMS).flatMap(([room, { rooms, types = [] }]) => [
                        { from: plain(room), allow: [room, ...rooms].map(plain) },
                        { from: plain(room), allow: types.map(plain), importKind: "type" },
                    ]),
                    message:
                        "${file.type} may not import ${dependency.type}: see the table of rooms in CONTRIBUTING.md",
                },
            ],
            "boundaries/external": [
                "error",
                {
                    default: "disallow",
                    rules: Object.entries(ROOMS).map(([room, { packages }]) => ({
                        from: plain(room),
                        allow: ["node:*", ...packages],
                    })),
                    message:
                        "${file.type} may not import ${dependency.source}: see the table of rooms in CONTRIBUTING.md",
                },
            ],
        },
    },
    {
        files: ["**/*.ts"],
        // Providers and staging are loaded by path; so are the modules that tests run as programs
        ignores: [
            "components/dynamicResource.ts",
            "images/staging/client.ts",
            "tools/checks/rooms.ts",
            "eslint.config.ts",
            "test/**",
        ],
        rules: { "no-restricted-syntax": ["error", ...PATHS_IN_STRINGS] },
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
