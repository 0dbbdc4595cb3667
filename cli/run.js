"use strict";

// Runs one command: node cli/run.js <command> [arguments]
// Works on a fresh clone where only Node.js and npm are there, hence plain JavaScript without packages.

const fs = require("node:fs");
const path = require("node:path");
const { installDependencies } = require("../tools/dependencies.js");

const CHECKOUT = path.resolve(__dirname, "..");
const COMMANDS = path.join(__dirname, "commands");
const OLDEST_NODE = [20, 19];
/** Errors of these classes are faults of our own code; only for them (or with CONNECT_CDC_DEBUG) a stack trace helps. */
const BUGS = [TypeError, ReferenceError, RangeError, SyntaxError];

async function main([name, ...args]) {
    checkNode(process.versions.node);
    const file = findCommand(name);
    process.chdir(CHECKOUT);
    await installDependencies(CHECKOUT);
    const command = await loadTypeScript(file);
    return (await command.default(args)) ?? 0;
}

function checkNode(version) {
    const [major, minor] = version.split(".").map(Number);
    const [oldestMajor, oldestMinor] = OLDEST_NODE;
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
    throw new Error(
        `Node.js ${version} is too old: ${OLDEST_NODE.join(".")} or newer is needed. Install the current LTS release from https://nodejs.org.`,
    );
}

/** Command names become file names: `test:unit` is testUnit.ts. */
function findCommand(name) {
    const base = (name ?? "").replace(/[:-](\w)/g, (_, letter) => letter.toUpperCase());
    const file = commandFiles().find((file) => path.basename(file, ".ts") === base);
    if (file !== undefined) return file;
    const problem = name === undefined ? "No command given." : `There is no command "${name}".`;
    const names = commandFiles().map((file) => path.basename(file, ".ts"));
    const commands = names.map((name) => name.replace(/[A-Z]/g, (letter) => `:${letter.toLowerCase()}`)).sort();
    throw new Error(`${problem} The commands are: ${commands.join(", ")}.`);
}

function commandFiles() {
    return fs.readdirSync(COMMANDS).map((name) => path.join(COMMANDS, name));
}

function loadTypeScript(file) {
    // jiti's own choice while this folder is missing would be one in /tmp, shared by all users
    const fsCache = path.join(CHECKOUT, "node_modules", ".cache", "jiti");
    fs.mkdirSync(fsCache, { recursive: true });
    return require("jiti").createJiti(__filename, { fsCache }).import(file);
}

function describe(error) {
    if (!(error instanceof Error)) return String(error);
    // Node.js reports a command's unknown options by a TypeError
    const isBug = BUGS.some((bug) => error instanceof bug) && !String(error.code).startsWith("ERR_PARSE_ARGS");
    const showStack = isBug || process.env.CONNECT_CDC_DEBUG;
    return showStack ? (error.stack ?? error.message) : error.message;
}

// Who reads our output may have seen enough: `npm run logs | head`
process.stdout.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
});

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error) => {
        process.stderr.write(`${describe(error)}\n`);
        process.exitCode = 1;
    },
);
