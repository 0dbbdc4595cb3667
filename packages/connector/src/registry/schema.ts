/** Language of a schema, in the registry's words. */
export type SchemaType = "AVRO" | "PROTOBUF" | "JSON";

export const SCHEMA_TYPES: SchemaType[] = ["AVRO", "PROTOBUF", "JSON"];

/**
 * Rule for a new version of a subject's schema:
 * https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html
 */
export type Compatibility =
    "NONE" | "BACKWARD" | "BACKWARD_TRANSITIVE" | "FORWARD" | "FORWARD_TRANSITIVE" | "FULL" | "FULL_TRANSITIVE";

export const COMPATIBILITIES: Compatibility[] = [
    ...(["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE"] as const),
    ...(["FULL", "FULL_TRANSITIVE"] as const),
];

/** A schema that another one uses. */
export interface SchemaReference {
    /** As the schema names it: the full name of a record, or the path of an `import`. */
    name: string;
    subject: string;
    version: number;
}

/** A schema as text. */
export interface Schema {
    type: SchemaType;
    text: string;
    /** Default: none. */
    references?: SchemaReference[];
}

/** A version of a subject. */
export interface SchemaVersion extends Schema {
    /** Id of the schema, which records begin with. Subjects with the same schema have the same one. */
    id: number;
    subject: string;
    version: number;
}
