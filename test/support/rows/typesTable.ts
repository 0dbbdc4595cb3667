/** A column of the table of all types, and what its field must be in the sink's text. */
export interface TypeColumn {
    name: string;
    type: string;
    /** Values as SQL, one per row; rows beyond them hold NULL. */
    values: string[];
    /**
     * The expected text, or JSON where the field has a structure, as SQL over `%`, the column. By default the text that
     * PostgreSQL itself gives; null: Debezium or Connect loses the value on the way, nothing to compare.
     */
    withSchema?: string | null;
    /** The same for events without schema. By default as with schema. */
    withoutSchema?: string | null;
    /**
     * What a client of Avro or Protobuf decodes, of a source with the settings of a stack: scalars as text, bytes in Base64. By
     * default as without schema; null: numbers of Debezium's own.
     */
    typed?: string | null;
    /** Debezium gets the value wrong in a snapshot. */
    streamedOnly?: boolean;
    /** Numbers of this precision have many texts: compared as numbers. */
    precision?: "single" | "double";
}

/** A date in ISO 8601, which has a year 0 and signs beyond four digits. */
function isoDate(sql: string): string {
    const year = `(extract(year from ${sql}) + case when extract(year from ${sql}) < 0 then 1 else 0 end)`;
    const sign = `case when ${year} < 0 then '-' when ${year} > 9999 then '+' else '' end`;
    const digits = `lpad(abs(${year})::text, greatest(4, length(abs(${year})::text)), '0')`;
    return finiteOr(sql, `${sign} || ${digits} || to_char(${sql}, '-MM-DD')`);
}

function isoTimestamp(sql: string): string {
    return finiteOr(sql, `${isoDate(`(${sql})::date`)} || 'T' || (${sql})::time::text`);
}

function finiteOr(sql: string, text: string): string {
    return `case when isfinite(${sql}) then ${text} else (${sql})::text end`;
}

function zoned(sql: string): string {
    const utc = `(${sql} at time zone 'UTC')`;
    return finiteOr(sql, `${isoDate(`${utc}::date`)} || 'T' || to_char(${utc}, 'HH24:MI:SS.US') || 'Z'`);
}

/** Debezium's `interval.handling.mode=string` writes every part. */
const interval =
    "'P' || extract(year from %) || 'Y' || extract(month from %) || 'M' || extract(day from %) || 'DT'" +
    " || extract(hour from %) || 'H' || extract(minute from %) || 'M' || trim_scale(extract(second from %)) || 'S'";

const littleEndian = (sql: string) =>
    `(select string_agg(substr(float8send(${sql}), i, 1), ''::bytea order by i desc) from generate_series(1, 8) i)`;
const point = (x: string, y: string) => `${littleEndian(x)} || ${littleEndian(y)}`;
const [left, right, top, bottom] = ["(%[1])[0]", "(%[0])[0]", "(%[0])[1]", "(%[1])[1]"] as const;
const corners = [point(right, top), point(right, bottom), point(left, bottom), point(left, top), point(right, top)];
const boxWkb = `encode('\\x01030000000100000005000000'::bytea || ${corners.join(" || ")}, 'base64')`;
const wkb = `encode('\\x0101000000'::bytea || ${littleEndian("%[0]")} || ${littleEndian("%[1]")}, 'base64')`;

const base64 = "encode(%, 'base64')";
/** Without a schema, bits and bytes cannot be distinguished. */
const bits = { withoutSchema: null };
const json = "to_jsonb(%)::text";

const number = "lpad(%::text, 32, '0')::bit(32)::int";
const byte = (sql: string) => `lpad(to_hex(${sql}), 2, '0')`;
/** Up to two bytes, the lowest first, without those that are zero at the end: a BitSet of Java. */
const bitSet =
    `encode(decode(case when ${number} > 255 then ${byte(`mod(${number}, 256)`)} || ${byte(`${number} / 256`)} ` +
    `when ${number} > 0 then ${byte(number)} else '' end, 'hex'), 'base64')`;
const days = "(% - date '1970-01-01')::text";
const micros = "(extract(epoch from %) * 1000000)::bigint::text";
const millis = "(extract(epoch from %) * 1000)::bigint::text";
const infinite = (highest: string, lowest: string) => `case when % = 'infinity' then '${highest}' else '${lowest}' end`;

