import { Clock } from "../../connectApi/clock";

/** A clock that jumps instead of waiting; its chance repeats itself. */
export function virtualClock(seed = 1): Clock & { nowMs: number } {
    let state = seed;
    return {
        nowMs: 0,
        now() {
            return this.nowMs;
        },
        async sleep(ms) {
            this.nowMs += ms;
            await new Promise((resolve) => setImmediate(resolve));
        },
        /** Park and Miller's generator. */
        random() {
            state = (state * 48_271) % 2_147_483_647;
            return state / 2_147_483_647;
        },
    };
}
