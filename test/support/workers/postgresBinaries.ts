import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../../images/staging/cache";
import { unpack } from "../../../images/staging/files";
import { runProcess } from "../../../tools/processes";

/** The versions of PostgreSQL that tests run: that of the image `postgres`, and the two newest. */
export const POSTGRES_VERSIONS = ["15.18.0", "17.10.0", "18.4.0"] as const;

export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: "linux", darwin: "darwin" };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64v8" };

/**
 * Gets PostgreSQL from Maven's registry once and keeps it in the cache folder: `initdb`, `pg_ctl`, `postgres` and the decoder
 * `pgoutput`, without `psql` and `pg_basebackup`.
 *
 * @returns the folder with `bin`, `lib` and `share`.
 */
export function postgresBinaries(version: PostgresVersion): Promise<string> {
    const system = `${SYSTEMS[process.platform]}-${PROCESSORS[process.arch]}`;
    const artifact = `io.zonky.test.postgres:embedded-postgres-binaries-${system}:${version}`;
    return cached("postgres", `${version}-${system}`, async (folder) => {
        const args = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
        const { code, stdout } = await runProcess("mvn", ["-B", "-q", UNPACK, ...args]);
        if (code !== 0) throw new Error(`Maven cannot get ${artifact}:\n${stdout}`);
        const archive = join(
            folder,
            readdirSync(folder).find((file) => file.endsWith(".txz"))!,
        );
        await unpack(archive, folder);
        rmSync(archive);
    });
}

const UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack";
