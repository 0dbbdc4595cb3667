import { describe, expect, it } from "vitest";
import { clusterView } from "../../../servers/kafka";
import { startResetting } from "./servers";

describe("clusterView of a broker that resets the connection", () => {
    it("is one error that can be caught", async () => {
        const uncaught: Error[] = [];
        const note = (error: Error) => uncaught.push(error);
        process.prependListener("uncaughtException", note);
        const target = await startResetting();
        await expect(clusterView(target)).rejects.toThrow(`broker ${target} does not answer`);
        process.off("uncaughtException", note);
        expect(uncaught).toEqual([]);
    });
});
