import { Agent } from "node:https";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import axios from "axios";

const TIMEOUT_MS = 5000;
/** Where Apicurio Registry has its API like Confluent's. */
const API = "/apis/ccompat/v7";

/**
 * Throws unless the stack's own registry can use its store.
 *
 * @param target host:port.
 */
export async function assertReady(target: string, credentials?: Credentials): Promise<void> {
    await get(target, "/health/ready", credentials);
}

/**
 * Names of all subjects of the stack's own registry.
 *
 * @param target host:port.
 */
export async function subjects(target: string, credentials?: Credentials): Promise<string[]> {
    return (await get(target, `${API}/subjects`, credentials)) as string[];
}

async function get(target: string, path: string, credentials?: Credentials): Promise<unknown> {
    const url = `${credentials ? "https" : "http"}://${target}${path}`;
    const httpsAgent = credentials && new Agent(credentials);
    try {
        return (await axios.get<unknown>(url, { timeout: TIMEOUT_MS, proxy: false, httpsAgent })).data;
    } catch (error) {
        throw new Error(`schema registry at ${target}: ${messageOf(error)}`);
    }
}
