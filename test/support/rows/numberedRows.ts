import { randomBytes } from "node:crypto";
import { Agent } from "node:https";
import axios from "axios";
import type { Client } from "pg";
import { credentialsOf, type StackOutputs } from "../../../cli/stack/stackOutputs";
import { done, pending, waitFor } from "../../../servers/wait";
import type { Pipeline } from "../stack/pipeline";
import { parseXmlRow } from "./customerXml";
import { databaseClient } from "./databaseClient";
import type { ReceivedMessage } from "./queues";
import { account, type Account, type Commit, type Delivery } from "./rowAccount";

const PER_SECOND = 20;
/** Every so many commits one is an update, in turns of the first row and of one of the newest. */
const UPDATE_EVERY = 3;
const NEWEST = 5;
const RECONNECT_SECONDS = 300;
/** A database that has gone without a word answers no statement. */
const ANSWER_SECONDS = 5;

/**
 * Inserts and updates rows of the captured table, one commit after the other, each with its number, until it is stopped;
 * then every commit can be accounted for by both queues. A database that restarts meanwhile is waited for, and asked
 * whether it has what it did not confirm.
 */
export class NumberedRows {
    readonly commits: Commit[] = [];
    private readonly ended: Promise<void>;
    private stopped = false;

    private constructor(
        private readonly pipeline: Pipeline,
        private readonly run: string,
        private client: Client,
        private readonly perSecond: number,
    ) {
        this.ended = this.stream();
        // The failure is reported by account(); until then it must not count as unhandled.
        this.ended.catch(() => undefined);
    }

    /** Begins to write at about `perSecond` commits a second (default 20). */
    static async start(pipeline: Pipeline, perSecond = PER_SECOND): Promise<NumberedRows> {
        await untilPositionKept(pipeline.outputs);
        const run = randomBytes(4).toString("hex");
        return new NumberedRows(pipeline, run, await connect(pipeline.outputs, run), perSecond);
    }

    /** Waits until `count` more rows have been committed. */
    async untilCommitted(count: number, timeoutSeconds = 60): Promise<void> {
        const wanted = this.commits.length + count;
        const check = async () =>
            this.commits.length >= wanted ? done() : pending(`${this.commits.length} of ${wanted}`);
        await waitFor(check, { what: "rows to be committed", timeoutSeconds, intervalSeconds: 0.1 });
    }

    /** Waits until what is committed now has come out of both queues. */
    async untilCaughtUp(timeoutSeconds = 120): Promise<void> {
        const commits = [...this.commits];
        await Promise.all([this.jsonArrived(commits, timeoutSeconds), this.xmlArrived(commits, timeoutSeconds)]);
    }

    /**
     * Ends the stream, waits until all of it has arrived, and one more row after it, and accounts for all.
     * @throws when a commit is missing at the limit, or when writing had failed.
     */
    async account(timeoutSeconds = 120): Promise<{ json: Account; xml: Account }> {
        this.stopped = true;
        await this.ended;
        await this.untilCaughtUp(timeoutSeconds);
        // What is being repeated just now comes before a row that is new.
        await this.commit(undefined);
        await this.untilCaughtUp(timeoutSeconds);
        await this.client.end();
        return { json: account(this.commits, this.json()), xml: account(this.commits, this.xml()) };
    }

    private json(): Delivery[] {
        return this.deliveries(this.pipeline.json.messages, (body) => JSON.parse(body) as Record<string, string>);
    }

    private xml(): Delivery[] {
        return this.deliveries(this.pipeline.xml.messages, (body) => parseXmlRow(body, "customer"));
    }

    /** The messages about this stream's rows, by their label `<run>:<seq>`. */
    private deliveries(messages: ReceivedMessage[], read: (body: string) => Record<string, string | null>): Delivery[] {
        return messages
            .filter(({ body }) => body.includes(`${this.run}:`))
            .map(({ body, id, receivedAt }) => ({
                id,
                seq: Number(read(body).first_name?.slice(this.run.length + 1)),
                receivedAt,
            }));
    }

    private jsonArrived(commits: Commit[], timeoutSeconds: number): Promise<void> {
        return untilArrived("JSON", commits, () => this.json(), timeoutSeconds);
    }

