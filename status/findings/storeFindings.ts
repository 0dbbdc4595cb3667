import type { SlotState } from "../../servers/postgres";
import type { ConnectorCaptureProblem, PlatformReport } from "../platformReport";
import { npmCommand } from "../remedies";
import { bytesText } from "../units";
import type { Finding } from "./findings";

/** From so much write-ahead log on that a slot holds, it is worth a warning, in bytes. */
export const WAL_WARNING_BYTES = 2 ** 30;

/** Slots that nobody reads, that hold much log, or that have lost their place in it; captured tables that do not arrive. */
export function databaseFindings(report: PlatformReport): Finding[] {
    const { answer, captures } = report.database ?? {};
    return [
        ...(answer?.ok ? answer.value.slots.flatMap((slot) => slotFindings(slot, report)) : []),
        ...(captures?.ok ? captures.value.map(captureFinding) : []),
    ];
}

function captureFinding({ connector, kind, text, remedy }: ConnectorCaptureProblem): Finding {
    return { key: `capture:${connector}/${kind}`, level: "warning", subject: connector, text, remedy };
}

function slotFindings(slot: SlotState, report: PlatformReport): Finding[] {
    const base = { key: `slot:${slot.name}`, subject: `slot ${slot.name}` };
    const fault = brokenPlace(slot) ?? inactive(slot, report);
    return [...(fault === undefined ? [] : [{ ...base, ...fault }]), ...heldLog(slot, base.subject)];
}

type Fault = Pick<Finding, "level" | "text" | "remedy">;

function brokenPlace({ walStatus, safeWalBytes }: SlotState): Fault | undefined {
    if (walStatus === "lost") {
        return {
            level: "wrong",
            text: "has lost its place: log that was not read yet is gone",
            remedy: "drop the slot, delete the connector's offsets, and take a new snapshot",
        };
    }
    if (walStatus === "unreserved") {
        const left = safeWalBytes === undefined ? "" : `, ${bytesText(Math.max(0, safeWalBytes))} left`;
        return {
            level: "wrong",
            text: `is about to lose its place: it holds more log than max_slot_wal_keep_size allows${left}`,
            remedy: "let its connector catch up now, or raise max_slot_wal_keep_size",
        };
    }
    return undefined;
}

/** A slot whose connector is meant to stand still may have no reader; its log grows all the same. */
function inactive({ name, active, walHeldBytes }: SlotState, report: PlatformReport): Fault | undefined {
    if (active) return undefined;
    const held = `nobody reads it, and the server holds ${bytesText(walHeldBytes)} of log for it`;
    const owner = report.connectors.ok ? report.connectors.value.find(({ slot }) => slot === name) : undefined;
    if (report.connectors.ok && (owner === undefined || owner.declaredState === "stopped")) {
        const why = owner === undefined ? "no connector has it" : `${owner.name} is stopped`;
        return {
            level: "warning",
            text: `${held}: ${why}`,
            remedy: `drop it if it is not needed any more: select pg_drop_replication_slot('${name}')`,
        };
    }
    const command = npmCommand(report.stack, "status");
    return { level: "wrong", text: held, remedy: `get its connector running again, as ${command} says of it` };
}

/** A slot holds the log from the oldest transaction on that was open where its reader is. */
function heldLog({ name, walHeldBytes, lagBytes }: SlotState, subject: string): Finding[] {
    if (walHeldBytes <= WAL_WARNING_BYTES) return [];
    const remedy =
        lagBytes > WAL_WARNING_BYTES
            ? "its connector must catch up before the disk is full; if it has, it needs heartbeat.action.query (docs/operations.md)"
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

/** Queues that are declared and not there. */
export function queueFindings({ jmsBroker, stack }: PlatformReport): Finding[] {
    if (!jmsBroker?.answer.ok) return [];
    return jmsBroker.answer.value.missingQueues.map((name) => ({
        key: `queue:${name}`,
        level: "wrong",
        subject: `queue ${name}`,
        text: "is declared, but the JMS broker does not have it",
        remedy: `make it in the broker's console, or look why it is not there: ${npmCommand(stack, "logs", "artemis")}`,
    }));
}
