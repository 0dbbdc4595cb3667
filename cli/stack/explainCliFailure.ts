import { lastLines } from "../../tools/processes";

interface Explanation {
    /** Found in the CLI's output. */
    pattern: RegExp;
    /** What it means and what to do. */
    advice: (stack: string, match: RegExpExecArray) => string;
}

const EXPLANATIONS: Explanation[] = [
    {
        pattern: /the stack is currently locked by[\s\S]*?created by (\S+) \(pid (\d+)\) at (\S+)/,
        advice: (stack, [, user, pid, since]) =>
            `Another pulumi process works on stack ${stack}: process ${pid} of ${user}, since ${since}. Wait until it ends. ` +
            `If it ran on a machine that is gone, run: pulumi cancel --yes --stack ${stack}`,
    },
    {
        pattern: /^ended by (SIG\w+)$/m,
        advice: (_, [, signal]) =>
            `It was ended from outside (${signal}). Run the same command again: it begins with putting things in order.`,
    },
    {
        pattern: /incorrect passphrase|passphrase must be set|unable to read PULUMI_CONFIG_PASSPHRASE_FILE/,
        advice: (stack) =>
            `The passphrase of stack ${stack} is wrong or missing. Set PULUMI_CONFIG_PASSPHRASE or ` +
            "PULUMI_CONFIG_PASSPHRASE_FILE to the one the stack was made with; for the dev stack unset both.",
    },
    {
        pattern: /no stack named '[^']*' found/,
        advice: (stack) =>
            `There is no stack ${stack} in this backend. pulumi stack ls shows those that are there, ` +
            `npm start -- --stack ${stack} makes it; PULUMI_BACKEND_URL or a pulumi login may point to another backend.`,
    },
    {
        pattern: /unable to open bucket ([^\s?]+?)(?:\?\S*)?: |performing HTTP request: \w+ "([^"]+)": dial/,
        advice: (_, [, bucket, url]) =>
            `The backend that holds the state is not reachable (${bucket ?? url}). Correct PULUMI_BACKEND_URL or the ` +
            "pulumi login, or see to the network; unset, state lies in a local folder.",
    },
    {
        pattern: /failed to load checkpoint/,
        advice: (stack) =>
            `The state file of stack ${stack} is damaged. Run npm start -- --stack ${stack}: it mends what a killed run left. ` +
            "If the file stays damaged: beside it, in .pulumi/stacks of the backend's folder, lies the state before the last " +
            `change, ${stack}.json.bak: copy it over ${stack}.json, then run: pulumi refresh`,
    },
    {
        pattern: /invalid YAML file: (.*)/,
        advice: (stack, [, where]) => `Pulumi.${stack}.yaml is no YAML (${where}). Correct it there.`,
    },
    {
        pattern: /configuration key '([^']+)' must be of type '([^']+)'/,
        advice: (stack, [, key, type]) =>
            `${key} in Pulumi.${stack}.yaml is no ${type}. Set what is below it, ` +
            `such as: pulumi config set --path 'connect-cdc:${key}.<key>' <value>`,
    },
    {
        pattern: /no space left on device/i,
        advice: () =>
            "The disk is full. Make room, for example with docker system prune, then run the same command again.",
    },
    {
        pattern: /returned a non-zero code: 137|exit (?:code|status):? 137/,
        advice: () =>
            "A step of an image's build was killed (137), most likely because memory ran out. Close what takes memory, or " +
            "give the Docker engine more, then run the same command again.",
    },
    {
        pattern:
            /the Docker engine at (\S+) does not answer|Cannot connect to the Docker daemon|error pinging docker server|connect E(?:NOENT|CONNREFUSED)\S* \S*docker\S*sock/i,
        advice: (_, [, endpoint]) =>
            `The Docker engine ${endpoint ? `at ${endpoint} ` : ""}does not answer. Start it (npm start does so on this ` +
            "machine for root), then run the command again.",
    },
    {
        pattern: /no (?:resource )?plugin '?(\S+?)'? found|could not find plugin|failed to load plugin/i,
        advice: () =>
            "A Pulumi plugin is missing. Run npm start, which installs it; a changed PULUMI_HOME may hide it.",
    },
];

/** The end of an unknown message is enough to search for it. */
const LINES_SHOWN = 20;

/**
 * An error message for a CLI command that failed: the CLI's own words, unless the user has seen them, and what to do where
 * the failure is a known one.
 */
export function explainCliFailure(
    stack: string,
    command: string,
    output: string,
    { alreadyShown = false }: { alreadyShown?: boolean } = {},
): string {
    const advice = EXPLANATIONS.flatMap(({ pattern, advice }) => {
        const match = pattern.exec(output);
        return match === null ? [] : [advice(stack, match)];
    });
    const failure = `pulumi ${command} of stack ${stack} failed.`;
    if (advice.length > 0) return [failure, ...advice].join("\n");
    return alreadyShown ? `${failure} Its messages stand above.` : `${failure}\n${lastLines(output, LINES_SHOWN)}`;
}
