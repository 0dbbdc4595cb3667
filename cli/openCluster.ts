import type { Connect, ConnectAuth } from "@connect-cdc/connector/client";
import { connectTo, readUrls } from "@connect-cdc/connector/commands";
import { readStackOutputs } from "./stack/stackOutputs";

/** Opens the Connect cluster at the URLs; without URLs the stack's own, whose workers have no authentication. */
export async function openCluster(
    urls: string | undefined,
    stack: string,
    auth: ConnectAuth | undefined,
): Promise<Connect> {
    if (urls !== undefined) return connectTo(readUrls(urls), auth);

    if (auth !== undefined) throw new Error("credentials need --url: the stack's own workers have no authentication");

    return connectTo((await readStackOutputs({ stack })).restUrls);
}
