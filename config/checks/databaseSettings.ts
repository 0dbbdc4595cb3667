import { DEBEZIUM_POSTGRES_CLASS } from "../../connectors/debeziumPostgres";
import { type Problem, suggest } from "../problem";
import type { PlatformConfig } from "../schema";
import { POSTGRES_SETTINGS, type PostgresSetting } from "./postgresSettings";

const settings = new Map(POSTGRES_SETTINGS.map((setting) => [setting.name.toLowerCase(), setting]));

/** Bytes of each unit of memory. Source: PostgreSQL documentation, "Parameter Names and Values". */
const MEMORY: Record<string, number> = { B: 1, kB: 2 ** 10, "8kB": 2 ** 13, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
/** Microseconds of each unit of time. */
const TIME: Record<string, number> = { us: 1, ms: 1e3, s: 1e6, min: 60e6, h: 3600e6, d: 86_400e6 };

/** Settings of which each source needs one. */
const NEEDED_BY_SOURCES = ["max_replication_slots", "max_wal_senders"];

/** Raw settings of the stack's PostgreSQL that its server would refuse, and those that its other servers cannot live with. */
export function databaseSettingProblems(c: Partial<PlatformConfig>): Problem[] {
    const { database } = c;
    if (!database) return [];
    const given = Object.entries(database.config);
    if (!database.managed && given.length > 0) {
        return [
            {
                path: "database.config",
                value: database.config,
                rule: "applies only to a PostgreSQL that this stack runs",
                remedy: "remove it, and set these settings on the existing server",
            },
        ];
    }
    return given.flatMap(([name, value]) => {
        const problem = settingProblem(name, String(value), c);
        return problem === undefined ? [] : [{ path: `database.config.${name}`, value, ...problem }];
    });
}

type Found = Pick<Problem, "rule" | "remedy">;

function settingProblem(name: string, text: string, c: Partial<PlatformConfig>): Found | undefined {
    const setting = settings.get(name.toLowerCase());
    // A name with a dot is of an extension, which the server learns when it loads the extension
    if (setting === undefined && /^[a-z_]\w*(\.[a-z_]\w*)+$/i.test(name)) return undefined;
    if (setting === undefined) {
        const names = [...settings.values()].map((one) => one.name);
        return { rule: "is not a setting of PostgreSQL 15", remedy: suggest(name, names) };
    }
    const rule = valueRule(setting, text.trim());
    if (rule !== undefined) return { rule, remedy: "correct the value" };
    return memoryProblem(setting, text, c) ?? sourcesProblem(setting, text, c);
}

/** The rule that a value breaks; undefined for a valid one. */
function valueRule(setting: PostgresSetting, text: string): string | undefined {
    switch (setting.type) {
        case "bool":
            return isBoolean(text) ? undefined : "must be on or off";
        case "enum":
            return enumRule(setting.values ?? [], text.toLowerCase());
        case "string":
            return undefined;
        default:
            return numberRule(setting, text);
    }
}

function isBoolean(text: string): boolean {
    const word = text.toLowerCase();
    return ["on", "off", "1", "0"].includes(word) || ["true", "false", "yes", "no"].some((one) => isStart(word, one));
}

function isStart(word: string, whole: string): boolean {
    return word !== "" && whole.startsWith(word);
}

function enumRule(values: string[], word: string): string | undefined {
    const isKnown = values.some((value) => value.toLowerCase() === word);
    // A YAML file's true and false; the server takes them for on and off
    if (isKnown || (values.includes("on") && isBoolean(word))) return undefined;
    return `must be one of: ${values.join(", ")}`;
}

function numberRule(setting: PostgresSetting, text: string): string | undefined {
    const { unit, min = -Infinity, max = Infinity, type } = setting;
    const number = baseValue(setting, text);
    if (number === undefined) {
        if (unit === undefined) return "must be a number";
        return `must be a number, with a unit such as ${unitsOf(unit).join(", ")} or without one (${unit})`;
    }
    const rounded = type === "integer" ? Math.round(number) : number;
    if (rounded >= min && rounded <= max) return undefined;
    return `must be from ${min} to ${max}${unit === undefined ? "" : `, in units of ${unit}`}`;
}

function unitsOf(unit: string): string[] {
    return unit in MEMORY ? Object.keys(MEMORY).filter((one) => one !== "8kB") : Object.keys(TIME);
}

/** A number in the base unit of its setting; undefined when PostgreSQL could not read it. */
function baseValue({ unit }: PostgresSetting, text: string): number | undefined {
    const [, number, given] = /^([+-]?(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))\s*([a-z]*)$/i.exec(text) ?? [];
    if (number === undefined) return undefined;
    if (!given) return Number(number);
    if (unit === undefined || !unitsOf(unit).includes(given)) return undefined;
    const factors = unit in MEMORY ? MEMORY : TIME;
    return (Number(number) * factors[given]!) / factors[unit]!;
}

function memoryProblem(
    setting: PostgresSetting,
    text: string,
    { database }: Partial<PlatformConfig>,
): Found | undefined {
    if (setting.name !== "shared_buffers" || !database) return undefined;
    const mebibytes = (baseValue(setting, text)! * MEMORY[setting.unit!]!) / MEMORY.MB!;
    if (mebibytes < database.memoryMb) return undefined;
    return {
        rule: `must be less than database.memoryMb (${database.memoryMb})`,
        remedy: "lower it, or raise database.memoryMb",
    };
}

function sourcesProblem(
    { name }: PostgresSetting,
    text: string,
    { connectors }: Partial<PlatformConfig>,
): Found | undefined {
    if (!NEEDED_BY_SOURCES.includes(name)) return undefined;
    const classes = Object.values(connectors ?? {}).map((connector) => connector.class);
    const sources = classes.filter((one) => one === DEBEZIUM_POSTGRES_CLASS).length;
    if (Number(text) >= sources) return undefined;
    return { rule: `is less than the number of sources (${sources}), each of which needs one`, remedy: "raise it" };
}
