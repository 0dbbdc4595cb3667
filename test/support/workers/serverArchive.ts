import { cached } from "../../../images/staging/cache";
import { unpack } from "../../../images/staging/files";
import { type Artifact, resolveUnits } from "../../../images/staging/maven";
import { serverUnit } from "../../../images/staging/resolve";
import { CHECKOUT } from "../../../tools/project";

/** Gets the archive of an image's server once and keeps it in the cache folder, unpacked. @returns that folder. */
export async function unpackedServer(role: "artemis" | "registry", version: string): Promise<string> {
    const [[archive]] = (await resolveUnits([serverUnit(role, version, CHECKOUT)])) as [[Artifact]];
    return cached(role, archive.sha512, (folder) => unpack(archive.file, folder));
}
