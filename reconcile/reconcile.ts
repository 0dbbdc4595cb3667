import { setTimeout as sleep } from "node:timers/promises";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { type DatabaseAccess, lsnText } from "@connect-cdc/connector/postgres";
import type { ConnectAuth } from "@connect-cdc/connector/registry";
import { clusterView } from "../servers/kafka";
import { type Offsets, partitionOffsets } from "../servers/kafkaTopics";
import { RecordText } from "../servers/recordText";
import { type PublishedTable, type TableColumn, TableReader } from "../servers/tableReader";
import { readRecords, readTopics, type TopicReader } from "../servers/topicReader";
import { done, pending, waitFor } from "../servers/wait";
import { type Source, topicOf } from "./sources";
import { type ComparedColumn, type Counts, type DifferenceKind, TableComparison } from "./tableComparison";
import { TEXT_SETTINGS, typeText } from "./typeText";
import { XidSnapshot } from "./xidSnapshot";

/*
 * Compares tables with their topics while everything runs.
 *
 * The method is that of DBLog (https://arxiv.org/abs/2010.12597): a chunk of a table is read between two watermarks, and what
 * the log has between them counts more than the chunk. Two facts of PostgreSQL make it exact and cheap:
 *
 * - Each event has the id of its transaction, and `pg_current_snapshot()` says of which transactions a query saw the changes. So
 *   the low watermark needs no mark in the log: an event is before the chunk if and only if the chunk's query saw it. A position
 *   alone could not tell: a transaction has its position in the log before other sessions see its changes.
 * - The high watermark is `pg_current_wal_insert_lsn()` after the chunk. The topic is complete up to it when the source has
 *   confirmed a later position to its slot, which it does after Kafka has its records. A slot begins with the position at which
 *   the source's first snapshot is made; so the slot must exist before the run, and the position must be later, not equal.
 *   Heartbeats move the position on when the tables are idle. Chunks do not wait one by one: rows that are not equal to the topic
 *   wait in a list, and one wait serves all.
 *
 * Memory: 57 to 115 bytes for each key of the topic (see `DigestTable`), and the texts of at most 50,000 rows that wait. A table
 * with more keys than `maxKeys` is compared in several passes, each with a part of the keys.
 */

/** Arguments of {@link reconcile}. The login of the database must be one that may read the tables. */
export interface ReconcileOptions extends DatabaseAccess {
    /** External listeners of the brokers, host:port. */
    brokers: string[];
    /** Credentials for the brokers. Default: they take plain links there. */
    credentials?: Credentials;
    /** URLs of the schema registry, for records in Avro or Protobuf. Default: there is none. */
    registryUrls?: string[];
    /** Credentials of the schema registry. Default: none. */
    registryAuth?: ConnectAuth;
    sources: Source[];
    /** Selects tables, by `schema.table`. */
    isWanted: (table: string) => boolean;
    /** Most rows read per second. Default: no limit. */
    rowsPerSecond?: number;
    /** Most rows of a chunk. Default 10,000. */
    chunkRows?: number;
    /** Most keys in the memory at once. Default 5,000,000. */
    maxKeys?: number;
    /** Longest wait for a source to confirm a position, s. Default 120. */
    waitSeconds?: number;
    /** Receives lines on what is done now. */
    onProgress: (line: string) => void;
    /** Receives the report of each table as soon as it is known. */
    onReport?: (report: TableReport) => void;
}

/** The first differences, without values. */
export interface ReportedDifference {
    kind: DifferenceKind;
    /** `id=17`. */
    key: string;
    /** Names of the columns that differ. */
    columns: string[];
}

/** Result for one table. */
export interface TableReport {
    connector: string;
    /** `schema.table`. */
    table: string;
    topic: string;
    /** Position in the log, as PostgreSQL writes it: the topic has every change before it. Absent when that is not proven. */
    completeUpTo?: string;
    counts: Counts;
    differences: ReportedDifference[];
    /** Columns that no or not every row was compared by, with the reason. */
    uncompared: { column: string; reason: string }[];
    /** Why the table could not be compared. */
    problem?: string;
    /** True: tables like this one cannot be compared, which is no problem of its rows. */
    isUnsupported?: boolean;
    seconds: number;
}

export const CHUNK_ROWS = 10_000;
export const WAIT_SECONDS = 120;
const MAX_KEYS = 5_000_000;
/** Rows whose texts wait for the topic. */
const MAX_PENDING = 50_000;

