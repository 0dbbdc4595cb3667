import type { Input } from "@pulumi/pulumi";

/*
 * Types of settings, which the files that `connector-types` writes are made of. Connect takes texts, numbers, true and false,
 * and every setting may be a reference to a config provider of the workers.
 */

/** A value that a config provider of the workers has: `${file:/opt/secrets.properties:password}`. */
export type Reference = `\${${string}}`;

/** A text, a Java class, a password, or a list with commas between its elements. */
export type TextSetting = Input<string>;

/** A number, also as a text. */
export type NumberSetting = Input<number | `${number}` | Reference>;

/** True or false, also as a text. */
export type BooleanSetting = Input<boolean | "true" | "false" | Reference>;

/** One of the values that the connector takes. */
export type OneOf<Value extends string> = Input<Value | Reference>;

/** One of the values that the connector recommends, or another text. */
export type Recommended<Value extends string> = Input<Value | (string & {})>;

/** A setting of which nothing is known. */
export type AnySetting = Input<string | number | boolean>;

/** A connector class and its settings, as `connector-types` writes them. */
export interface ConnectorType {
    class: string;
    config: object;
}

/** Any class, with any settings. */
export interface AnyConnector {
    class: string;
    config: Record<string, AnySetting>;
}
