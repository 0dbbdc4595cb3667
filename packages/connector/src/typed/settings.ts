import type { Input } from "@pulumi/pulumi";

/*
 * Types of settings for the files that `connector-types` generates. Connect accepts texts, numbers, true and false, and every
 * setting may be a reference to a config provider of the workers.
 */

/** A reference to a config provider of the workers: `${file:/opt/secrets.properties:password}`. */
export type Reference = `\${${string}}`;

/** A text, a Java class, a password, or a comma-separated list. */
export type TextSetting = Input<string>;

/** A number, or its text. */
export type NumberSetting = Input<number | `${number}` | Reference>;

/** True or false, or its text. */
export type BooleanSetting = Input<boolean | "true" | "false" | Reference>;

/** One of the valid values. */
export type OneOf<Value extends string> = Input<Value | Reference>;

/** A recommended value, or another text. */
export type Recommended<Value extends string> = Input<Value | (string & {})>;

/** A setting without a definition. */
export type AnySetting = Input<string | number | boolean>;

/** A connector class and its settings, as `connector-types` generates them. */
export interface ConnectorType {
    class: string;
    config: object;
}

/** Any class, with any settings. */
export interface AnyConnector {
    class: string;
    config: Record<string, AnySetting>;
}
