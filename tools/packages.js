"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

/**
 * Compiles the packages of the checkout whose sources are newer than what was last compiled. The program, its dynamic
 * providers and the commands load the compiled package by its name, as everybody does who installs it.
 *
 * @param say takes a line about what is compiled.
 * @throws Error with the compiler's messages.
 */
function compilePackages(checkout, say) {
    for (const folder of compiledPackages(checkout)) compilePackage(folder, checkout, say);
}

/** True when each package is compiled from its sources of now. */
function arePackagesCompiled(checkout) {
    return compiledPackages(checkout).every((folder) => isCompiled(folder, checkout));
}

/** Folders of the packages that others install; the other ones are loaded as they are. */
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

/** A folder is newer when a file of it was removed. */
function newestSource(folder, checkout) {
    const src = path.join(folder, "src");
    const sources = fs.readdirSync(src, { recursive: true }).map((name) => path.join(src, name));
    const settings = [path.join(folder, "tsconfig.json"), path.join(checkout, "tsconfig.json")];
    return Math.max(...[src, ...sources, ...settings].map((file) => fs.statSync(file).mtimeMs));
}

function compilePackage(folder, checkout, say) {
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
    // Whoever runs with the old files meanwhile finds whole ones, old or new
    const old = `${made}-old`;
    if (fs.existsSync(path.join(folder, "dist"))) fs.renameSync(path.join(folder, "dist"), old);
    fs.renameSync(made, path.join(folder, "dist"));
    fs.rmSync(old, { recursive: true, force: true });
    say(`packages/${name}: compiled in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s`);
}

module.exports = { arePackagesCompiled, compilePackages };
