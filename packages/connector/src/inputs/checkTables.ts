import { suggest } from "../checks/nearest";
import { isObject } from "../isObject";
import { parseTableName, TABLE_NAME_RULE } from "../postgres/tableName";
import { checkAuth } from "./checkAuth";
import { CERTIFICATES, DATABASE_URL_RULE, isDatabaseUrl } from "./checkOnDelete";
import {
    type InputProblem,
    isText,
    mustBe,
    objectOf,
    oneOf,
    optional,
    problem,
    type Rule,
    secretMustBe,
} from "./rules";
import { isUnknown } from "./unknown";

const REPLICA_IDENTITIES = ["default", "full", "nothing"];
const isIdentity = (value: unknown) =>
    REPLICA_IDENTITIES.includes(value as string) || (isObject(value) && isText(value["index"]));
const isUrlList = (value: unknown) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((url) => isUnknown(url) || /^https?:\/\/./.test(String(url)));
const isSeconds = (value: unknown) => typeof value === "number" && value > 0;

/** A table's name, as `parseTableName` reads it. */
export const TABLE_NAME: Rule = mustBe(
    TABLE_NAME_RULE.replace(" or schema.*", ""),
    (value) => typeof value === "string" && parseTableName(value)?.table !== undefined,
);
export const DATABASE_URL: Rule = secretMustBe(DATABASE_URL_RULE, isDatabaseUrl);
export const SECONDS: Rule = mustBe("a number of seconds above 0", isSeconds);
export const URL_LIST: Rule = mustBe("a list of one or more http:// or https:// URLs", isUrlList);

/** An object with an entry for each table. */
export function tablesOf(entry: Rule): Rule {
    return (value, property) => {
        if (isUnknown(value)) return [];
        if (!isObject(value)) return [problem(property, 'must be an object, such as { "cdc.customers": {} }')];
        return Object.entries(value).flatMap(([name, of]) => [
            ...(parseTableName(name) ? [] : [problem(`${property}["${name}"]`, `must be ${TABLE_NAME_RULE}`)]),
            ...entry(of, `${property}["${name}"]`),
        ]);
    };
}

const CAPTURED_TABLES: Record<string, Rule> = {
    url: DATABASE_URL,
    ca: optional(CERTIFICATES),
    publication: mustBe("the name of a publication", isText),
    tables: tablesOf(
        objectOf("an object, such as { replicaIdentity: full }, or {}", {
            replicaIdentity: optional(mustBe("default, full, nothing or { index: <name> }", isIdentity)),
        }),
    ),
    signalTable: optional(TABLE_NAME),
    manage: mustBe("true or false", (value) => typeof value === "boolean"),
    lockSeconds: SECONDS,
};

const TABLE_SNAPSHOTS: Record<string, Rule> = {
    url: DATABASE_URL,
    ca: optional(CERTIFICATES),
    signalTable: TABLE_NAME,
    connector: objectOf("an object with name and restUrls", {
        name: mustBe("the connector's name", isText),
        restUrls: URL_LIST,
        auth: checkAuth,
    }),
    tables: tablesOf(
        objectOf("an object, such as { snapshot: blocking }, or {}", {
            snapshot: oneOf("incremental", "blocking", "none"),
        }),
    ),
    timeoutSeconds: SECONDS,
};

/** All problems of the arguments of `TableSnapshots`. No message contains the URL or the credentials. */
export function checkTableSnapshots(inputs: Record<string, unknown>): InputProblem[] {
    return checkArguments(TABLE_SNAPSHOTS, inputs, "TableSnapshots");
}

/** All problems of the arguments of `CapturedTables`. No message contains the URL. */
export function checkCapturedTables(inputs: Record<string, unknown>): InputProblem[] {
    return checkArguments(CAPTURED_TABLES, inputs, "CapturedTables");
}

/** The problems of arguments by their rules, and unknown arguments. `__provider` is the resource's own. */
export function checkArguments(
    rules: Record<string, Rule>,
    inputs: Record<string, unknown>,
    of: string,
): InputProblem[] {
    const known = Object.keys(rules);
    return [
        ...Object.keys(inputs)
            .filter((key) => key !== "__provider" && !known.includes(key))
            .map((key) => problem(key, `is not an argument of ${of}; ${suggest(key, known)}`)),
        ...Object.entries(rules).flatMap(([key, rule]) => rule(inputs[key], key)),
    ];
}
