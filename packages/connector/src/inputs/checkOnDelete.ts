import { isObject } from "../isObject";
import { isPostgresSource } from "../postgres/postgresSource";
import { type InputProblem, objectOf, optional, problem, type Rule, secretMustBe } from "./rules";
import { isUnknown } from "./unknown";

/** The rule of {@link isDatabaseUrl}, for messages. */
export const DATABASE_URL_RULE = "postgresql://user:password@host:port/database, with the password URL-encoded";

/** The value is not secret, but hundreds of lines would hide the message. */
export const CERTIFICATES: Rule = secretMustBe("certificates in PEM", isPem);

const DROP = optional(secretMustBe("drop, or left out", (value) => value === "drop"));
const ON_DELETE = objectOf('an object, such as { offsets: "retain" }', {
    offsets: optional(secretMustBe("retain or reset", (value) => value === "retain" || value === "reset")),
    database: optional(
        objectOf('an object, such as { url, slot: "drop" }', {
            url: secretMustBe(DATABASE_URL_RULE, isDatabaseUrl),
            ca: optional(CERTIFICATES),
            slot: DROP,
            publication: DROP,
        }),
    ),
});

/** All problems of the argument `onDelete`. No message contains a value: the URL has a password. */
export function checkOnDelete(onDelete: unknown, connectorClass: unknown): InputProblem[] {
    const problems = optional(ON_DELETE)(onDelete, "onDelete");
    const hasDatabase = isObject(onDelete) && isObject(onDelete["database"]);
    if (hasDatabase && typeof connectorClass === "string" && !isUnknown(connectorClass)) {
        const property = "onDelete.database";
        return isPostgresSource(connectorClass)
            ? problems
            : [
                  ...problems,
                  problem(property, `is only for Debezium's PostgreSQL source, and class is ${connectorClass}`),
              ];
    }
    return problems;
}

function isPem(value: unknown): boolean {
    return typeof value === "string" && value.includes("-----BEGIN CERTIFICATE-----");
}

/** True for a URL with server and database. */
export function isDatabaseUrl(value: unknown): boolean {
    return typeof value === "string" && URL.canParse(value) && /^postgres(ql)?:\/\/[^/]+\/[^/]+$/.test(value);
}
