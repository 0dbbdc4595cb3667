import { join } from "node:path";
import { clientFiles, type Purpose } from "../../../cli/credentials/clientFiles";
import { writePrivateFiles } from "../../../cli/credentials/privateFolder";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { defaults } from "../../../config/defaults";
import { runProcess } from "../../../tools/processes";
import { runtimeClassPath } from "../workers/kafkaLibraries";
import { unpackedServer } from "../workers/serverArchive";

/*
 * Clients that are no part of this project, with what `npm run credentials` writes and prints.
 */

const LIMIT_MS = 60_000;
const JVM = "java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

/** What a client did. */
export interface ClientRun {
    code: number;
    /** Both outputs. */
    output: string;
}

/** Writes the files of a client as `npm run credentials` does. @returns the lines that the command prints. */
export function writeCredentials(purpose: Purpose, outputs: StackOutputs, folder: string, user?: string): string[] {
    const { files, usage } = clientFiles(purpose, { stack: "test", outputs, user, folder });
    writePrivateFiles(folder, files);
    return usage;
}

/**
 * Runs a command that `npm run credentials` printed.
 *
 * @param printed all of its lines.
 * @param program the command's first word, or one in it.
 * @param more further words of the command.
 */
export async function runPrinted(printed: string[], program: string, more = "", input?: string): Promise<ClientRun> {
    const line = printed.find((one) => one.split(/\s+/).includes(program));
    if (line === undefined) throw new Error(`no printed line has ${program}:\n${printed.join("\n")}`);
    const command = line.replace(/^(Java|librdkafka): +/, "");
    return bash(`${await programs(program)}\n${command} ${more}`, input);
}

/** One of Kafka's console tools, such as `kafka-console-consumer.sh`, with its arguments. */
export async function kafkaTool(program: keyof typeof KAFKA_TOOLS, args: string): Promise<ClientRun> {
    return bash(`${await programs(program)}\n${program} ${args}`);
}

/**
 * A client of Artemis with the written JNDI settings: it looks into the queue, or sends a message to it and takes it.
 *
 * @param folder of the written files.
 */
export async function jmsClient(folder: string, queue: string, action: "browse" | "send"): Promise<ClientRun> {
    const distribution = await unpackedServer("artemis", defaults.jmsBroker.version);
    const classPath = [folder, join(distribution, "lib", "*")].join(":");
    return bash(`${JVM} -cp '${classPath}' '${join(__dirname, "JndiClient.java")}' '${queue}' ${action}`);
}

const KAFKA_TOOLS = {
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
};

/** Shell functions for programs that are not installed by these names. */
async function programs(program: string): Promise<string> {
    const mainClass = (KAFKA_TOOLS as Record<string, string>)[program];
    if (mainClass !== undefined) {
        return `${program}() { ${JVM} -cp '${await runtimeClassPath()}' ${mainClass} "$@"; }`;
    }
    // Its name before Debian 12
    return program === "kcat" ? 'command -v kcat >/dev/null || kcat() { kafkacat "$@"; }' : "";
}

async function bash(script: string, input?: string): Promise<ClientRun> {
    const options = { input, timeoutMilliseconds: LIMIT_MS };
    const { code, stdout, stderr } = await runProcess("bash", ["-c", script], options);
    return { code, output: stdout + stderr };
}
