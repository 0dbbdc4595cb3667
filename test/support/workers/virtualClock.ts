import { vi } from "vitest";
import { Clock, systemClock } from "../../../packages/connector/src/client/clock";

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

/** A virtual clock in the place of the system's, until `vi.restoreAllMocks()`. */
export function inPlaceOfSystemClock(): ReturnType<typeof virtualClock> {
    const clock = virtualClock();
    vi.spyOn(systemClock, "now").mockImplementation(() => clock.now());
    vi.spyOn(systemClock, "sleep").mockImplementation((ms) => clock.sleep(ms));
    vi.spyOn(systemClock, "random").mockImplementation(() => clock.random());
    return clock;
}
