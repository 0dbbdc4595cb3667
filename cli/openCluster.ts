import type { Connect, ConnectAuth } from "@connect-cdc/connector/client";
import { connectTo, readUrls } from "@connect-cdc/connector/commands";
import { connectAuth, readStackOutputs } from "./stack/stackOutputs";

/** Opens the Connect cluster at the URLs; without URLs the stack's own, with the operator's credentials. */
export async function openCluster(
    urls: string | undefined,
    stack: string,
    auth: ConnectAuth | undefined,
): Promise<Connect> {
    if (urls !== undefined) return connectTo(readUrls(urls), auth);

    if (auth !== undefined) throw new Error("credentials need --url: the stack's own workers know the operator");

    const outputs = await readStackOutputs({ stack });
    return connectTo(outputs.restUrls, connectAuth(outputs));
}
