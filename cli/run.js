"use strict";

// Runs one command: node cli/run.js <command> [arguments]
// Plain JavaScript without packages, because it runs on a fresh clone before npm ci.

const fs = require("node:fs");
const path = require("node:path");
const { installDependencies } = require("../tools/dependencies.js");
const PURPOSES = require("./purposes.json");

const CHECKOUT = path.resolve(__dirname, "..");
const OLDEST_NODE = [20, 19];
/** Errors of these classes are bugs of this project, so their stack trace is printed. CONNECT_CDC_DEBUG prints it for all. */
const BUGS = [TypeError, ReferenceError, RangeError, SyntaxError];

/** Commands that npm runs without `run`. */
const WITHOUT_RUN = ["start", "stop", "test"];

async function main([name, ...args]) {
    checkNode(process.versions.node);
    if (["--help", "-h", "help"].includes(name)) {
        process.stdout.write(`${commandList()}\n`);
        return;
    }
    if (!Object.hasOwn(PURPOSES, name ?? "")) {
        throw new Error(
            `${name === undefined ? "no command given" : `command "${name}" not found`}\n\n${commandList()}`,
        );
    }
    process.chdir(CHECKOUT);
    await installDependencies(CHECKOUT);
    const { command } = await loadTypeScript(commandFile(name));
    command.name(`${npmCall(name)} --`).description(PURPOSES[name]);
    command.helpOption("-h, --help", "print this help");
    command.showHelpAfterError(`Print all options: ${npmCall(name)} -- --help`);
    await command.parseAsync(args, { from: "user" });
}

function checkNode(version) {
    const [major, minor] = version.split(".").map(Number);
    const [oldestMajor, oldestMinor] = OLDEST_NODE;
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
    throw new Error(
        `Node.js ${version} is too old: ${OLDEST_NODE.join(".")} or newer is needed. Install the current LTS release from https://nodejs.org.`,
    );
}

/** `test:unit` is commands/testUnit.ts. */
function commandFile(name) {
    const base = name.replace(/:(\w)/g, (_, letter) => letter.toUpperCase());
    return path.join(__dirname, "commands", `${base}.ts`);
}

function npmCall(name) {
    return WITHOUT_RUN.includes(name) ? `npm ${name}` : `npm run ${name}`;
}

function commandList() {
    const calls = Object.keys(PURPOSES).map(npmCall);
    const width = Math.max(...calls.map((call) => call.length));
    const lines = Object.values(PURPOSES).map((purpose, i) => `  ${calls[i].padEnd(width)}  ${purpose}`);
    return ["Commands:", ...lines, "", "Options of a command: npm run <command> -- --help"].join("\n");
}

function loadTypeScript(file) {
    // jiti's own choice while this folder is missing would be one in /tmp, shared by all users
    const fsCache = path.join(CHECKOUT, "node_modules", ".cache", "jiti");
    fs.mkdirSync(fsCache, { recursive: true });
    return require("jiti").createJiti(__filename, { fsCache }).import(file);
}

function errorText(error) {
    if (!(error instanceof Error)) return String(error);
    const showStack = BUGS.some((bug) => error instanceof bug) || process.env.CONNECT_CDC_DEBUG;
    return showStack ? (error.stack ?? error.message) : error.message;
}

// The reader of the output may end first: npm run logs | head
process.stdout.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
});

main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
});
