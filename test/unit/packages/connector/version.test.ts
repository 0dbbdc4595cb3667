import { describe, expect, it } from "vitest";
import { abilitiesOf } from "../../../../packages/connector/src/client/version";

describe("abilitiesOf", () => {
    const [none, restart, stop, offsets, initial, all, strict] = [0, 1, 2, 3, 4, 5, 6];
    it.each([
        ["2.8.2", none],
        ["3.0.0", restart],
        ["3.4.1", restart],
        ["3.5.0", stop],
        ["3.5.2", stop],
        ["3.6.0", offsets],
        ["3.6.2", offsets],
        ["3.7.0", initial],
        ["3.7.1", all],
        ["3.8.0", all],
        ["3.9.2", all],
        ["4.0.0", strict],
        ["4.3.1", strict],
        ["4.4.0-SNAPSHOT", strict],
        ["3.6.0.redhat-00005", offsets],
        ["3.7.0.redhat-00003", initial],
        ["3.9.0.redhat-00003", all],
        ["5.5.1-ccs", none],
        ["6.2.0-ccs", none],
        ["6.2.0-cp1", none],
        ["7.0.1-ccs", restart],
        ["7.4.0-ccs", restart],
        ["7.5.0-cp1", stop],
        ["7.5.1-ce", stop],
        ["7.6.0-ccs", offsets],
        ["7.7.0-ccs", initial],
        ["7.7.1-ccs", all],
        ["8.0.0-ccs", strict],
        ["8.1.0-cp2", strict],
        ["unknown", none],
        ["", none],
    ])("of %s", (version, level) => {
        expect(abilitiesOf(version)).toEqual({
            restartTasks: level >= restart,
            stop: level >= stop,
            listOffsets: level >= stop,
            changeOffsets: level >= offsets,
            initialState: level >= initial,
            restartsTasksOnUpdate: level >= all,
            strictPaths: level >= strict,
        });
    });
});
