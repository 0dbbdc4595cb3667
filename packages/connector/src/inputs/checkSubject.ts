import { isJson } from "../isJson";
import { isObject } from "../isObject";
import { COMPATIBILITIES, SCHEMA_TYPES } from "../registry/schema";
import { checkAuth } from "./checkAuth";
import { checkArguments, SECONDS, URL_LIST } from "./checkTables";
import { type InputProblem, isText, mustBe, objectOf, oneOf, optional, problem, type Rule } from "./rules";
import { isUnknown } from "./unknown";

const REFERENCE = objectOf("an object with name, subject and version", {
    name: mustBe("the name that the schema uses", isText),
    subject: mustBe("the name of a subject", isText),
    version: mustBe("a whole number from 1", (value) => Number.isInteger(value) && (value as number) >= 1),
});

const REFERENCES: Rule = (value, property) => {
    if (isUnknown(value)) return [];
    if (!Array.isArray(value)) return [problem(property, "must be a list of objects with name, subject and version")];
    return value.flatMap((one, i) => REFERENCE(one, `${property}[${i}]`));
};

const SCHEMA = objectOf(
    "an object with type and text",
    {
        type: mustBe(SCHEMA_TYPES.join(", "), (value) => SCHEMA_TYPES.includes(value as never)),
        text: (value, property) =>
            isUnknown(value) || isText(value) ? [] : [problem(property, "must be the text of the schema")],
        references: optional(REFERENCES),
    },
    ({ type, text }, property) =>
        ["AVRO", "JSON"].includes(type as string) && isText(text) && !isUnknown(text) && !isJson(text)
            ? [problem(`${property}.text`, `must be JSON, as schemas of type ${String(type)} are`)]
            : [],
);

const SUBJECT: Record<string, Rule> = {
    registryUrls: URL_LIST,
    auth: checkAuth,
    subject: mustBe("the name of a subject", isText),
    schema: optional(SCHEMA),
    compatibility: oneOf(...COMPATIBILITIES),
    hardDelete: mustBe("true or false", (value) => typeof value === "boolean"),
    timeoutSeconds: SECONDS,
};

/** Outputs of the resource, which Pulumi hands on as arguments without a value. */
const OUTPUTS = ["version", "schemaId"];

/** All problems of the arguments of `Subject`. No message contains the credentials. */
export function checkSubject(inputs: Record<string, unknown>): InputProblem[] {
    const args = Object.fromEntries(Object.entries(inputs).filter(([key]) => !OUTPUTS.includes(key)));
    const problems = checkArguments(SUBJECT, args, "Subject");
    const { schema, subject } = args;
    const references = isObject(schema) && Array.isArray(schema["references"]) ? schema["references"] : [];
    const isItself = references.some((one) => isObject(one) && one["subject"] === subject);
    return isItself ? [...problems, problem("schema.references", "must not name the subject itself")] : problems;
}
