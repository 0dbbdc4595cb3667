import type { Credentials } from "@connect-cdc/connector/client";
import { reconcile, type ReconcileOptions, type TableReport } from "../../reconcile/reconcile";
import { type Source, sourceOf } from "../../reconcile/sources";
import { listConnectors } from "../../servers/connect";
import { credentialsOf, databaseAccess, registryAuth, registryUrls, type StackOutputs } from "../stack/stackOutputs";

/** What a user may choose. */
export type ReconcileChoice = Omit<ReconcileOptions, "brokers" | "url" | "ca" | "sources">;

/** Compares the captured tables of the stack's database. Throws when the stack runs none, or no source reads it. */
export async function reconcileStack(outputs: StackOutputs, choice: ReconcileChoice): Promise<TableReport[]> {
    const { addresses } = outputs;
    const { DATABASE_URL: own } = process.env;
    const database = own === undefined ? databaseAccess(outputs) : { url: own };
    if (database === undefined) {
        throw new Error(
            "the stack does not run its database; set DATABASE_URL to postgresql://user:password@host:port/database" +
                " with a user who may read the tables",
        );
    }
    const wanted = decodeURIComponent(new URL(database.url).pathname.slice(1));
    const credentials = credentialsOf(outputs);
    const sources = (await sourcesOf(addresses.connect, credentials)).filter(({ database: own }) => own === wanted);
    if (sources.length === 0) throw new Error(`no Debezium PostgreSQL source reads database "${wanted}"`);

    const registry = { registryUrls: registryUrls(outputs), registryAuth: registryAuth(outputs) };
    return reconcile({ ...choice, brokers: addresses.kafka, credentials, ...registry, ...database, sources });
}

async function sourcesOf(workers: string[], credentials?: Credentials): Promise<Source[]> {
    const lists = workers.map((url) => listConnectors(url, credentials));
    const connectors = await Promise.any(lists).catch(() => {
        throw new Error("no worker answers with its connectors; npm run status shows why");
    });
    return connectors.flatMap(({ info }) => sourceOf(info.name, info.config) ?? []);
}
