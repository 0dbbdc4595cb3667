import type { ErrorKind, RequestError } from "./errors";

/** What the client of an HTTP service has to know of it. */
export interface Service {
    /** Its name in messages: `Connect's REST API`. */
    api: string;
    /** Continues "200" for an answer that is another service's: `with JSON that is not Kafka Connect's`. */
    foreign: string;
    /** Begins the message of a long silence: `no worker has answered for`. */
    silent: string;
    /** A process that answers, in messages: `worker`. */
    server: string;
    /** Argument with the URLs of the processes, for remedies: `restUrls`. */
    urls: string;
    /** Answers whose form is checked. */
    answers: Answer[];
    /**
     * Meaning of an answer that is no success.
     *
     * @param status HTTP status, 300 or more.
     * @param message `message` of the JSON body; undefined without such a body.
     * @param code `error_code` of the JSON body.
     */
    kindOfAnswer: (status: number, message: string | undefined, code: number | undefined) => ErrorKind;
    /** Class of the errors of requests that failed finally. */
    error: new (kind: ErrorKind, message: string, mayHaveHappened?: boolean, code?: number) => RequestError;
}

/** The form of the answer to a request, as far as it is used here. */
export interface Answer {
    /** Matches method and path. */
    request: RegExp;
    /** Ends the sentence "it must be". */
    rule: string;
    fits: (body: unknown) => boolean;
}
