"use strict";

// Pulumi's entry point: loads index.ts by jiti, which compiles a file once after each change. ts-node, which Pulumi would
// use, compiles every file in every run, and that takes longer than all the rest of the program.

const path = require("node:path");
const { createJiti } = require("jiti");

const fsCache = path.join(__dirname, "node_modules", ".cache", "jiti");
module.exports = createJiti(__filename, { fsCache })("./index.ts");
