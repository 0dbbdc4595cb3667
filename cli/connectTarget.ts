import { ConnectClient } from "../connectApi/client/client";
import { Deadline, systemClock } from "../connectApi/client/clock";
import { Connectors } from "../connectApi/client/connectors";
import { Progress } from "../connectApi/client/progress";
import { Redactor } from "../connectApi/client/redact";
import type { Connect } from "../connectApi/lifecycle/whileStopped";
import { readStackOutputs } from "./stackOutputs";

/** How long no worker may answer before a command gives up, s. */
const SILENCE_SECONDS = 30;

/** The Connect cluster at these URLs; without any, the stack's. */
export async function connectTarget(urls: string | undefined, stack: string): Promise<Connect> {
    return connectTo(urls === undefined ? (await readStackOutputs({ stack })).restUrls : readUrls(urls));
}

/** Opens the cluster of these workers. What a long wait waits for is told on the error output. */
export function connectTo(restUrls: string[]): Connect {
    return (limitSeconds) => {
        const deadline = new Deadline(systemClock, limitSeconds);
        const progress = new Progress("Kafka Connect", deadline, (line) => process.stderr.write(`${line}\n`));
        const options = { deadline, progress, redactor: new Redactor(), silenceSeconds: SILENCE_SECONDS };
        return new Connectors(new ConnectClient(restUrls, options));
    };
}

/** URLs of workers, separated by commas. */
export function readUrls(text: string): string[] {
    const urls = text.split(",").map((url) => url.trim().replace(/\/+$/, ""));
    const wrong = urls.find((url) => !/^https?:\/\/[^\s/]+/.test(url));
    if (wrong !== undefined) {
        throw new Error(
            `"${wrong.replace(/^.*@/, "[secret]@")}" is no URL of a Connect worker: it must begin with http:// or https://`,
        );
    }
    return urls;
}
