import { lastLines } from "../../tools/processes";

interface Explanation {
    /** Found in the CLI's output. */
    pattern: RegExp;
    /** Meaning and remedy. */
    advice: (stack: string, match: RegExpExecArray) => string;
}

const EXPLANATIONS: Explanation[] = [
    {
        pattern: /the stack is currently locked by[\s\S]*?created by (\S+) \(pid (\d+)\) at (\S+)/,
        advice: (stack, [, user, pid, since]) => stackInUse(stack, `process ${pid} of ${user}, since ${since}`),
    },
    {
        pattern: /^ended by (SIG\w+)$/m,
        advice: (_, [, signal]) =>
            `It was ended by a signal (${signal}). Run the same command again: it first repairs the state.`,
    },
    {
        pattern: /incorrect passphrase|passphrase must be set|unable to read PULUMI_CONFIG_PASSPHRASE_FILE/,
        advice: (stack) =>
            `The passphrase of stack ${stack} is wrong or missing. Set PULUMI_CONFIG_PASSPHRASE or ` +
            "PULUMI_CONFIG_PASSPHRASE_FILE to the one that the stack was created with. For the dev stack, unset both.",
    },
    {
        pattern: /no stack named '[^']*' found/,
        advice: (stack) =>
            `Stack ${stack} not found in this backend. List its stacks with pulumi stack ls, or create the stack with ` +
            `npm start -- --stack ${stack}. If it exists, correct PULUMI_BACKEND_URL or the pulumi login.`,
    },
    {
        pattern: /unable to open bucket ([^\s?]+?)(?:\?\S*)?: |performing HTTP request: \w+ "([^"]+)": dial/,
        advice: (_, [, bucket, url]) =>
            `The backend that holds the state is not reachable (${bucket ?? url}). Correct PULUMI_BACKEND_URL or the ` +
            "pulumi login, or repair the network. Without both, the state is in a local folder.",
    },
    {
        pattern: /failed to load checkpoint/,
        advice: (stack) =>
            `The state file of stack ${stack} is damaged. Run npm start -- --stack ${stack}: it repairs what a killed run left. ` +
            "If the file is still damaged, go back to the state before the last change: in .pulumi/stacks of the backend's " +
            `folder, copy ${stack}.json.bak over ${stack}.json, then run: pulumi refresh`,
    },
    {
        pattern: /invalid YAML file: (.*)/,
        advice: (stack, [, where]) => `Pulumi.${stack}.yaml is not valid YAML (${where}). Correct it at this place.`,
    },
    {
        pattern: /configuration key '([^']+)' must be of type '([^']+)'/,
        advice: (stack, [, key, type]) =>
            `${key} in Pulumi.${stack}.yaml is not of type ${type}. Set the keys below it, ` +
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
            "A step of an image's build was killed (137), most likely because memory ran out. Close other programs, or " +
            "give the Docker engine more memory, then run the same command again.",
    },
    {
        pattern:
            /the Docker engine at (\S+) does not answer|Cannot connect to the Docker daemon|error pinging docker server|connect E(?:NOENT|CONNREFUSED)\S* \S*docker\S*sock/i,
        advice: (_, [, endpoint]) =>
            `The Docker engine ${endpoint ? `at ${endpoint} ` : ""}does not answer. Start it (npm start does this on this ` +
            "machine for root), then run the command again.",
    },
    {
        pattern: /no (?:resource )?plugin '?(\S+?)'? found|could not find plugin|failed to load plugin/i,
        advice: () =>
            "A Pulumi plugin is missing. Run npm start, which installs it. Another PULUMI_HOME than before hides it.",
    },
];

/** Lines of an unknown message, from its end. */
const LINES_SHOWN = 20;

/**
 * The error message for a CLI command that failed: the end of the CLI's output, or the remedy of a known failure.
 *
 * @param alreadyShown true when the user has seen the output.
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
    return alreadyShown ? `${failure} Its messages are above.` : `${failure}\n${lastLines(output, LINES_SHOWN)}`;
}

/** The message for a stack that another run works on. */
export function stackInUse(stack: string, holder?: string): string {
    return (
        `Another pulumi process works on stack ${stack}${holder === undefined ? "" : `: ${holder}`}. Wait until it ends. ` +
        `If it was killed or its machine is gone, run: pulumi cancel --yes --stack ${stack}`
    );
}
