import type { ImageRole, StageResult } from "../images/staging/contract";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";

/** Images in the order of their builds, each with the image that it is built on. */
const PARENTS = {
    base: undefined,
    jre: "base",
    runtime: "jre",
    postgres: "base",
    artemis: "jre",
    registry: "jre",
    connect: "runtime",
    watch: "base",
} as const satisfies Record<ImageRole, ImageRole | undefined>;

type OptionalRole = "postgres" | "artemis" | "registry" | "watch";

/** Images of a stack by role; an optional one only when the stack has the role. */
export type Images = Record<Exclude<ImageRole, OptionalRole>, Image> & Partial<Record<OptionalRole, Image>>;

/** Arguments of {@link buildImages}. */
export interface ImagesArgs {
    /** Staged contexts by role. */
    staged: StageResult["images"];
    /** The host that images are built on. Others get a copy when a member there needs it. */
    host: DockerHost;
    /** Which of the optional roles the stack has. */
    has: Record<OptionalRole, boolean>;
}

/**
 * Builds the images of a stack one after the other. Each depends on the previous one, so that they are also removed one
 * after the other: an engine that removes two images of one parent at once may fail with `unrecognized image ID`.
 */
export function buildImages({ staged, host, has }: ImagesArgs): Images {
    const images: Partial<Record<ImageRole, Image>> = {};
    let previous: Image | undefined;
    for (const role of Object.keys(PARENTS) as ImageRole[]) {
        if (role in has && !has[role as OptionalRole]) continue;
        const parent = PARENTS[role];
        const parentImage = parent && images[parent];
        previous = new Image(`image-${role}`, { role, staged: staged[role]!, parentImage, previous, host });
        images[role] = previous;
    }
    return images as Images;
}
