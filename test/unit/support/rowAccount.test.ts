import { describe, expect, it } from "vitest";
import { account, type Commit, type Delivery } from "../../support/rows/rowAccount";

/** "7a 7b 8c" as states of rows 7 and 8, numbered by their letters; message i arrives at second i. */
function states(text: string): Delivery[] {
    return text.split(" ").map((word, i) => ({
        id: Number.parseInt(word, 10),
        seq: word.charCodeAt(word.length - 1) - "a".charCodeAt(0),
        receivedAt: i * 1000,
    }));
}

const commits: Commit[] = states("7a 8b 7c 8d 7e");
const clean = { lost: [], invented: [], disordered: [], stale: [], duplicates: 0 };

describe("the account of rows", () => {
    it.each([
        ["all well", "7a 8b 7c 8d 7e", {}],
        ["rows that overtake each other, each in its own order", "8b 7a 7c 7e 8d", {}],
        ["a batch that comes again", "7a 8b 7c 8b 7c 8d 7e", { duplicates: 2 }],
        ["everything again from the start", "7a 8b 7c 8d 7e 7a 8b 7c 8d 7e", { duplicates: 5 }],
        ["a state in between that is lost", "7a 8b 8d 7e", { lost: [2] }],
        ["a last state that is lost", "7a 8b 7c 8d", { lost: [4], stale: [7] }],
        ["a row that is lost", "7a 7c 7e", { lost: [1, 3], stale: [8] }],
        ["states of one row that change places", "7c 8b 7a 8d 7e", { disordered: [7] }],
        ["a repeat of an old state after the last one", "7a 8b 7c 8d 7e 7c", { duplicates: 1, stale: [7] }],
        ["a message about nothing that was committed", "7a 8b 7c 8d 7e 8z", { invented: [25], stale: [8] }],
        ["a state that is delivered for another row", "7a 8b 7c 8d 8e", { invented: [4], stale: [7, 8] }],
    ])("of %s", (_, text, expected) => {
        expect(account(commits, states(text))).toMatchObject({ ...clean, ...expected });
    });

    it("has the longest pause between new states: repeats do not fill it", () => {
        const arrivals = states("7a 8b 8b 8b 7c 8d 7e");
        expect(account(commits, arrivals).pauseSeconds).toBe(3);
        expect(account(commits, []).pauseSeconds).toBe(0);
    });

    it("without any message has everything as lost", () => {
        expect(account(commits, [])).toMatchObject({ lost: [0, 1, 2, 3, 4], stale: [7, 8] });
    });
});
