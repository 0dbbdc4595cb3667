import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import dockerIgnore from "@balena/dockerignore";
import tar from "tar-fs";

/** The files of a build as a tar archive, owned by root, without the files that `.dockerignore` excludes. */
export function buildContext(folder: string, dockerfile: string): NodeJS.ReadableStream {
    const root = resolve(folder);
    if (!existsSync(root) || !statSync(root).isDirectory()) throw new Error(`build context ${root} is not a folder`);
    return tar.pack(root, {
        ignore: ignoring(root, dockerfile),
        // Otherwise the owner on this machine would be in the image and in the builder's cache keys
        map: (header) => ({ ...header, uid: 0, gid: 0, uname: "", gname: "" }),
    });
}

function ignoring(root: string, dockerfile: string): ((path: string) => boolean) | undefined {
    const file = join(root, ".dockerignore");
    if (!existsSync(file)) return undefined;
    const needed = [".dockerignore", dockerfile].map((path) => `!${path}`);
    const rules = dockerIgnore().add([readFileSync(file, "utf8"), ...needed]);
    return (path) => {
        const name = resolve(path).slice(root.length + 1);
        return name !== "" && rules.ignores(name);
    };
}
