import { ExactNumber } from "@connect-cdc/connector/client";

/** Settings of a Debezium PostgreSQL source that decide how it writes values. Defaults: Debezium 3.7. */
export interface ValueFormat {
    /** `decimal.handling.mode`. */
    decimals: string;
    /** `time.precision.mode`. */
    times: string;
    /** `binary.handling.mode`. */
    bytes: string;
    /** `interval.handling.mode`. */
    intervals: string;
    /** `money.fraction.digits`. */
    moneyDigits: number;
}

/** The format of a source's values, by its config. */
export function valueFormat(config: Record<string, string>): ValueFormat {
    return {
        decimals: config["decimal.handling.mode"] ?? "precise",
        times: config["time.precision.mode"] ?? "adaptive",
        bytes: config["binary.handling.mode"] ?? "bytes",
        intervals: config["interval.handling.mode"] ?? "numeric",
        moneyDigits: Number(config["money.fraction.digits"] ?? 2),
    };
}

/** Type of a column; domains are resolved to their base types. */
export interface PostgresType {
    /** `pg_type.typname`: int4, numeric, timestamptz. Of an array that of its elements. */
    name: string;
    /** `pg_type.typtype` of it: b, e (enum), r and m (ranges), c (composite) and others. */
    kind: string;
    /** Modifier such as length or precision, in PostgreSQL's own form; -1: none. */
    modifier: number;
    isArray: boolean;
}

/**
 * How values of a type are compared. Both sides become the same text: the canonical text of a value is that of PostgreSQL
 * without what Debezium does not keep, such as trailing zeros.
 */
export interface TypeText {
    /** SQL expression for the value, by the column's name in SQL. */
    sql: (column: string) => string;
    /** Canonical text of what PostgreSQL answers; null: Debezium sends NULL for it. */
    ofDatabase: (text: string) => string | null;
    /** Canonical text of the JSON value of an event. It is never null. Throws for a value of another type. */
    ofEvent: (value: unknown) => string;
}

/** Session settings with which PostgreSQL writes what {@link TypeText.ofDatabase} reads. */
export const TEXT_SETTINGS = {
    datestyle: "ISO, YMD",
    intervalstyle: "iso_8601",
    timezone: "UTC",
    bytea_output: "hex",
    extra_float_digits: "1",
};

const AS_TEXT = [
    ...["text", "varchar", "name", "char", "citext", "xml", "uuid", "json", "jsonb", "macaddr", "macaddr8"],
    ...["ltree", "lquery", "ltxtquery", "tsvector", "tsquery", "isbn", "isbn13", "issn", "ismn", "ean13", "upc"],
];

/** Undefined for a type whose values cannot be compared. */
export function typeText(type: PostgresType, format: ValueFormat): TypeText | undefined {
    const scalar = scalarText(type, format);
    return scalar && type.isArray ? arrayText(scalar) : scalar;
}

function scalarText({ name, kind, modifier }: PostgresType, format: ValueFormat): TypeText | undefined {
    if (["e", "r", "m"].includes(kind) || AS_TEXT.includes(name)) return plain(String, textOf);
    switch (name) {
        case "bool":
            return plain((text) => (text.startsWith("t") ? "true" : "false"), textOf);
        case "int2":
        case "int4":
        case "int8":
        case "oid":
            return plain(String, textOf);
        case "float4":
            return plain(
                (text) => String(Math.fround(Number(text))),
                (value) => String(Math.fround(numberOf(value))),
            );
        case "float8":
            return plain(
                (text) => String(Number(text)),
                (value) => String(numberOf(value)),
            );
        case "numeric":
            return decimalText((column) => column, scaleOf(modifier), format);
        case "money":
            return decimalText((column) => `(${column})::numeric`, format.moneyDigits, format);
        case "bpchar":
            return plain(withoutPadding, (value) => withoutPadding(textOf(value)));
        case "inet":
        case "cidr":
            return plain(withoutHostMask, (value) => withoutHostMask(textOf(value)));
        case "bytea":
            return plain(
                (text) => text.slice(2),
                (value) => bytesOf(value, format.bytes).toString("hex"),
            );
        case "bit":
        case "varbit":
            return plain(withoutZeros, bitsOf);
        case "date":
            return plain(dayOf, (value) => (isNumber(value) ? finiteDay(Number(textOf(value))) : dayOf(textOf(value))));
        case "time":
            return timeText(timeUnit(modifier, format.times, "time"));
        case "timetz":
            return plain(utcTimeOf, (value) => utcTimeOf(textOf(value)));
        case "timestamp":
            return timestampText(timeUnit(modifier, format.times, "timestamp"));
        case "timestamptz":
            return plain(microsOf, (value) => microsOf(textOf(value)));
        case "interval":
            return format.intervals === "numeric"
                ? plain((text) => averageMicros(intervalOf(text)), textOf)
                : plain(intervalKey, (value) => intervalKey(textOf(value)));
        case "hstore":
            return { sql: (column) => `(${column})::json`, ofDatabase: sortedJson, ofEvent: sortedJson };
        case "point":
            return plain(numbersOf, (value) => pointOf(value));
        case "circle":
            return plain(numbersOf, (value) => {
                const { center, radius } = value as { center: unknown; radius: unknown };
                return `${pointOf(center)},${numberOf(radius)}`;
            });
        case "line":
            return plain(numbersOf, (value) => {
                const { a, b, c } = value as Record<string, unknown>;
                return [a, b, c].map(numberOf).join();
            });
        case "box":
            return plain(numbersOf, boxOf);
        default:
            return undefined;
    }
}