const dates = ["'2026-11-23'", "'0001-01-01'", "'10000-01-01'", "'1969-12-31'"];
const fractions = ["'02:05:12.846509'", "'00:00'", "'23:59:59.9'"];
const timestamps = ["'2026-11-23 02:05:12.846509'", "'0001-01-01'", "'0044-03-15 12:00 BC'", "'200000-01-01 00:00:01'"];
const infinities = ["'infinity'", "'-infinity'"];
const specialNumbers = ["'NaN'", "'Infinity'", "'-Infinity'"];

/** Every type that Debezium knows from PostgreSQL and its contributed modules, with values at the edges. */
export const typeColumns: TypeColumn[] = [
    { name: "c_smallint", type: "smallint", values: ["0", "-32768", "32767"] },
    { name: "c_integer", type: "integer", values: ["0", "-2147483648", "2147483647"] },
    { name: "c_bigint", type: "bigint", values: ["0", "-9223372036854775808", "9223372036854775807"] },
    { name: "c_oid", type: "oid", values: ["0", "4294967295"] },
    { name: "c_real", type: "real", values: ["0.1", "3.4028235e38", "1.17549435e-38", "-0"], precision: "single" },
    {
        name: "c_double",
        type: "float8",
        values: ["0.1", "1.7976931348623157e308", "5e-324", "-0"],
        precision: "double",
    },
    // Connect's JsonConverter reads the text that it writes for them as 0 where there is a schema
    { name: "c_real_special", type: "real", values: specialNumbers, withSchema: "'0.0'", withoutSchema: "%::text" },
    { name: "c_double_special", type: "float8", values: specialNumbers, withSchema: "'0.0'", withoutSchema: "%::text" },
    { name: "c_fixed", type: "numeric(12,3)", values: ["0", "-123456789.125", "1.5"] },
    {
        name: "c_numeric",
        type: "numeric",
        values: ["0", "1234567890123456789012345678901234567890.000000000012", "1e30", "-1e-20", "12.5"],
    },
    // Debezium warns and sends NULL, unless decimals are strings
    {
        name: "c_numeric_nan",
        type: "numeric",
        values: ["'NaN'"],
        withSchema: "null::text",
        withoutSchema: "upper(%::text)",
    },
    {
        name: "c_money",
        type: "money",
        values: ["'1234.56'", "'-0.01'", "'92233720368547758.07'"],
        withSchema: "%::numeric::text",
    },
    { name: "c_boolean", type: "boolean", values: ["true", "false"] },
    { name: "c_char", type: "char(5)", values: ["'ab'", "''"], withSchema: "rpad(%, 5)" },
    { name: "c_varchar", type: "varchar(100)", values: [`'<&>"''\\'`, "''", "']]>'"] },
    { name: "c_text", type: "text", values: ["E'\\x01\\x0b\\x1f\\x7f\\r\\n\\t'", "'🙂 é 中 שלום \u2028'", "''"] },
    { name: "c_bytea", type: "bytea", values: ["'\\x00ff10'", "'\\x'"], withSchema: base64 },
    { name: "c_bit", type: "bit", values: ["B'1'", "B'0'"], withSchema: "(%::int = 1)::text" },
    {
        name: "c_bits",
        type: "bit(11)",
        values: ["B'10000000001'", "B'00000000000'", "B'00000000001'"],
        ...bits,
        typed: bitSet,
    },
    // Debezium keeps no leading zeros of them: the text is filled to the column's length, or to whole bytes
    {
        name: "c_varbit",
        type: "varbit(9)",
        values: ["B'101'"],
        withSchema: "lpad(%::text, 9, '0')",
        ...bits,
        typed: bitSet,
    },
    {
        name: "c_varbits",
        type: "varbit",
        values: ["B'101'"],
        withSchema: "lpad(%::text, 8, '0')",
        ...bits,
        typed: bitSet,
    },
    { name: "c_date", type: "date", values: dates, withSchema: isoDate("%"), typed: days },
    {
        name: "c_date_old",
        type: "date",
        values: ["'1582-10-10'", "'0044-03-15 BC'", "'4713-01-01 BC'"],
        withSchema: isoDate("%"),
        streamedOnly: true,
        typed: days,
    },
    { name: "c_date_infinite", type: "date", values: infinities, typed: null },
    { name: "c_time", type: "time", values: fractions, typed: micros },
    { name: "c_time3", type: "time(3)", values: fractions, typed: millis },
    { name: "c_time_end", type: "time", values: ["'24:00:00'"], typed: micros },
    {
        name: "c_timetz",
        type: "timetz",
        values: ["'02:05:12.846509+02'", "'00:00-15:59'", "'23:59:59.9+05:30'"],
        withSchema: "(% at time zone 'UTC')::time::text || 'Z'",
    },
    {
        name: "c_timestamp",
        type: "timestamp",
        values: timestamps,
        withSchema: isoTimestamp("%"),
        typed: micros,
    },
    {
        name: "c_timestamp3",
        type: "timestamp(3)",
        values: timestamps,
        withSchema: isoTimestamp("%"),
        typed: millis,
    },
    {
        name: "c_timestamp_infinite",
        type: "timestamp",
        values: infinities,
        typed: infinite("9223372036854775807", "-9223372036854775808"),
    },
    {
        name: "c_timestamp3_infinite",
        type: "timestamp(3)",
        values: infinities,
        typed: infinite("9223372036825200000", "-9223372036832400000"),
    },
    {
        name: "c_timestamptz",
        type: "timestamptz",
        values: ["'2026-11-23 02:05:12.846509+02'", "'0044-03-15 12:00+00 BC'", ...infinities],
        withSchema: zoned("%"),
    },
    {
        name: "c_interval",
        type: "interval",
        values: ["'1 year 2 months 3 days 4:05:06.789'", "'-1 day 25 hours'", "'0'"],
        withSchema: interval,
    },
    { name: "c_json", type: "json", values: [`'{"a": [1, 2.50, null], "a": "\\u0041"}'`, "'[]'", `'"x"'`] },
    { name: "c_jsonb", type: "jsonb", values: [`'{"b":1e2,"a":[true]}'`, "'null'", "'12345678901234567890.10'"] },
    { name: "c_xml", type: "xml", values: [`'<a b="1">x &amp; y<![CDATA[<]]></a>'`] },
    { name: "c_uuid", type: "uuid", values: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"] },
    { name: "c_enum", type: "cdc.mood", values: ["'sad'", `'happy "x"'`] },
    { name: "c_inet", type: "inet", values: ["'192.168.1.5/24'", "'::1'"], withSchema: "abbrev(%)" },
    { name: "c_cidr", type: "cidr", values: ["'192.168.0.0/16'"] },
    { name: "c_macaddr", type: "macaddr", values: ["'08:00:2b:01:02:03'"] },
    { name: "c_macaddr8", type: "macaddr8", values: ["'08:00:2b:01:02:03:04:05'"] },
    { name: "c_int4range", type: "int4range", values: ["'[1,5)'", "'empty'", "'(,)'"] },
    { name: "c_int8range", type: "int8range", values: ["'[1,5)'"] },
    { name: "c_numrange", type: "numrange", values: ["'[1.5,5.0]'"] },
    { name: "c_daterange", type: "daterange", values: ["'[2026-01-01,2026-02-01)'"] },
    { name: "c_tsrange", type: "tsrange", values: ["'[2026-01-01 10:00,2026-02-01)'"] },
    { name: "c_tstzrange", type: "tstzrange", values: ["'[2026-01-01 10:00+00,2026-02-01 00:00+00)'"] },
    { name: "c_ltree", type: "ltree", values: ["'Top.Science'"] },
    { name: "c_citext", type: "citext", values: ["'MiXed'"] },
    { name: "c_hstore", type: "hstore", values: [`'"a b"=>"1", "x"=>NULL'`, "''"], withSchema: json },
    { name: "c_tsvector", type: "tsvector", values: ["'fat:1 cat:2'"] },
    {
        name: "c_point",
        type: "point",
        values: ["'(1.5,-2)'"],
        withSchema: `jsonb_build_object('x', %[0], 'y', %[1], 'wkb', ${wkb}, 'srid', null)::text`,
    },
    {
        name: "c_box",
        type: "box",
        values: ["'(3,4),(1.5,-2)'"],
        withSchema: `jsonb_build_object('wkb', replace(${boxWkb}, E'\\n', ''), 'srid', null, 'extensions', jsonb_build_object('type', 'box'))::text`,
    },
    { name: "c_line", type: "line", values: ["'{1,-1,0.5}'"], withSchema: `'{"a": 1, "b": -1, "c": 0.5}'` },
    {
        name: "c_circle",
        type: "circle",
        values: ["'<(1.5,-2),3>'"],
        withSchema: `(with c as (select center(%) as p) select jsonb_build_object('center', jsonb_build_object('x', p[0], 'y', p[1], 'wkb', ${wkb.replaceAll("%", "p")}, 'srid', null), 'radius', radius(%)) from c)::text`,
    },
    { name: "c_domain", type: "cdc.positive", values: ["12.50"] },
    { name: "c_integers", type: "integer[]", values: ["'{1,null,3}'", "'{}'"], withSchema: json },
    { name: "c_texts", type: "text[]", values: [`'{a,"b c",null,"<&>",""}'`], withSchema: json },
    {
        name: "c_numerics",
        type: "numeric(6,2)[]",
        values: ["'{1.50,null}'"],
        withSchema: json,
        typed: "to_jsonb(%::text[])::text",
    },
    {
        name: "c_dates",
        type: "date[]",
        values: ["'{2026-11-23,null}'"],
        withSchema: json,
        typed: "(select jsonb_agg(one - date '1970-01-01') from unnest(%) one)::text",
    },
    {
        name: "c_timestamps",
        type: "timestamp[]",
        values: ["'{2026-11-23 01:02:03.5}'"],
        withSchema: json,
        typed: "(select jsonb_agg((extract(epoch from one) * 1000000)::bigint) from unnest(%) one)::text",
    },
    { name: "c_uuids", type: "uuid[]", values: ["'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'"], withSchema: json },
    { name: "c_jsons", type: "jsonb[]", values: [`array['{"a":1}'::jsonb]`], withSchema: `'["{\\"a\\": 1}"]'` },
    { name: "c_booleans", type: "boolean[]", values: ["'{t,f,null}'"], withSchema: json },
    { name: "c_enums", type: "cdc.mood[]", values: ["'{sad}'"], withSchema: json },
    { name: "c_byteas", type: "bytea[]", values: ["array['\\x00ff'::bytea]"], withSchema: `'["AP8="]'` },
    { name: "c_default", type: "text default 'Bern'", values: ["'Ulm'"] },
    { name: `1st <&> "it's": é🙂`, type: "text", values: ["'x'"] },
    { name: "xmlish", type: "text", values: ["'x'"] },
    { name: "a_x0041_", type: "text", values: ["'x'"] },
    { name: "größe", type: "text", values: ["'x'"] },
];

/** A column with a value that PostgreSQL stores outside the row (TOAST). */
export interface LargeColumn {
    name: string;
    type: string;
    /** The value, as SQL. */
    value: string;
    /** In these captures Debezium sends NULL where an UPDATE does not contain the value. Default: a placeholder. */
    nullIn?: ("schema" | "plain")[];
}

const many = (array: string) => `cdc.many(${array})`;
const everywhere = { nullIn: ["schema" as const, "plain" as const] };

/** Each form in which Debezium tells that it has no value, and types that have none. */
export const largeColumns: LargeColumn[] = [
    { name: "l_text", type: "text", value: "repeat('x', 9000)" },
    { name: "l_bytea", type: "bytea", value: "decode(repeat('ab', 9000), 'hex')" },
    { name: "l_jsonb", type: "jsonb", value: "to_jsonb(repeat('x', 9000))" },
    { name: "l_xml", type: "xml", value: "xmlelement(name a, repeat('x', 9000))" },
    { name: "l_hstore", type: "hstore", value: "hstore('k', repeat('x', 9000))" },
    { name: "l_numrange", type: "numrange", value: "numrange(1, repeat('7', 9000)::numeric)" },
    { name: "l_texts", type: "text[]", value: many("array['abcd']") },
    { name: "l_byteas", type: "bytea[]", value: many("array['abcd'::bytea]") },
    { name: "l_integers", type: "integer[]", value: many("array[1]") },
    { name: "l_bigints", type: "bigint[]", value: many("array[1]::bigint[]") },
    { name: "l_dates", type: "date[]", value: many("array['2026-11-23'::date]") },
    { name: "l_uuids", type: "uuid[]", value: many("array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid]") },
    { name: "l_numeric", type: "numeric", value: "repeat('7', 9000)::numeric", nullIn: ["schema"] },
    { name: "l_varbit", type: "varbit", value: "repeat('01', 20000)::varbit", ...everywhere },
    { name: "l_booleans", type: "boolean[]", value: many("array[true, false, true]"), ...everywhere },
    { name: "l_timestamps", type: "timestamp[]", value: many("array['2026-11-23'::timestamp]"), ...everywhere },
];

/** Columns of types that Debezium leaves out. */
export const leftOut = ["c_composite"];

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Rows in one set: each value of each column once, and a row of nulls. */
export const rowsInSet = Math.max(...typeColumns.map(({ values }) => values.length)) + 1;

/** Statements that make the table and what its columns need, for the owner of the database. */
export const makeTable = [
    ...["hstore", "citext", "ltree"].map((name) => `create extension ${name}`),
    `create type cdc.mood as enum ('sad', 'happy "x"')`,
    "create type cdc.pair as (a int, b text)",
    "create domain cdc.positive as numeric(8,2) check (value > 0)",
    `create table cdc.all_types (id bigserial primary key, c_composite cdc.pair, ${typeColumns
        .map(({ name, type }) => `${quoted(name)} ${type}`)
        .join(", ")})`,
    "alter table cdc.all_types replica identity full",
    `create table cdc.plain_identity (id int primary key, n int not null, t text not null, p numeric not null,
        b boolean not null, d date not null, opt text)`,
    `create function cdc.many(anyarray) returns anyarray language sql as
        'select array_agg(one) from unnest($1) one, generate_series(1, 1000)'`,
    `create table cdc.large (id int primary key, n int, ${largeColumns
        .map(({ name, type }) => `${name} ${type}`)
        .join(", ")})`,
    ...largeColumns.map(({ name }) => `alter table cdc.large alter ${name} set storage external`),
    "create publication all_types for table cdc.all_types, cdc.plain_identity, cdc.large",
];

/** Takes away all of it. */
export const removeTable = [
    "drop publication if exists all_types",
    "drop table if exists cdc.all_types, cdc.plain_identity, cdc.large",
    "drop function if exists cdc.many",
    "drop type if exists cdc.mood, cdc.pair",
    "drop domain if exists cdc.positive",
    ...["hstore", "citext", "ltree"].map((name) => `drop extension if exists ${name}`),
];

/** Inserts one set of rows. */
export const insertSet = Array.from({ length: rowsInSet }, (_, row) => {
    const columns = typeColumns.map(({ name }) => quoted(name)).join(", ");
    const values = typeColumns.map(({ values }) => values[row] ?? "null").join(", ");
    return `insert into cdc.all_types (${columns}) values (${values})`;
});

/**
 * Where the expected values are:
 *
 * - `withSchema`: in the text that a sink makes of JSON with schemas;
 * - `withoutSchema`: in the text that a sink makes of JSON without schemas, with the source's settings in a stack;
 * - `withRegistry`: in the text that a sink makes of Avro or Protobuf, with the source's settings in a stack;
 * - `typed`: in the records in Avro or Protobuf.
 */
export type Form = "withSchema" | "withoutSchema" | "withRegistry" | "typed";

/** Selects id and the expected field of each column that can be compared. */
export function selectExpected(form: Form): string {
    const fields = typeColumns.flatMap((column) => {
        const sql = expression(column, form);
        const name = quoted(column.name);
        return sql === null ? [] : [`case when ${name} is not null then ${sql.replaceAll("%", name)} end as ${name}`];
    });
    return `select id::int, ${fields.join(", ")} from cdc.all_types order by id`;
}

function expression({ withSchema = "%::text", withoutSchema = withSchema, typed }: TypeColumn, form: Form) {
    if (form === "withSchema") return withSchema;
    if (form === "withoutSchema") return withoutSchema;
    // Its schema tells bits from bytes
    const withRegistry = withoutSchema ?? withSchema;
    return form === "typed" && typed !== undefined ? typed : withRegistry;
}
