/** Chance that repeats itself. */
export class SeededRandom {
    private state: number;

    /** @param seed a whole number. */
    constructor(seed: number) {
        // neighbouring seeds must not begin alike
        this.state = (Math.imul(seed + 1, 0x9e37_79b1) >>> 0) % 2_147_483_646 || 1;
        this.next();
    }

    /** A number from 0 up to, but not including, 1, by Park and Miller's generator. */
    next(): number {
        this.state = (this.state * 48_271) % 2_147_483_647;
        return this.state / 2_147_483_647;
    }

    /** True that often, of 1. */
    chance(probability: number): boolean {
        return this.next() < probability;
    }

    /** A whole number from 0 up to, but not including, `end`. */
    below(end: number): number {
        return Math.floor(this.next() * end);
    }

    pick<T>(values: readonly T[]): T {
        return values[this.below(values.length)]!;
    }
}
