import { messageOf } from "@connect-cdc/connector/client";
import axios from "axios";

const TIMEOUT_MS = 5000;
/** Where Apicurio Registry has its API like Confluent's. */
const API = "/apis/ccompat/v7";

/**
 * Throws unless the stack's own registry can use its store.
 *
 * @param target host:port.
 */
export async function assertReady(target: string): Promise<void> {
    await get(`http://${target}/health/ready`);
}

/**
 * Names of all subjects of the stack's own registry.
 *
 * @param target host:port.
 */
export async function subjects(target: string): Promise<string[]> {
    return (await get(`http://${target}${API}/subjects`)) as string[];
}

async function get(url: string): Promise<unknown> {
    try {
        return (await axios.get<unknown>(url, { timeout: TIMEOUT_MS, proxy: false })).data;
    } catch (error) {
        throw new Error(`schema registry at ${new URL(url).host}: ${messageOf(error)}`, { cause: error });
    }
}
