import { Deadline } from "./clock";

const FIRST_AFTER_SECONDS = 10;
const EVERY_SECONDS = 15;

/** Reports the reason of a long wait, its time so far, and the limit. Short waits are not reported. */
export class Progress {
    private nextAt = FIRST_AFTER_SECONDS;

    /**
     * @param subject the subject of the lines: `connector "dbz-source"`.
     * @param write receives a line.
     */
    constructor(
        private readonly subject: string,
        private readonly deadline: Deadline,
        private readonly write: (line: string) => void,
    ) {}

    print(line: string): void {
        this.write(`${this.subject}: ${line}`);
    }

    waiting(reason: string): void {
        const elapsed = this.deadline.elapsedSeconds;
        if (elapsed >= this.nextAt) {
            this.nextAt = elapsed + EVERY_SECONDS;
            this.write(`${this.subject}: ${Math.round(elapsed)} s of ${this.deadline.limitSeconds} s: ${reason}`);
        }
    }
}
