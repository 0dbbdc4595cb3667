"use strict";

// Builds the build contexts of the images: request (JSON) on stdin, result (JSON) on stdout, progress on stderr.
// request.ts has the types of both. The program runs it in every preview, so it must be fast when nothing changed.

const fs = require("node:fs");
const path = require("node:path");

const CHECKOUT = path.resolve(__dirname, "../..");

async function main() {
    const fsCache = path.join(CHECKOUT, "node_modules", ".cache", "jiti");
    fs.mkdirSync(fsCache, { recursive: true });
    const jiti = require("jiti").createJiti(__filename, { fsCache });
    const { answer } = await jiti.import("./main.ts");
    return answer(fs.readFileSync(0, "utf8"), CHECKOUT);
}

main().then(
    (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
    (error) => {
        process.stderr.write(`staging: ${process.env.CONNECT_CDC_DEBUG ? error.stack : error.message}\n`);
        process.exitCode = 1;
    },
);
