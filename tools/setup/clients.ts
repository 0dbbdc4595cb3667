import { findProgram } from "../processes";
import type { Missing } from "./missing";

/** Checks for clients of Kafka and PostgreSQL that are no part of this project. Only the tests need them. */
export function findMissingClients(): Missing | undefined {
    // Its name before Debian 12 is kafkacat
    const kcat = findProgram("kcat") ?? findProgram("kafkacat");
    if (kcat !== undefined && findProgram("psql") !== undefined) return undefined;
    return {
        what: "kcat and psql: the tests connect with them by what `npm run credentials` writes.",
        debianPackages: ["kcat|kafkacat", "postgresql-client"],
        remedy: "Debian, Ubuntu: apt-get install kcat postgresql-client; macOS: brew install kcat libpq",
    };
}
