"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

/**
 * Compiles the packages of the checkout whose sources changed after the last compilation. The program, its dynamic providers
 * and the commands load the compiled package by its name, as other projects do.
 *
 * @param log takes one line for each compiled package.
 * @throws Error with the compiler's messages.
 */
function compilePackages(checkout, log) {
    for (const folder of compiledPackages(checkout)) compilePackage(folder, checkout, log);
}

/** Whether each package is compiled from its current sources. */
function arePackagesCompiled(checkout) {
    return compiledPackages(checkout).every((folder) => isCompiled(folder, checkout));
}

/** Folders of the packages that are compiled. The commands load the other packages as TypeScript. */
function compiledPackages(checkout) {
    const folder = path.join(checkout, "packages");
    return fs
        .readdirSync(folder)
        .map((name) => path.join(folder, name))
        .filter((folder) => fs.existsSync(path.join(folder, "tsconfig.json")));
}

function isCompiled(folder, checkout) {
    const stamp = fs.statSync(stampOf(folder), { throwIfNoEntry: false });
    return stamp !== undefined && stamp.mtimeMs >= newestSource(folder, checkout);
}

const stampOf = (folder) => path.join(folder, "dist", ".compiled");

/** The time of the last change. A folder changes when a file is removed from it. */
function newestSource(folder, checkout) {
    const src = path.join(folder, "src");
    const sources = fs.readdirSync(src, { recursive: true }).map((name) => path.join(src, name));
    const settings = [path.join(folder, "tsconfig.json"), path.join(checkout, "tsconfig.json")];
    return Math.max(...[src, ...sources, ...settings].map((file) => fs.statSync(file).mtimeMs));
}

function compilePackage(folder, checkout, log) {
    if (isCompiled(folder, checkout)) return;
    const name = path.basename(folder);
    const started = new Date();
    const made = path.join(folder, `.compiling-${process.pid}`);
    const tsc = path.join(checkout, "node_modules", "typescript", "bin", "tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder, "--outDir", made], {
        encoding: "utf8",
    });
    if (status !== 0) {
        fs.rmSync(made, { recursive: true, force: true });
        throw new Error(`packages/${name} does not compile:\n${stdout}${stderr}`);
    }
    fs.writeFileSync(path.join(made, ".compiled"), "");
    fs.utimesSync(path.join(made, ".compiled"), started, started);
    // Renamed as a whole, so that no other process loads a half of the files
    const old = `${made}-old`;
    if (fs.existsSync(path.join(folder, "dist"))) fs.renameSync(path.join(folder, "dist"), old);
    fs.renameSync(made, path.join(folder, "dist"));
    fs.rmSync(old, { recursive: true, force: true });
    log(`packages/${name}: compiled in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s`);
}

module.exports = { arePackagesCompiled, compilePackages };
