"use strict";

const fs = require("node:fs");

const POLL_MILLISECONDS = 200;

async function withProcessLock(file, action, onWait = () => {}) {
    let waiting = false;
    while (!acquire(file)) {
        const holder = readHolder(file);
        if (holder !== undefined && !isAlive(holder)) {
            removeStale(file, holder);
            continue;
        }
        if (!waiting && holder !== undefined) {
            waiting = true;
            onWait(holder);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
    try {
        return await action();
    } finally {
        fs.rmSync(file, { force: true });
    }
}

/** Creates the lock as a hard link, so that it has its content, the process id, from the beginning. */
function acquire(file) {
    const own = ownName(file);
    fs.writeFileSync(own, String(process.pid));
    try {
        fs.linkSync(own, file);
        return true;
    } catch (error) {
        if (error.code !== "EEXIST") throw error;
        return false;
    } finally {
        fs.rmSync(own, { force: true });
    }
}

/** Removes a stale lock. Another process may have replaced it meanwhile: that new lock is put back. */
function removeStale(file, holder) {
    const own = ownName(file);
    try {
        fs.renameSync(file, own);
    } catch (error) {
        if (error.code === "ENOENT") return;
        throw error;
    }
    if (readHolder(own) !== holder) fs.linkSync(own, file);
    fs.rmSync(own, { force: true });
}

function ownName(file) {
    return `${file}.${process.pid}`;
}

function readHolder(file) {
    try {
        return Number(fs.readFileSync(file, "utf8"));
    } catch (error) {
        if (error.code === "ENOENT") return undefined;
        throw error;
    }
}

function isAlive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error.code === "EPERM";
    }
}

module.exports = { isAlive, withProcessLock };
