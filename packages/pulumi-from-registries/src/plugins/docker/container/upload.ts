import { readFile } from "node:fs/promises";
import Docker from "dockerode";
import tar from "tar-stream";
import { attempt } from "../engineErrors";
import { Upload } from "./types";

/** Writes files into a container before its start. Default: owned by root, readable by all. */
export async function upload(container: Docker.Container, uploads: Upload[]): Promise<void> {
    if (uploads.length === 0) return;
    const archive = tar.pack();
    for (const file of uploads) {
        const header = {
            name: file.file,
            mode: parseInt(file.permissions ?? (file.executable ? "0744" : "0644"), 8),
            uid: Number(file.owner ?? 0),
            gid: Number(file.group ?? 0),
            mtime: new Date(0),
        };
        archive.entry(header, await contentOf(file));
    }
    archive.finalize();
    const files = uploads.map(({ file }) => file).join(", ");
    await attempt(`unable to upload ${files}`, container.putArchive(archive, { path: "/" }));
}

async function contentOf({ file, content, contentBase64, source }: Upload): Promise<Buffer> {
    const given = [content, contentBase64, source].filter((value) => value);
    if (given.length > 1) {
        throw new Error(`upload of ${file}: only one of content, contentBase64 and source can be set`);
    }
    if (source) return readFile(source);
    if (contentBase64) return Buffer.from(contentBase64, "base64");
    return Buffer.from(content ?? "");
}
