import type { Outcome, Request } from "./sendRequest";
import type { Service } from "./service";

/**
 * Returns the answer, or an error when its JSON does not come from the service but from a gateway or another one. For a
 * question the error is final; for a change it is not known whether it was made.
 */
export function checkAnswer({ api, foreign, answers }: Service, request: Request, outcome: Outcome): Outcome {
    if (!outcome.ok || outcome.body === undefined) {
        return outcome;
    }
    const what = `${request.method} ${request.path}`;
    const answer = answers.find((known) => known.request.test(what));
    if (!answer || answer.fits(outcome.body)) {
        return outcome;
    }
    const isQuestion = request.method === "GET" || what.endsWith("/validate");
    const { status, body } = outcome;
    const detail = `${status} ${foreign}: it must be ${answer.rule}. Check that the URL is that of ${api}`;
    return { ok: false, kind: isQuestion ? "refused" : "ambiguous", detail, answered: false, status, body };
}
