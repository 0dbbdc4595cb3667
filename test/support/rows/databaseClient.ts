import { Client, type ClientConfig } from "pg";
import { credentialsOf, type StackOutputs } from "../../../cli/stack/stackOutputs";
import { parseAddress } from "../../../servers/address";
import { tlsOptions } from "../../../servers/tlsOptions";

/** A client of the stack's own database that is not connected yet, with TLS where the stack's own clients use it. */
export function databaseClient(outputs: StackOutputs, options: ClientConfig): Client {
    const { name, user, password, address = "" } = outputs.database;
    const { host, port } = parseAddress(address);
    const credentials = credentialsOf(outputs);
    const ssl = credentials && tlsOptions(host, credentials);
    return new Client({ host, port, database: name, user, password, ssl, ...options });
}
