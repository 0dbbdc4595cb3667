"use strict";

const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { arePackagesCompiled, compilePackages } = require("./packages.js");
const { withProcessLock } = require("./processLock.js");

/**
 * Runs `npm ci` in the checkout when its installed packages differ from its lock file, and compiles its own packages when
 * their sources changed.
 */
async function installDependencies(checkout) {
    if (isInstalled(checkout) && arePackagesCompiled(checkout)) return;
    const key = createHash("sha256").update(checkout).digest("hex").slice(0, 16);
    const lock = path.join(os.tmpdir(), `connect-cdc-npm-${os.userInfo().uid}-${key}.lock`);
    await withProcessLock(
        lock,
        async () => {
            if (!isInstalled(checkout)) await npmCi(checkout);
            compilePackages(checkout, log);
        },
        (holder) => log(`waiting for process ${holder}, which installs or compiles the npm packages (lock: ${lock})`),
    );
}

/** npm writes its own copy of the lock file at the end, so an interrupted installation is not complete. */
function isInstalled(checkout) {
    const wanted = readPackages(path.join(checkout, "package-lock.json"));
    const installed = readPackages(path.join(checkout, "node_modules", ".package-lock.json"));
    if (wanted === undefined) throw new Error(`${checkout} has no package-lock.json. Clone the whole repository.`);
    if (installed === undefined) return false;
    const names = new Set([...Object.keys(wanted), ...Object.keys(installed)]);
    names.delete("");
    return [...names].every((name) => isSame(wanted[name], installed[name]));
}

/** npm does not install the optional packages of other platforms. */
function isSame(wanted, installed) {
    if (wanted === undefined) return false;
    if (installed === undefined) return wanted.optional === true;
    return wanted.version === installed.version && wanted.integrity === installed.integrity;
}

function readPackages(file) {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")).packages;
    } catch (error) {
        if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
        throw error;
    }
}

async function npmCi(checkout) {
    log("npm packages: installing those of package-lock.json (npm ci) ...");
    const started = Date.now();
    const code = await run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], checkout);
    if (code !== 0) {
        throw new Error(
            `npm ci failed in ${checkout} (exit code ${code}). See npm's message above. ` +
                "Check that npm reaches its registry (npm ping), then run the same command again.",
        );
    }
    log(`npm packages: installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** npm writes to stderr, because another program may read the stdout of a command (npm run -s env). */
function run(command, args, cwd) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
        child.once("error", reject);
        child.once("exit", resolve);
    });
}

function log(line) {
    process.stderr.write(`${line}\n`);
}

module.exports = { installDependencies };
