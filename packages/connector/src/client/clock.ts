/** Time and random numbers, so that tests can replace them. */
export interface Clock {
    /** Milliseconds since a fixed moment. Never decreases. */
    now(): number;
    /** Resolves after that many milliseconds. */
    sleep(ms: number): Promise<void>;
    /** A number from 0 up to, but not including, 1. */
    random(): number;
}

export const systemClock: Clock = {
    now: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: () => Math.random(),
};

/** The time limit of an operation. */
export class Deadline {
    private readonly start: number;

    constructor(
        readonly clock: Clock,
        readonly limitSeconds: number,
    ) {
        this.start = clock.now();
    }

    get elapsedSeconds(): number {
        return (this.clock.now() - this.start) / 1000;
    }

    get remainingMs(): number {
        return Math.max(0, this.limitSeconds * 1000 - (this.clock.now() - this.start));
    }

    get passed(): boolean {
        return this.remainingMs === 0;
    }

    /** Sleeps, but not beyond the limit. */
    async sleep(ms: number): Promise<void> {
        await this.clock.sleep(Math.min(ms, this.remainingMs));
    }
}