/** Compares the tables of all sources, one after the other. Throws when the database or Kafka does not answer at the beginning. */
export async function reconcile(options: ReconcileOptions): Promise<TableReport[]> {
    const reader = await TableReader.open(options, TEXT_SETTINGS);
    const reports: TableReport[] = [];
    try {
        for (const source of options.sources) {
            const tables = (await reader.publishedTables(source.publication)).filter(
                ({ schema, name }) => source.captures(schema, name) && options.isWanted(`${schema}.${name}`),
            );
            for (const table of tables) {
                const report = await new TableRun(options, reader, source, table).report();
                reports.push(report);
                options.onReport?.(report);
            }
        }
    } finally {
        await reader.close();
    }
    return reports;
}

/** True: the report shows rows that are lost or wrong, or proves nothing. */
export function isWrong({ completeUpTo, isUnsupported = false }: TableReport): boolean {
    return completeUpTo === undefined && !isUnsupported;
}

/** Tables like this one cannot be compared. */
class Unsupported extends Error {}
/** The memory has room for a part of the keys only. */
class TooManyKeys extends Error {}

class TableRun {
    private readonly topic: string;
    private readonly startedAt = performance.now();
    private readonly text: RecordText;

    constructor(
        private readonly options: ReconcileOptions,
        private readonly reader: TableReader,
        private readonly source: Source,
        private readonly table: PublishedTable,
    ) {
        this.topic = topicOf(source, table);
        this.text = new RecordText(options.registryUrls ?? [], options.registryAuth);
    }

    async report(): Promise<TableReport> {
        const { schema, name } = this.table;
        const empty: TableReport = {
            connector: this.source.connector,
            table: `${schema}.${name}`,
            topic: this.topic,
            counts: { rows: 0, missing: 0, superfluous: 0, different: 0, newer: 0, expired: 0 },
            differences: [],
            uncompared: [],
            seconds: 0,
        };
        try {
            return { ...empty, ...(await this.compare()), seconds: this.seconds };
        } catch (error) {
            const problem = messageOf(error);
            return { ...empty, problem, isUnsupported: error instanceof Unsupported, seconds: this.seconds };
        }
    }

    private get seconds(): number {
        return (performance.now() - this.startedAt) / 1000;
    }

    private async compare(): Promise<Partial<TableReport>> {
        const { slot, connector } = this.source;
        if ((await this.reader.confirmedPosition(slot)) === undefined) {
            throw new Error(`slot ${slot} of ${connector} does not exist: the connector has not begun`);
        }
        const columns = await this.reader.columns(this.table);
        const { maxKeys = MAX_KEYS } = this.options;
        for (let parts = Math.max(1, Math.ceil(this.table.estimatedRows / maxKeys)); ; parts *= 2) {
            try {
                return await this.inParts(columns, parts, maxKeys);
            } catch (error) {
                if (!(error instanceof TooManyKeys)) throw error;
                this.options.onProgress(`${this.topic}: more than ${maxKeys} keys, ${2 * parts} passes`);
            }
        }
    }

    private async inParts(columns: TableColumn[], parts: number, maxKeys: number): Promise<Partial<TableReport>> {
        const results: Partial<TableReport>[] = [];
        for (let part = 0; part < parts; part++) {
            const comparison = new TableComparison(
                { columns: columns.map((column) => this.compared(column)), placeholder: this.source.placeholder },
                { part, parts, maxKeys },
            );
            results.push(await this.pass(columns, comparison));
        }
        return merged(results);
    }

    private compared({ name, type, baseType, kind, modifier, isArray, inPrimaryKey }: TableColumn): ComparedColumn {
        const text = typeText({ name: baseType, kind, modifier, isArray }, this.source.format);
        const field = this.source.fieldOf(name);
        return { name, field, type, text, isExact: ["int8", "numeric", "money"].includes(baseType), inPrimaryKey };
    }

    private async pass(columns: TableColumn[], comparison: TableComparison): Promise<Partial<TableReport>> {
        const { brokers, credentials } = this.options;
        const records = await readTopics(brokers, {
            credentials,
            isWanted: (topic) => topic === this.topic,
            fromStart: true,
            text: this.text,
            onRecord: (record) => comparison.takeRecord(record),
        });
        try {
            this.options.onProgress(`${this.topic}: reading the topic`);
            await records.untilRead(await this.offsets("end"));
            assertComparable(comparison);
            const low = await this.reader.position();
            comparison.beginRows(new XidSnapshot(await this.reader.snapshot()));
            assertComparable(comparison);
            await this.scan(columns, comparison, records);
            await this.settle(comparison, records);
            comparison.finish();
            return await this.resultOf(columns, comparison, low);
        } finally {
            await records.close();
        }
    }

