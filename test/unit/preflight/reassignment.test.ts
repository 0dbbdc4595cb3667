import { describe, expect, it } from "vitest";
import { heldBy, moveOff } from "../../../preflight/reassignment";

const state = (topic: string, partition: number, replicas: number[]) => ({
    topic,
    partition,
    leader: replicas[0]!,
    replicas,
    inSync: replicas,
});

describe("moving replicas off a broker that goes", () => {
    it("leaves partitions alone that it does not hold", () => {
        const partitions = [state("a", 0, [0, 1, 2]), state("a", 1, [3, 0, 1])];
        expect(heldBy(partitions, [3])).toEqual([partitions[1]]);
        expect(moveOff(partitions, [3], [0, 1, 2]).partitions).toEqual([
            { topic: "a", partition: 1, replicas: [0, 1, 2] },
        ]);
    });

    it("gives each to the broker with the fewest, and never two to one", () => {
        const partitions = [
            state("a", 0, [0, 1]),
            state("a", 1, [0, 3]),
            state("a", 2, [3, 1]),
            state("a", 3, [3, 0]),
            state("a", 4, [1, 3]),
        ];
        const { partitions: moved } = moveOff(partitions, [3], [0, 1, 2]);
        expect(moved.map(({ replicas }) => replicas)).toEqual([
            [0, 2],
            [1, 2],
            [0, 2],
            [1, 0],
        ]);
    });

    it("keeps a replica less where every other broker has one already", () => {
        const { partitions } = moveOff([state("a", 0, [2, 0, 1])], [2], [0, 1]);
        expect(partitions).toEqual([{ topic: "a", partition: 0, replicas: [0, 1] }]);
    });

    it("moves off several at once", () => {
        const { partitions } = moveOff([state("a", 0, [3, 4, 0])], [3, 4], [0, 1, 2]);
        expect(partitions[0]!.replicas.sort()).toEqual([0, 1, 2]);
    });
});
