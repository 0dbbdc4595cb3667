import { connectionOf } from "@connect-cdc/connector/postgres";
import { Client, type ClientConfig } from "pg";
import { databaseAccess, type StackOutputs } from "../../../cli/stack/stackOutputs";

/** A client of the stack's own database that is not connected yet, with TLS where the stack's own clients use it. */
export function databaseClient(outputs: StackOutputs, options: ClientConfig): Client {
    const access = databaseAccess(outputs);
    if (access === undefined) throw new Error("the stack has no database of its own");
    return new Client({ ...connectionOf(access), ...options });
}
