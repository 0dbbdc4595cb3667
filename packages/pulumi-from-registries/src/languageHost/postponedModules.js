"use strict";

const Module = require("node:module");

/**
 * Modules that `@pulumi/pulumi` loads at each start and that few programs use: TypeScript and npm's dependency tree. Its
 * serialiser of functions, its component providers and its own loader of TypeScript need them.
 */
const RARELY_USED = [
    { module: "@pulumi/pulumi/typescript-shim", from: undefined },
    { module: "@npmcli/arborist", from: "@pulumi/pulumi" },
];

/** See postponedModules.d.ts. */
function postponeModules(programRequire) {
    for (const { module, from } of RARELY_USED) {
        try {
            const finder = from === undefined ? programRequire : Module.createRequire(programRequire.resolve(from));
            postpone(finder.resolve(module));
        } catch (error) {
            // Another version of the SDK may do without it
            if (error.code !== "MODULE_NOT_FOUND" && error.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
        }
    }
}

function postpone(file) {
    if (require.cache[file] !== undefined) return;
    const postponed = new Module(file);
    let loaded;
    const load = () => {
        if (loaded === undefined) {
            delete require.cache[file];
            loaded = Module.createRequire(file)(file);
        }
        return loaded;
    };
    postponed.filename = file;
    postponed.loaded = true;
    postponed.exports = new Proxy(
        {},
        {
            get: (_, name) => {
                // Code that TypeScript has compiled copies each property of a module that is no ES module
                if (name === "__esModule") return true;
                return name === "default" ? load() : load()[name];
            },
        },
    );
    require.cache[file] = postponed;
}

module.exports = { postponeModules };