    private async scan(columns: TableColumn[], comparison: TableComparison, records: TopicReader): Promise<void> {
        const { rowsPerSecond = Infinity, chunkRows = CHUNK_ROWS, onProgress } = this.options;
        const startedAt = performance.now();
        let read = 0;
        const expressions = columns.map((column) => this.expression(column));
        for await (const { snapshot, rows } of this.reader.chunks({
            table: this.table,
            columns,
            expressions,
            maxRows: Math.min(chunkRows, rowsPerSecond),
        })) {
            comparison.takeRows(rows, new XidSnapshot(snapshot));
            assertComparable(comparison);
            read += rows.length;
            onProgress(`${this.topic}: ${read} rows read`);
            if (comparison.pending >= MAX_PENDING) await this.settle(comparison, records);
            await sleep(Math.max(0, (1000 * read) / rowsPerSecond - (performance.now() - startedAt)));
        }
    }

    /** A column that is not compared is not read. */
    private expression(column: TableColumn): string {
        const { text } = this.compared(column);
        return text === undefined ? "null" : text.sql(`t."${column.name.replaceAll('"', '""')}"`);
    }

    /** Waits until the topic has everything that the chunks have shown. */
    private async settle(comparison: TableComparison, records: TopicReader): Promise<void> {
        const high = await this.reader.position();
        const { slot, connector } = this.source;
        const check = async () => {
            const confirmed = await this.reader.confirmedPosition(slot);
            if (confirmed === undefined) return pending(`slot ${slot} does not exist`);
            return confirmed > high ? done() : pending(`it has confirmed ${lsnText(confirmed)}`);
        };
        await waitFor(check, {
            what: `position ${lsnText(high)} to be confirmed by ${connector}`,
            timeoutSeconds: this.options.waitSeconds ?? WAIT_SECONDS,
            onProgress: this.options.onProgress,
            remedy: "Wait for a snapshot that runs, or start the connector: npm run status shows it.",
        });
        const ends = await this.offsets("end");
        if (ends.size === 0 && comparison.pending > 0) throw new Error(`topic ${this.topic} does not exist`);
        await records.untilRead(ends);
        assertComparable(comparison);
        const starts = await this.offsets("start");
        comparison.settle([...starts.values()].some((offset) => offset > 0));
    }

    private async offsets(which: "start" | "end"): Promise<Offsets> {
        const { brokers, credentials } = this.options;
        const view = await Promise.any(brokers.map((broker) => clusterView(broker, credentials)));
        const partitions = view.partitions.filter(({ topic }) => topic === this.topic);
        return partitionOffsets({ ...view, partitions }, which, credentials);
    }

    private async resultOf(
        columns: TableColumn[],
        comparison: TableComparison,
        low: bigint,
    ): Promise<Partial<TableReport>> {
        const { counts } = comparison;
        const { brokers, credentials } = this.options;
        const differences: ReportedDifference[] = [];
        for (const example of comparison.examples) {
            const { kind, key = "", record } = example;
            const [found] = record ? await readRecords(brokers, this.topic, [record], this.text, credentials) : [];
            differences.push({ kind, key, columns: [], ...(found && comparison.describe(example, found)) });
        }
        const isComplete = counts.missing + counts.superfluous + counts.different === 0;
        return {
            counts,
            differences,
            uncompared: this.uncompared(columns, comparison),
            ...(isComplete ? { completeUpTo: lsnText(low) } : {}),
        };
    }

    private uncompared(columns: TableColumn[], { unknown, counts }: TableComparison): TableReport["uncompared"] {
        return columns.flatMap((column) => {
            if (this.compared(column).text === undefined) {
                return [{ column: column.name, reason: `type ${column.type} cannot be compared` }];
            }
            const rows = unknown.get(column.name) ?? 0;
            if (rows === 0) return [];
            const where = rows === counts.rows ? "no event" : `the last event of ${rows} rows does not`;
            return [{ column: column.name, reason: rows === counts.rows ? "no event has it" : `${where} have it` }];
        });
    }
}

function assertComparable({ problem, unreadable, isFull }: TableComparison): void {
    if (unreadable !== undefined) throw new Error(unreadable);
    if (problem !== undefined) throw new Unsupported(problem);
    if (isFull) throw new TooManyKeys();
}

/** The results of all parts of a table as one. */
function merged(results: Partial<TableReport>[]): Partial<TableReport> {
    const [first, ...others] = results;
    return others.reduce((total, one) => {
        const counts = Object.fromEntries(
            Object.entries(total.counts!).map(([key, count]) => [key, count + one.counts![key as keyof Counts]]),
        );
        return {
            counts: counts as unknown as Counts,
            differences: [...total.differences!, ...one.differences!],
            uncompared: [
                ...total.uncompared!,
                ...one.uncompared!.filter(({ column }) => !total.uncompared!.some((known) => known.column === column)),
            ],
            // The first part began first
            completeUpTo: one.completeUpTo && total.completeUpTo,
        };
    }, first!);
}
