import { Command } from "@commander-js/extra-typings";
import { followLog, type LogLine, readLog } from "../../docker/containerLog";
import { inSequence } from "../logs/inSequence";
import { type Member, membersOf, selectMembers } from "../logs/members";
import { readSince } from "../logs/readSince";
import { examples, stackOption, wholeNumberFrom } from "../options";
import { readStackOutputs } from "../stack/stackOutputs";

const DEFAULT_LINES = 200;
const readLines = wholeNumberFrom(0);

export const command = new Command()
    .argument("[members...]", "members (connect-0) or roles (kafka); lines of several come in one sequence")
    .addOption(stackOption())
    .option("-f, --follow", "go on with new lines until Ctrl-C")
    .option(
        "-n, --tail <lines>",
        `number of last lines of each member, or all (default: ${DEFAULT_LINES}; with --since: all)`,
        (text): number | "all" => (text === "all" ? text : readLines(text)),
    )
    .option("--since <time>", "only lines since then: an age (30s, 10m, 2h, 1d) or 2026-01-31T12:00:00Z", (text) =>
        readSince(text),
    )
    .addHelpText(
        "after",
        examples("npm run logs -- connect-0 --tail 50", "npm run logs -- kafka zookeeper --since 10m"),
    )
    .action(async (wanted, { stack, follow, since, tail = since === undefined ? DEFAULT_LINES : "all" }) => {
        const options = { tail: tail === "all" ? undefined : tail, since };
        const all = await findMembers(stack);
        const names = selectMembers(
            wanted,
            all.map(({ name }) => name),
        );
        const members = all.filter(({ name }) => names.includes(name));
        const width = Math.max(...names.map((name) => name.length));
        const print = (name: string, text: string) =>
            process.stdout.write(names.length === 1 ? `${text}\n` : `${name.padEnd(width)} | ${text}\n`);

        const logs = await Promise.all(
            members.map(async (member) => ({ member, lines: await readLog(member, options) })),
        );
        for (const { name, text } of inSequence(logs.map(({ member, lines }) => ({ name: member.name, lines })))) {
            print(name, text);
        }
        if (!follow) return;
        const abort = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => abort.abort());
        await Promise.all(
            logs.map(({ member, lines }) =>
                followMember(member, lines.at(-1)?.time, (text) => print(member.name, text), abort.signal),
            ),
        );
    });

/** The labels of the containers are enough, so a stack without outputs has logs, too. */
async function findMembers(stack: string): Promise<Member[]> {
    const outputs = await readStackOutputs({ stack }).catch(() => undefined);
    const members = await membersOf(stack, outputs);
    if (members.length === 0) {
        throw new Error(`stack ${stack} has no containers; start it: npm start -- --stack ${stack}`);
    }

    return members;
}

/** Follows a log after the last line that was printed. */
async function followMember(
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