function plain(ofDatabase: TypeText["ofDatabase"], ofEvent: TypeText["ofEvent"]): TypeText {
    return { sql: (column) => column, ofDatabase, ofEvent };
}

/** The elements become PostgreSQL's own text first: JSON would give those of some types another form. */
function arrayText({ ofDatabase, ofEvent }: TypeText): TypeText {
    const each = (list: unknown, convert: (value: never) => string | null): unknown =>
        Array.isArray(list)
            ? list.map((value) => (value === null ? null : each(value, convert)))
            : convert(list as never);
    return {
        sql: (column) => `array_to_json((${column})::text[])`,
        ofDatabase: (text) => JSON.stringify(each(JSON.parse(text), ofDatabase)),
        ofEvent: (value) => {
            if (!Array.isArray(value)) throw new TypeError("not a list");
            return JSON.stringify(each(value, ofEvent));
        },
    };
}

function isNumber(value: unknown): value is number | ExactNumber {
    return typeof value === "number" || value instanceof ExactNumber;
}

function textOf(value: unknown): string {
    if (typeof value === "string") return value;
    return isNumber(value) || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

/** JsonConverter writes NaN and infinities as text. */
function numberOf(value: unknown): number {
    const number = Number(String(value));
    // -0 and 0 are equal in PostgreSQL
    return number === 0 ? 0 : number;
}

function withoutPadding(text: string): string {
    return text.replace(/ +$/, "");
}

function withoutHostMask(text: string): string {
    return text.includes(":") ? text.replace(/\/128$/, "") : text.replace(/\/32$/, "");
}

function withoutZeros(bits: string): string {
    return bits.replace(/^0+(?=.)/, "");
}

function bytesOf(value: unknown, mode: string): Buffer {
    return Buffer.from(textOf(value), mode === "hex" ? "hex" : mode === "base64-url-safe" ? "base64url" : "base64");
}

/** One bit is a boolean. Others are bytes, the lowest first, without leading zeros of the value. */
function bitsOf(value: unknown): string {
    if (typeof value === "boolean") return value ? "1" : "0";
    const bytes = [...Buffer.from(textOf(value), "base64")].reverse();
    return withoutZeros(bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("") || "0");
}

/** Scale of a `numeric(p, s)`; undefined: each value has its own. PostgreSQL 15 and newer have negative ones, in 11 bits. */
function scaleOf(modifier: number): number | undefined {
    return modifier < 0 ? undefined : (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
}

function decimalText(sql: TypeText["sql"], scale: number | undefined, { decimals }: ValueFormat): TypeText {
    if (decimals === "double") {
        return { sql, ofDatabase: (text) => String(numberOf(text)), ofEvent: (value) => String(numberOf(value)) };
    }
    const ofEvent = (value: unknown) => {
        if (decimals === "string" || isNumber(value)) return decimalOf(textOf(value));
        const { value: bytes, scale: own } = (typeof value === "object" ? value : { value, scale }) as {
            value: unknown;
            scale: unknown;
        };
        return decimalOf(`${unscaled(textOf(bytes))}e${-Number(String(own))}`);
    };
    const isFinite = (text: string) => decimals === "string" || !/^(nan|-?infinity)$/i.test(text);
    return { sql, ofDatabase: (text) => (isFinite(text) ? decimalOf(text) : null), ofEvent };
}

/** Two's complement, the highest byte first: https://docs.oracle.com/javase/8/docs/api/java/math/BigInteger.html#toByteArray-- */
function unscaled(base64: string): bigint {
    const bytes = Buffer.from(base64, "base64");
    return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
}

/** `-1.50`, `-15e-1` and `-1.5` are `-15e-1`; zero is `0e0`. NaN and infinities are in lower case. */
export function decimalOf(text: string): string {
    const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
    if (match === null) return text.toLowerCase().replace("positive_", "").replace("negative_", "-");
    const [, sign, whole = "", fraction = "", exponent = "0"] = match;
    const digits = (whole + fraction).replace(/^0+/, "");
    const kept = digits.replace(/0+$/, "");
    if (kept === "") return "0e0";
    return `${sign === "-" ? "-" : ""}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** Units of a number of a time, per second, and the digits of a second that it keeps. */
interface TimeUnit {
    perSecond: bigint;
    /** Microseconds of one unit that is kept. */
    kept: bigint;
}

const MILLIS: TimeUnit = { perSecond: 1000n, kept: 1000n };
const MICROS: TimeUnit = { perSecond: 1_000_000n, kept: 1n };
const NANOS: TimeUnit = { perSecond: 1_000_000_000n, kept: 1n };

/** https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-temporal-types */
function timeUnit(modifier: number, mode: string, type: "time" | "timestamp"): TimeUnit {
    if (mode === "connect") return MILLIS;
    if (mode === "nanoseconds") return NANOS;
    if (mode === "microseconds" || (mode === "adaptive_time_microseconds" && type === "time")) return MICROS;
    return modifier >= 0 && modifier <= 3 ? MILLIS : MICROS;
}

function inMicros(value: unknown, unit: TimeUnit): bigint {
    return (BigInt(String(value)) * MICROS.perSecond) / unit.perSecond;
}

function floored(micros: string, { kept }: TimeUnit): string {
    if (kept === 1n || !/^-?\d+$/.test(micros)) return micros;
    const value = BigInt(micros);
    const rest = ((value % kept) + kept) % kept;
    return String(value - rest);
}

function timeText(unit: TimeUnit): TypeText {
    return plain(
        (text) => floored(utcTimeOf(text), unit),
        (value) =>
            isNumber(value) ? String(inMicros(value, unit) % DAY_MICROS) : floored(utcTimeOf(textOf(value)), unit),
    );
}

function timestampText(unit: TimeUnit): TypeText {
    return plain(
        (text) => floored(microsOf(text), unit),
        (value) => {
            return isNumber(value) ? finiteMicros(inMicros(value, unit)) : floored(microsOf(textOf(value)), unit);
        },
    );
}

const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::\d\d){0,2})?$/;
const DAY_MICROS = 86_400_000_000n;

/** Microseconds of the day in UTC of `02:05:12.8465+02`, `02:05Z`. The end of a day is its beginning: ISO text has no 24:00. */
function utcTimeOf(text: string): string {
    const match = TIME.exec(text);
    if (match === null) throw new TypeError("not a time");
    const [, hours = "0", minutes = "0", seconds = "0", fraction = "", zone = "Z"] = match;
    const micros = clockMicros(hours, minutes, seconds, fraction);
    if (zone === "Z") return String(micros % DAY_MICROS);
    const moved = (micros - zoneMicros(zone)) % DAY_MICROS;
    return String((moved + DAY_MICROS) % DAY_MICROS);
}

function clockMicros(hours: string, minutes: string, seconds: string, fraction: string): bigint {
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return BigInt(whole) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
}

function zoneMicros(zone: string): bigint {
    const [hours = "0", minutes = "0", seconds = "0"] = zone.slice(1).split(":");
    const micros = clockMicros(hours, minutes, seconds, "");
    return zone.startsWith("-") ? -micros : micros;
}

/** Year, month, day, rest. */
const DATE = /^([+-]?\d{4,})-(\d\d)-(\d\d)(.*?)( BC)?$/;

/** Days since 1970 of `2026-11-23`, `0044-03-15 BC`, `-0043-03-15Z`; infinities stay. */
function dayOf(text: string): string {
    const match = DATE.exec(text);
    return match === null ? infinite(text) && INFINITE_DAY : finiteDay(daysOf(match));
}

/** Microseconds since 1970 of `2026-11-23 02:05:12+00`, `2026-11-23T02:05:12Z`, `0044-03-15 12:00:00 BC`; infinities stay. */
function microsOf(text: string): string {
    const match = DATE.exec(text);
    if (match === null) return infinite(text);
    const time = TIME.exec(match[4]!.slice(1));
    if (time === null) throw new TypeError("not a timestamp");
    const [, hours = "0", minutes = "0", seconds = "0", fraction = "", zone = "Z"] = time;
    const micros = clockMicros(hours, minutes, seconds, fraction) - (zone === "Z" ? 0n : zoneMicros(zone));
    return finiteMicros(BigInt(daysOf(match)) * DAY_MICROS + micros);
}

/** Days since 1970 in the proleptic Gregorian calendar: https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
function daysOf([, yearText, monthText, dayText, , bc]: string[]): number {
    const written = Number(yearText);
    const month = Number(monthText);
    const year = (bc === undefined ? written : 1 - written) - (month <= 2 ? 1 : 0);
    const era = Math.floor(year / 400);
    const yearOfEra = year - era * 400;
    const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + Number(dayText) - 1;
    const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
    return era * 146_097 + dayOfEra - 719_468;
}

/** PostgreSQL's range of dates, and the microseconds that a number of 64 bits has. Debezium writes infinite ones beyond it. */
const [FIRST_DAY, LAST_DAY] = [-2_440_588, 2_145_042_905];
const [FIRST_MICRO, LAST_MICRO] = [BigInt(FIRST_DAY) * DAY_MICROS, 2n ** 63n - 2n];
/** In a snapshot an infinite date has the wrong sign. */
const INFINITE_DAY = "infinite";

function finiteDay(day: number): string {
    return day < FIRST_DAY || day > LAST_DAY ? INFINITE_DAY : String(day);
}

function finiteMicros(micros: bigint): string {
    return micros < FIRST_MICRO ? "-infinity" : micros > LAST_MICRO ? "infinity" : String(micros);
}

function infinite(text: string): string {
    if (/^[+-]?infinity$/i.test(text)) return text.toLowerCase().replace("+", "");
    throw new TypeError("not a date");
}

interface Interval {
    months: number;
    days: number;
    hours: number;
    minutes: number;
    seconds: number;
}

function intervalOf(text: string): Interval {
    const part = (unit: string) => `(?:(-?[\\d.]+)${unit})?`;
    const match = new RegExp(
        `^P${part("Y")}${part("M")}${part("W")}${part("D")}(?:T${part("H")}${part("M")}${part("S")})?$`,
    ).exec(text);
    if (match === null) throw new TypeError("not an interval");
    const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((value) => Number(value ?? 0));
    return {
        months: years! * 12 + months!,
        days: weeks! * 7 + days!,
        hours: hours!,
        minutes: minutes!,
        seconds: seconds!,
    };
}

function intervalKey(text: string): string {
    const { months, days, hours, minutes, seconds } = intervalOf(text);
    return [months, days, Math.round(((hours * 60 + minutes) * 60 + seconds) * 1e6)].map((part) => part + 0).join();
}

/** The same arithmetic as Debezium's MicroDuration: a month is 365.25 / 12 days. */
function averageMicros({ months, days, hours, minutes, seconds }: Interval): string {
    const inDays = months * (365.25 / 12) + days;
    return String(Math.trunc((((inDays * 24 + hours) * 60 + minutes) * 60 + seconds) * 1e6) + 0);
}

function sortedJson(value: unknown): string {
    const map = (typeof value === "string" ? JSON.parse(value) : value) as Record<string, unknown>;
    return JSON.stringify(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The numbers of a geometric value of PostgreSQL: `<(1.5,-2),3>` is `1.5,-2,3`. */
function numbersOf(text: string): string {
    return text
        .replace(/[(){}<>]/g, "")
        .split(",")
        .map(numberOf)
        .join();
}

function pointOf(value: unknown): string {
    const { x, y } = value as Record<string, unknown>;
    return [x, y].map(numberOf).join();
}

/** A box is a polygon of five points in well-known binary, little endian: the upper right corner first, the lower left third. */
function boxOf(value: unknown): string {
    const bytes = Buffer.from((value as { wkb: string }).wkb, "base64");
    const HEAD = 13;
    return [0, 8, 32, 40].map((at) => numberOf(bytes.readDoubleLE(HEAD + at))).join();
}
