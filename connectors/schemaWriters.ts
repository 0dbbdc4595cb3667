import { SCHEMA_WRITERS } from "../components/render/tls";
import type { PlatformConfig } from "../config/schema";

/** Names in certificates that may change schemas: those of workers and the operator, and of clients with the right to write. */
export function schemaWriters({ security }: Pick<PlatformConfig, "security">): string[] {
    const clients = Object.entries(security.clients).filter(([, { registry }]) => registry === "write");
    return [...SCHEMA_WRITERS, ...clients.map(([name]) => name)];
}
