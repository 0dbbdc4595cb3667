import { shorten } from "./shorten";

/** Outermost messages of Connect without a cause. */
const WITHOUT_CAUSE = /^[\w.]*ConnectException: (Exiting Worker|Tolerance exceeded|Unrecoverable exception)/;
const LONGEST = 800;

/**
 * The chain of causes of a Java stack trace, without frames, package names and repetitions.
 * `ConnectException: Exiting ...; caused by PSQLException: Connection refused` becomes its second half.
 */
export function causeOf(trace: string): string {
    const messages = messagesOf(trace);
    const informative = messages.filter((message, i) => {
        const next = messages[i + 1];
        return next === undefined || !(WITHOUT_CAUSE.test(message) || message.endsWith(`: ${next}`));
    });
    return shorten(informative.map(withoutPackage).join("; caused by "), LONGEST);
}

function messagesOf(trace: string): string[] {
    return trace
        .split(/^Caused by: /m)
        .map((part) => part.split(/^\s+(?:at |\.\.\. \d+ )/m)[0]!)
        .map((message) => message.split(/\s+/).join(" ").trim())
        .filter((message) => message !== "");
}

function withoutPackage(message: string): string {
    return message.replace(/^(?:\w+\.)+(?=[A-Z$])/, "");
}
