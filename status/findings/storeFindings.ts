import type { SlotState } from "../../servers/postgres";
import type { Finding, Problem } from "../finding";
import { npmCommand } from "../npmCommand";
import type { ConnectorCaptureProblem, ConnectorFacts, PlatformSnapshot } from "../snapshot";
import { bytesText } from "../units";

/** A slot that holds more write-ahead log than this is a warning, in bytes. */
export const WAL_WARNING_BYTES = 2 ** 30;

/** Slots without a reader, with much log, or with lost log; captured tables whose changes are not published. */
export function databaseFindings(snapshot: PlatformSnapshot): Finding[] {
    const { answer, captures } = snapshot.database ?? {};
    return [
        ...(answer?.ok ? answer.value.slots.flatMap((slot) => slotFindings(slot, snapshot)) : []),
        ...(captures?.ok ? captures.value.map(captureFinding) : []),
    ];
}

function captureFinding({ connector, kind, text, remedy }: ConnectorCaptureProblem): Finding {
    return { key: `capture:${connector}/${kind}`, level: "warning", subject: connector, text, remedy };
}

function slotFindings(slot: SlotState, snapshot: PlatformSnapshot): Finding[] {
    const base = { key: `slot:${slot.name}`, subject: `slot ${slot.name}` };
    const problem = lostPosition(slot) ?? inactive(slot, snapshot);
    return [...(problem === undefined ? [] : [{ ...base, ...problem }]), ...heldLog(slot, base.subject, snapshot)];
}

/** The connector that reads a slot; undefined: none, or not known. */
function ownerOf(slot: string, { connectors }: PlatformSnapshot): ConnectorFacts | undefined {
    return connectors.ok ? connectors.value.find((connector) => connector.slot === slot) : undefined;
}

/** A slot that may keep less than this share of its limit has nearly used it up. */
const SHARE_LEFT = 0.2;

function lostPosition({ walStatus, safeWalBytes, walHeldBytes }: SlotState): Problem | undefined {
    if (walStatus === "lost") {
        return {
            level: "wrong",
            text: "has lost its position: the server has removed log that was not read yet",
            remedy: "drop the slot, delete the connector's offsets, and take a new snapshot",
        };
    }
    const left = Math.max(0, safeWalBytes ?? Infinity);
    const isNear = left < SHARE_LEFT * (walHeldBytes + left);
    if (walStatus !== "unreserved" && !isNear) return undefined;
    const more = left === Infinity ? "" : `, ${bytesText(left)} left`;
    const holds = walStatus === "unreserved" ? "more log than" : "almost as much log as";
    return {
        level: "wrong",
        text: `will lose its position soon: it holds ${holds} max_slot_wal_keep_size allows${more}`,
        remedy: "start its connector so that it catches up, or raise max_slot_wal_keep_size (database.config)",
    };
}

/** The slot of a stopped connector needs no reader, but its log grows. */
function inactive({ name, active, walHeldBytes }: SlotState, snapshot: PlatformSnapshot): Problem | undefined {
    if (active) return undefined;
    const held = `has no reader, and the server holds ${bytesText(walHeldBytes)} of log for it`;
    const owner = ownerOf(name, snapshot);
    if (snapshot.connectors.ok && (owner === undefined || owner.declaredState === "stopped")) {
        const why = owner === undefined ? "no connector uses it" : `${owner.name} is stopped`;
        return {
            level: "warning",
            text: `${held}: ${why}`,
            remedy: `drop it if it is not needed: select pg_drop_replication_slot('${name}')`,
        };
    }
    const command = npmCommand(snapshot.stack, "status");
    return { level: "wrong", text: held, remedy: `start its connector: ${command} shows its problem` };
}

/** A slot holds the log since the start of the oldest transaction that was open at its reader's position. */
function heldLog({ name, walHeldBytes, lagBytes }: SlotState, subject: string, snapshot: PlatformSnapshot): Finding[] {
    if (walHeldBytes <= WAL_WARNING_BYTES) return [];
    const remedy =
        lagBytes > WAL_WARNING_BYTES
            ? remedyOfLag(ownerOf(name, snapshot), snapshot)
            : "its connector has caught up: end the oldest transaction of pg_stat_activity, or of pg_prepared_xacts";
    return [
        {
            key: `wal:${name}`,
            level: "warning",
            subject,
            text: `the server holds ${bytesText(walHeldBytes)} of write-ahead log for it`,
            remedy,
        },
    ];
}

/** Without a heartbeat that writes, a slot stays behind also when its connector has read everything. */
function remedyOfLag(owner: ConnectorFacts | undefined, { stack }: PlatformSnapshot): string {
    if (owner === undefined) return "wait until its reader catches up, or drop the slot if nothing reads it any more";
    const wait = `wait until ${owner.name} catches up`;
    return owner.heartbeat
        ? `${wait}; if it does not, look for "heartbeat action" in ${npmCommand(stack, "logs", "connect")}`
        : `${wait}; it does not while its tables are idle: set its heartbeat.action.query (docs/operations.md)`;
}

/** Declared queues that do not exist. */
export function queueFindings({ jmsBroker, stack }: PlatformSnapshot): Finding[] {
    if (!jmsBroker?.answer.ok) return [];
    return jmsBroker.answer.value.missingQueues.map((name) => ({
        key: `queue:${name}`,
        level: "wrong",
        subject: `queue ${name}`,
        text: "is declared, but does not exist in the JMS broker",
        remedy: `create it in the broker's console, or find out why it is missing: ${npmCommand(stack, "logs", "artemis")}`,
    }));
}
