"use strict";

// Pulumi's entry point: loads index.ts by jiti, which compiles a file once after each change. ts-node, which Pulumi would
// use, compiles every file in every run, and that takes longer than all the rest of the program.

const path = require("node:path");
const { createJiti } = require("jiti");

// Pulumi notes the stack of each promise that it makes, and would map every frame of it through source maps: a third of
// the program's time. jiti keeps the lines, so traces are right without maps.
Error.prepareStackTrace = undefined;

const fsCache = path.join(__dirname, "node_modules", ".cache", "jiti");
module.exports = createJiti(__filename, { fsCache })("./index.ts");
