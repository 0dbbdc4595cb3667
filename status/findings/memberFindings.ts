import { duration } from "../events";
import type { Answer, ContainerFacts, MemberReport, PlatformReport, ServerFacts } from "../platformReport";
import { npmCommand } from "../remedies";
import type { Finding } from "./findings";

/** A member of the platform, whatever its role. */
export interface AnyMember {
    /** `kafka-0`, `postgres`. */
    name: string;
    address: string;
    answer: Answer<unknown>;
}

/** All members that a stack has, in the order of the screen. */
export function allMembers(report: PlatformReport): AnyMember[] {
    const { zookeeper, kafka, connect, database, jmsBroker } = report;
    return [
        ...zookeeper,
        ...kafka,
        ...connect,
        ...(database === undefined ? [] : [{ name: "postgres", ...database }]),
        ...(jmsBroker === undefined ? [] : [{ name: "artemis", ...jmsBroker }]),
    ];
}

/** Engines that are silent, members that do not serve, and a quorum that is none. */
export function memberFindings(report: PlatformReport): Finding[] {
    const members = allMembers(report);
    return [
        ...report.engines.flatMap(engineFinding),
        ...members.flatMap((member) => memberFinding(member, report)),
        ...otherContainers(report, new Set(members.map(({ name }) => name))),
        ...quorumFindings(report),
    ];
}

function engineFinding({ name, answer }: MemberReport<unknown>): Finding[] {
    if (answer.ok) return [];
    const remedy = "start it, or see to it that this user may use it";
    return [{ key: `engine:${name}`, level: "wrong", subject: `host ${name}`, text: answer.error, remedy }];
}

function memberFinding(member: AnyMember, report: PlatformReport): Finding[] {
    const container = containerOf(member.name, report);
    const fault =
        faultOfRestarts(container, report) ??
        (member.answer.ok ? faultOfServing(member, container) : faultOfSilent(member.answer.error, container, report));
    if (fault === undefined) return [];
    return [{ key: `member:${member.name}`, subject: member.name, remedy: lookAtLog(member.name, report), ...fault }];
}

type Fault = Pick<Finding, "level" | "text"> & { remedy?: string };

/** Sections of the config with the heap of a member, by its role. */
const heapSections: Record<string, string> = {
    zookeeper: "zookeeper",
    kafka: "kafka",
    connect: "connect",
    artemis: "jmsBroker",
};

/** A server that ends again and again may answer just now. */
function faultOfRestarts(container: ContainerFacts | undefined, { takenAt }: PlatformReport): Fault | undefined {
    if (container?.restarts === undefined) return undefined;
    const { count, madeAt, lastAt, lastError } = container.restarts;
    const ago = (at: number) => `${duration(Math.max(0, takenAt - at))} ago`;
    const text = `restarted ${count} times since it was made ${ago(madeAt)}, the last time ${ago(lastAt)}. ${lastError}`;
    const section = heapSections[container.name.replace(/-\d+$/, "")];
    return section !== undefined && lastError.includes("OutOfMemoryError: Java heap space")
        ? { level: "wrong", text, remedy: `give it more memory: heapMb and memoryMb of connect-cdc:${section}` }
        : { level: "wrong", text };
}

function faultOfServing({ answer }: AnyMember, container: ContainerFacts | undefined): Fault | undefined {
    if (isOutsideQuorum(answer)) return { level: "wrong", text: "runs, but is not in the quorum" };
    if (container?.health === "unhealthy") return { level: "warning", text: "answers, but its health check fails" };
    return undefined;
}

function isOutsideQuorum(answer: Answer<unknown>): boolean {
    const facts = answer.ok ? (answer.value as Partial<ServerFacts>) : {};
    return "mode" in facts && facts.mode === undefined;
}

function faultOfSilent(error: string, container: ContainerFacts | undefined, report: PlatformReport): Fault {
    if (container !== undefined) return { level: "wrong", ...stateFault(container, error, report) };

    const isKnown = report.containers.ok && report.engines.every(({ answer }) => answer.ok);
    return isKnown
        ? {
              level: "wrong",
              text: "its container is gone",
              remedy: `make it again: ${npmCommand(report.stack, "start")}`,
          }
        : { level: "wrong", text: error };
}

function stateFault(
    container: ContainerFacts,
    error: string,
    report: PlatformReport,
): { text: string; remedy?: string } {
    const { state, status, health, name } = container;
    const log = npmCommand(report.stack, "logs", name);
    switch (state) {
        case "running":
            return { text: health === "starting" ? `is starting: ${error}` : `runs, but ${error}` };
        case "restarting":
            return { text: `is restarted again and again${exitCode(status)}` };
        case "exited":
            return {
                text: `its container has exited${exitCode(status)}`,
                remedy: `start it: ${npmCommand(report.stack, "start")}; its last words: ${log}`,
            };
        default:
            return { text: `its container is ${state}`, remedy: `docker unpause or start it; its log: ${log}` };
    }
}

/** Docker says `Exited (137) 2 minutes ago`. */
function exitCode(status: string): string {
    const code = /\((\d+)\)/.exec(status)?.[1];
    const meaning = code === "137" ? ": killed, perhaps for lack of memory" : "";
    return code === undefined ? "" : ` (exit code ${code}${meaning})`;
}

function lookAtLog(name: string, { stack }: PlatformReport): string {
    return `look for the cause: ${npmCommand(stack, "logs", name)}`;
}

export function containerOf(name: string, { containers }: PlatformReport): ContainerFacts | undefined {
    return containers.ok ? containers.value.find((container) => container.name === name) : undefined;
}

/** Containers that serve beside the members. One that has done its work and exited is well. */
function otherContainers(report: PlatformReport, members: Set<string>): Finding[] {
    const found = report.containers.ok ? report.containers.value : [];
    return found
        .filter(({ name, state, health }) => !members.has(name) && (state === "restarting" || health === "unhealthy"))
        .map(({ name, status }) => ({
            key: `container:${name}`,
            level: "warning",
            subject: name,
            text: status,
            remedy: lookAtLog(name, report),
        }));
}

function quorumFindings({ zookeeper, stack }: PlatformReport): Finding[] {
    const modes = zookeeper.flatMap(({ answer }) => (answer.ok ? [answer.value.mode] : []));
    const leaders = modes.filter((mode) => mode === "leader" || mode === "standalone").length;
    if (leaders === 1) return [];
    return [
        {
            key: "zookeeper:leader",
            level: "wrong",
            subject: "zookeeper",
            text: leaders === 0 ? "no server leads: there is no quorum" : `${leaders} servers say that they lead`,
            remedy: `a majority must run and reach each other: ${npmCommand(stack, "logs", "zookeeper")}`,
        },
    ];
}
