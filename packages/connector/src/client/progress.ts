import { Deadline } from "./clock";

const FIRST_AFTER_SECONDS = 10;
const EVERY_SECONDS = 15;

/** Says now and then what is waited for, how long so far, and the limit. Short waits stay silent. */
export class Progress {
    private nextAt = FIRST_AFTER_SECONDS;

    /**
     * @param what the thing that is worked on: `connector "dbz-source"`.
     * @param write takes a line.
     */
    constructor(
        private readonly what: string,
        private readonly deadline: Deadline,
        private readonly write: (line: string) => void,
    ) {}

    say(line: string): void {
        this.write(`${this.what}: ${line}`);
    }

    waiting(reason: string): void {
        const elapsed = this.deadline.elapsedSeconds;
        if (elapsed >= this.nextAt) {
            this.nextAt = elapsed + EVERY_SECONDS;
            this.write(`${this.what}: ${Math.round(elapsed)} s of ${this.deadline.limitSeconds} s: ${reason}`);
        }
    }
}
