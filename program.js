"use strict";

// Pulumi's entry point. It loads index.ts by jiti, which compiles a file once after each change. Pulumi's own loader,
// ts-node, compiles every file in each run, which takes longer than the rest of the program.

const path = require("node:path");
const { postponeModules } = require("@connect-cdc/pulumi-from-registries/postponed-modules");
const { createJiti } = require("jiti");

// Pulumi records the stack of each promise and maps its frames through source maps, a third of the program's time.
// jiti keeps the line numbers, so traces are correct without maps.
Error.prepareStackTrace = undefined;

postponeModules(require);

const fsCache = path.join(__dirname, "node_modules", ".cache", "jiti");
module.exports = createJiti(__filename, { fsCache })("./index.ts");
