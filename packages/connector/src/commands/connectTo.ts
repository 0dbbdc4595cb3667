import type { ConnectAuth } from "../client/auth";
import { connectClient } from "../client/connectClient";
import { Connectors } from "../client/connectors";
import { withoutUserInfo } from "../client/redact";
import type { Connect } from "../lifecycle/whileStopped";

/** How long no worker may answer before a command gives up, s. */
const SILENCE_SECONDS = 30;

/** Returns a function that opens a client of these workers. Long waits are reported on standard error. */
export function connectTo(restUrls: string[], auth?: ConnectAuth): Connect {
    const write = (line: string) => process.stderr.write(`${line}\n`);
    return (limitSeconds) =>
        new Connectors(connectClient({ restUrls, auth, limitSeconds, silenceSeconds: SILENCE_SECONDS, write }));
}

/** URLs of workers, separated by commas. */
export function readUrls(text: string): string[] {
    const urls = text.split(",").map((url) => url.trim().replace(/\/+$/, ""));
    const invalid = urls.find((url) => !/^https?:\/\/[^\s/]+/.test(url));
    if (invalid !== undefined) {
        throw new Error(
            `"${invalid.replace(/^.*@/, "[secret]@")}" is not the URL of a Connect worker: it must begin with http:// or https://`,
        );
    }
    const withUser = urls.find((url) => withoutUserInfo(url) !== url);
    if (withUser !== undefined) {
        throw new Error(
            `"${withoutUserInfo(withUser)}" contains a user or a password, and other users can read the arguments of a command: ` +
                "use --user <name>, and change the password",
        );
    }
    return urls;
}