    private xmlArrived(commits: Commit[], timeoutSeconds: number): Promise<void> {
        return untilArrived("XML", commits, () => this.xml(), timeoutSeconds);
    }

    private async stream(): Promise<void> {
        const ids: number[] = [];
        while (!this.stopped) {
            const count = this.commits.length;
            const isUpdate = count % UPDATE_EVERY === UPDATE_EVERY - 1;
            const updated = isUpdate ? (count % 2 === 0 ? ids[0] : ids.at(-1 - (count % NEWEST))) : undefined;
            const id = await this.commit(updated);
            if (updated === undefined) ids.push(id);
            await new Promise((resolve) => setTimeout(resolve, 1000 / this.perSecond));
        }
    }

    /** Commits one statement: an update of row `id`, or an insert. Returns the row's id. */
    private async commit(id: number | undefined): Promise<number> {
        const label = `${this.run}:${this.commits.length}`;
        const row = await this.write(label, id).catch(() => this.afterBreak(label, id));
        this.commits.push({ id: row, seq: this.commits.length });
        return row;
    }

    private async write(label: string, id: number | undefined): Promise<number> {
        const { rows } =
            id === undefined
                ? await this.client.query("insert into cdc.customers (first_name) values ($1) returning id", [label])
                : await this.client.query("update cdc.customers set first_name = $1 where id = $2 returning id", [
                      label,
                      id,
                  ]);
        return Number(rows[0].id);
    }

    /** The connection broke: whether the statement was committed only the table knows. */
    private async afterBreak(label: string, id: number | undefined): Promise<number> {
        return waitFor(
            async () => {
                await this.client.end().catch(() => undefined);
                this.client = await connect(this.pipeline.outputs, this.run);
                await this.endLostSessions();
                const { rows } = await this.client.query("select id from cdc.customers where first_name = $1", [label]);
                return done(rows.length > 0 ? Number(rows[0].id) : await this.write(label, id));
            },
            { what: "the database to take rows again", timeoutSeconds: RECONNECT_SECONDS },
        );
    }

    /** What was sent over a connection that broke may still arrive, as long as the database has a session for it. */
    private async endLostSessions(): Promise<void> {
        const { rows } = await this.client.query(
            "select pg_terminate_backend(pid, 3000) as ended from pg_stat_activity" +
                " where application_name = $1 and pid <> pg_backend_pid()",
            [applicationName(this.run)],
        );
        if (!rows.every(({ ended }) => ended)) throw new Error("a session of a broken connection does not end");
    }
}

/**
 * A source that dies before its first offsets are stored takes its snapshot again, and of what was committed since its death
 * only the last states come.
 */
async function untilPositionKept(outputs: StackOutputs): Promise<void> {
    const httpsAgent = new Agent(credentialsOf(outputs));
    const url = `${outputs.restUrls[0]}/connectors/dbz-source/offsets`;
    const check = async () => {
        const { data } = await axios.get<{ offsets: unknown[] }>(url, { httpsAgent });
        return data.offsets.length > 0 ? done() : pending("none");
    };
    await waitFor(check, { what: "the source's first offsets to be stored", timeoutSeconds: 60 });
}

async function connect(outputs: StackOutputs, run: string): Promise<Client> {
    const client = databaseClient(outputs, {
        application_name: applicationName(run),
        connectionTimeoutMillis: ANSWER_SECONDS * 1000,
        query_timeout: ANSWER_SECONDS * 1000,
    });
    // A connection that breaks fails the next query; as an event without a listener it would end the process.
    client.on("error", () => undefined);
    await client.connect();
    return client;
}

function applicationName(run: string): string {
    return `numbered rows ${run}`;
}

async function untilArrived(
    queue: string,
    commits: Commit[],
    deliveries: () => Delivery[],
    timeoutSeconds: number,
): Promise<void> {
    const check = async () => {
        const delivered = new Set(deliveries().map(({ seq }) => seq));
        const missing = commits.filter(({ seq }) => !delivered.has(seq));
        const ids = missing.slice(0, 10).map(({ id, seq }) => `${id} (commit ${seq})`);
        return missing.length === 0 ? done() : pending(`${missing.length} are missing: rows ${ids.join(", ")}`);
    };
    await waitFor(check, { what: `${commits.length} commits in queue ${queue}`, timeoutSeconds, intervalSeconds: 0.3 });
}
