import { parseArgs } from "node:util";
import { type ContainerAddress, followLog, type LogLine, readLog } from "../../docker/containerLog";
import { stackContainers } from "../../docker/engine";
import { objectName } from "../../docker/labels";
import { stackOption } from "../../tools/environment";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { unknownName } from "../notFound";
import { readStackOutputs, type StackOutputs } from "../stack/stackOutputs";

interface Member extends ContainerAddress {
    name: string;
}

const DEFAULT_LINES = 200;

/**
 * `npm run logs -- connect-0`: the last lines of a member's log; of several members, or of a role (`kafka`), in one
 * sequence. `--tail N` (default 200, or `all`), `--since 10m`, `--follow`.
 */
export default async function logs(args: string[]): Promise<void> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: {
            stack: stackOption(),
            follow: { type: "boolean", short: "f", default: false },
            tail: { type: "string", short: "n" },
            since: { type: "string" },
        },
    });
    const options = { tail: readTail(values.tail, values.since), since: readSince(values.since, Date.now()) };
    const all = await findMembers(values.stack);
    const names = selectMembers(
        positionals,
        all.map(({ name }) => name),
    );
    const members = all.filter(({ name }) => names.includes(name));
    const width = Math.max(...names.map((name) => name.length));
    const print = (name: string, text: string) =>
        process.stdout.write(names.length === 1 ? `${text}\n` : `${name.padEnd(width)} | ${text}\n`);

    const logs = await Promise.all(members.map(async (member) => ({ member, lines: await readLog(member, options) })));
    for (const { name, text } of inSequence(logs.map(({ member, lines }) => ({ name: member.name, lines })))) {
        print(name, text);
    }

    if (values.follow) {
        const abort = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => abort.abort());
        await Promise.all(
            logs.map(({ member, lines }) =>
                goOn(member, lines.at(-1)?.time, (text) => print(member.name, text), abort.signal),
            ),
        );
    }
}

/** Without a number: with `--since` all from then on, else the last ones. */
function readTail(text: string | undefined, since: string | undefined): number | undefined {
    if (text === "all" || (text === undefined && since !== undefined)) return undefined;
    const lines = Number(text ?? DEFAULT_LINES);
    if (!Number.isInteger(lines) || lines < 0) throw new Error(`--tail ${text}: must be a whole number, or all`);

    return lines;
}

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `10m`, or a time that Date knows, as the engine wants it: seconds since 1970. */
export function readSince(text: string | undefined, now: number): string | undefined {
    if (text === undefined) return undefined;
    const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
    const isDate = /^\d{4}-\d\d-\d\d/.test(text);
    const time = isDate ? Date.parse(text) / 1000 : now / 1000 - Number(count) * (units[unit] ?? NaN);
    if (Number.isNaN(time)) {
        throw new Error(
            `--since ${text}: write how long ago (30s, 10m, 2h, 1d), or a time such as 2026-01-31T12:00:00Z`,
        );
    }
    return String(Math.max(0, time));
}

/** By the labels of the containers: logs can be read of a stack that has never come up, too. */
async function findMembers(stack: string): Promise<Member[]> {
    const outputs = await readStackOutputs({ stack }).catch(() => undefined);
    const members = await membersOf(stack, outputs);
    if (members.length === 0) throw new Error(`stack ${stack} has no containers; bring it up with: npm start`);

    return members;
}

/** What has a log, by name: the containers of the stack on every host of its outputs, without outputs on this machine. */
export async function membersOf(stack: string, outputs?: StackOutputs): Promise<Member[]> {
    const hosts = Object.entries(outputs?.engines ?? { local: dockerEndpoint() });
    const found = await Promise.all(
        hosts.map(async ([host, endpoint]) => {
            const engine = { endpoint, certPath: outputs?.certPaths?.[host] };
            const identity = { project: PROJECT, stack };
            const containers = await stackContainers(host, engine, identity);
            return containers.map(({ name }) => ({ ...engine, name, container: objectName(identity, name) }));
        }),
    );
    return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}

/** The members that are meant: by name, or by role; all when none is named. */
export function selectMembers(wanted: string[], known: string[]): string[] {
    const roleOf = (name: string) => name.replace(/-\d+$/, "");
    const roles = [...new Set(known.map(roleOf))].filter((role) => !known.includes(role));
    const unknown = wanted.find((name) => !known.includes(name) && !roles.includes(name));
    if (unknown !== undefined) throw new Error(unknownName("member", unknown, [...known, ...roles]));

    return known.filter((name) => wanted.length === 0 || wanted.includes(name) || wanted.includes(roleOf(name)));
}

/** All lines by their time; what has the same time stays in its order. */
export function inSequence(logs: { name: string; lines: LogLine[] }[]): (LogLine & { name: string })[] {
    return logs
        .flatMap(({ name, lines }) => lines.map((line) => ({ name, ...line })))
        .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** Follows a log from behind its last line that was shown. */
async function goOn(
    member: Member,
    lastTime: string | undefined,
    print: (text: string) => void,
    signal: AbortSignal,
): Promise<void> {
    const now = new Date().toISOString();
    const onLine = ({ time, text }: LogLine) => {
        if (lastTime === undefined || time > lastTime) print(text);
    };
    await followLog(member, { since: secondsOf(lastTime ?? now) }, onLine, signal);
    if (!signal.aborted) process.stderr.write(`${member.name} has ended\n`);
}

/** Seconds since 1970 with all decimals that the time has. */
function secondsOf(time: string): string {
    const fraction = /\.\d+/.exec(time)?.[0] ?? "";
    return `${Math.floor(Date.parse(time) / 1000)}${fraction}`;
}
