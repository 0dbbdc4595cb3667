import { NO_ERROR } from "../../docker/crashLoop";
import type { Finding, Problem } from "../finding";
import { npmCommand } from "../npmCommand";
import type { Answer, ContainerFacts, MemberAnswer, PlatformSnapshot, ServerFacts } from "../snapshot";
import { durationText } from "../units";

/** A member of the platform, whatever its role. */
export interface AnyMember {
    /** `kafka-0`, `postgres`. */
    name: string;
    address: string;
    answer: Answer<unknown>;
}

/** All members of a stack, in the order of the screen. */
export function allMembers(snapshot: PlatformSnapshot): AnyMember[] {
    const { zookeeper, kafka, connect, database, registry, jmsBroker } = snapshot;
    return [
        ...zookeeper,
        ...kafka,
        ...connect,
        ...(database === undefined ? [] : [{ name: "postgres", ...database }]),
        ...registry,
        ...(jmsBroker === undefined ? [] : [{ name: "artemis", ...jmsBroker }]),
    ];
}

/** Engines without an answer, members that do not serve, and a missing quorum. */
export function memberFindings(snapshot: PlatformSnapshot): Finding[] {
    const members = allMembers(snapshot);
    return [
        ...snapshot.engines.flatMap(engineFinding),
        ...members.flatMap((member) => memberFinding(member, snapshot)),
        ...otherContainers(snapshot, new Set(members.map(({ name }) => name))),
        ...quorumFindings(snapshot),
    ];
}

function engineFinding({ name, answer }: MemberAnswer<unknown>): Finding[] {
    if (answer.ok) return [];
    const remedy = "start it, or give this user permission to use it";
    return [{ key: `engine:${name}`, level: "wrong", subject: `host ${name}`, text: answer.error, remedy }];
}

function memberFinding(member: AnyMember, snapshot: PlatformSnapshot): Finding[] {
    const container = containerOf(member.name, snapshot);
    const problem =
        restartProblem(container, snapshot) ??
        (member.answer.ok
            ? problemOfServing(member, container)
            : problemOfSilent(member.answer.error, container, snapshot));
    if (problem === undefined) return [];
    return [
        { key: `member:${member.name}`, subject: member.name, remedy: checkLog(member.name, snapshot), ...problem },
    ];
}

/** A problem; without a remedy of its own, the remedy is to check the log. */
type MemberProblem = Omit<Problem, "remedy"> & { remedy?: string };

/** Config section with the heap size, by the name of the role. */
const heapSections: Record<string, string> = {
    zookeeper: "zookeeper",
    kafka: "kafka",
    connect: "connect",
    registry: "registry",
    artemis: "jmsBroker",
};

/** A server that restarts again and again may have answered between two restarts. */
function restartProblem(
    container: ContainerFacts | undefined,
    { takenAt }: PlatformSnapshot,
): MemberProblem | undefined {
    if (container?.restarts === undefined) return undefined;
    const { count, madeAt, lastAt, lastError } = container.restarts;
    const ago = (at: number) => `${durationText(Math.max(0, takenAt - at))} ago`;
    const text = `restarted ${count} times since it was made ${ago(madeAt)}, the last time ${ago(lastAt)}. ${lastError}`;
    const section = heapSections[container.name.replace(/-\d+$/, "")];
    if (section === undefined) return { level: "wrong", text };
    if (lastError.includes("OutOfMemoryError")) {
        return { level: "wrong", text, remedy: `raise heapMb and memoryMb of connect-cdc:${section}` };
    }
    // The kernel's end of a process that exceeds its limit leaves nothing in the log
    return lastError === NO_ERROR
        ? {
              level: "wrong",
              text,
              remedy: `raise memoryMb of connect-cdc:${section}: it was killed, perhaps for lack of memory`,
          }
        : { level: "wrong", text };
}

function problemOfServing({ answer }: AnyMember, container: ContainerFacts | undefined): MemberProblem | undefined {
    if (isOutsideQuorum(answer)) return { level: "wrong", text: "runs, but is not in the quorum" };
    if (container?.health === "unhealthy") return { level: "warning", text: "answers, but its health check fails" };
    return undefined;
}

function isOutsideQuorum(answer: Answer<unknown>): boolean {
    const facts = answer.ok ? (answer.value as Partial<ServerFacts>) : {};
    return "mode" in facts && facts.mode === undefined;
}

function problemOfSilent(
    error: string,
    container: ContainerFacts | undefined,
    snapshot: PlatformSnapshot,
): MemberProblem {
    if (container !== undefined) return { level: "wrong", ...stateProblem(container, error, snapshot) };

    const isKnown = snapshot.containers.ok && snapshot.engines.every(({ answer }) => answer.ok);
    return isKnown
        ? {
              level: "wrong",
              text: "its container does not exist",
              remedy: `create it again: ${npmCommand(snapshot.stack, "start")}`,
          }
        : { level: "wrong", text: error };
}

function stateProblem(
    container: ContainerFacts,
    error: string,
    snapshot: PlatformSnapshot,
): { text: string; remedy?: string } {
    const { state, status, health, name } = container;
    const log = npmCommand(snapshot.stack, "logs", name);
    switch (state) {
        case "running":
            return { text: health === "starting" ? `is starting: ${error}` : `runs, but ${error}` };
        case "restarting":
            return { text: `is restarted again and again${exitCode(status)}` };
        case "exited":
            return {
                text: `its container has exited${exitCode(status)}`,
                remedy: `start it: ${npmCommand(snapshot.stack, "start")}; its log: ${log}`,
            };
        default:
            return { text: `its container is ${state}`, remedy: `run docker unpause or docker start; its log: ${log}` };
    }
}

/** Reads the exit code from a status such as `Exited (137) 2 minutes ago`. */
function exitCode(status: string): string {
    const code = /\((\d+)\)/.exec(status)?.[1];
    const meaning = code === "137" ? ": killed, perhaps for lack of memory" : "";
    return code === undefined ? "" : ` (exit code ${code}${meaning})`;
}

function checkLog(name: string, { stack }: PlatformSnapshot): string {
    return `find the cause: ${npmCommand(stack, "logs", name)}`;
}

export function containerOf(name: string, { containers }: PlatformSnapshot): ContainerFacts | undefined {
    return containers.ok ? containers.value.find((container) => container.name === name) : undefined;
}

/** Containers that are not members. One that has finished its work and exited is no problem. */
function otherContainers(snapshot: PlatformSnapshot, members: Set<string>): Finding[] {
    const containers = snapshot.containers.ok ? snapshot.containers.value : [];
    return containers
        .filter(({ name, state, health }) => !members.has(name) && (state === "restarting" || health === "unhealthy"))
        .map(({ name, status }) => ({
            key: `container:${name}`,
            level: "warning",
            subject: name,
            text: status,
            remedy: checkLog(name, snapshot),
        }));
}

function quorumFindings({ zookeeper, stack }: PlatformSnapshot): Finding[] {
    const modes = zookeeper.flatMap(({ answer }) => (answer.ok ? [answer.value.mode] : []));
    const leaders = modes.filter((mode) => mode === "leader" || mode === "standalone").length;
    if (leaders === 1) return [];
    return [
        {
            key: "zookeeper:leader",
            level: "wrong",
            subject: "zookeeper",
            text:
                leaders === 0
                    ? "no server leads: there is no quorum"
                    : `${leaders} servers report that they are the leader`,
            remedy: `start a majority of the servers, and check that they reach each other: ${npmCommand(stack, "logs", "zookeeper")}`,
        },
    ];
}
