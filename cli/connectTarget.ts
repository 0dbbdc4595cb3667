import type { Connect, ConnectAuth } from "@connect-cdc/connector/client";
import { connectTo, readUrls } from "@connect-cdc/connector/commands";
import { readStackOutputs } from "./stack/stackOutputs";

/** The Connect cluster at these URLs; without any, the stack's, whose workers ask for no credentials. */
export async function connectTarget(
    urls: string | undefined,
    stack: string,
    auth: ConnectAuth | undefined,
): Promise<Connect> {
    if (urls !== undefined) return connectTo(readUrls(urls), auth);

    if (auth !== undefined) throw new Error("credentials go with --url: the stack's own workers ask for none");

    return connectTo((await readStackOutputs({ stack })).restUrls);
}
