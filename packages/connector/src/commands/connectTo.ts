import type { ConnectAuth } from "../client/auth";
import { connectClient } from "../client/connectClient";
import { Connectors } from "../client/connectors";
import { withoutUserInfo } from "../client/redact";
import type { Connect } from "../lifecycle/whileStopped";

/** How long no worker may answer before a command gives up, s. */
const SILENCE_SECONDS = 30;

/** Opens the cluster of these workers. What a long wait waits for is told on the error output. */
export function connectTo(restUrls: string[], auth?: ConnectAuth): Connect {
    const write = (line: string) => process.stderr.write(`${line}\n`);
    return (limitSeconds) =>
        new Connectors(connectClient({ restUrls, auth, limitSeconds, silenceSeconds: SILENCE_SECONDS, write }));
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
    const telling = urls.find((url) => withoutUserInfo(url) !== url);
    if (telling !== undefined) {
        throw new Error(
            `"${withoutUserInfo(telling)}" holds a user or a password, which everybody can see among a command's arguments: ` +
                "write --user <name>, and change a password that was written so",
        );
    }
    return urls;
}
