import { connectSettings } from "@connect-cdc/connector/checks";
import type { PluginDefinition, SettingDefinition } from "../../images/staging/contract";

/** The part of a setting's definition that checks need. */
export type DefinedSetting = Pick<SettingDefinition, "name" | "type" | "required" | "validValues">;

const WHOLE: Record<string, [least: bigint, most: bigint]> = {
    SHORT: [-(2n ** 15n), 2n ** 15n - 1n],
    INT: [-(2n ** 31n), 2n ** 31n - 1n],
    LONG: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** The rule that a value breaks when Connect parses it; undefined for a valid value. */
export function valueProblem({ type, validValues }: DefinedSetting, value: string): string | undefined {
    const text = value.trim();
    const range = WHOLE[type];
    if (range) {
        const isValid = /^[+-]?\d+$/.test(text) && BigInt(text) >= range[0] && BigInt(text) <= range[1];
        return isValid ? undefined : `must be a whole number from ${range[0]} to ${range[1]}`;
    }
    if (type === "DOUBLE" && (text === "" || Number.isNaN(Number(text)))) return "must be a number";
    if (type === "BOOLEAN" && !/^(true|false)$/i.test(text)) return "must be true or false";
    const values = type === "LIST" ? text.split(/\s*,\s*/) : [text];
    if (validValues && !values.every((one) => validValues.includes(one))) {
        return `must be one of: ${validValues.join(", ")}`;
    }
    return undefined;
}

/** Every setting that a connector of this class knows by name. */
export function settingsOf({ type, config }: PluginDefinition): DefinedSetting[] {
    return [...config, ...connectSettings(type)];
}
