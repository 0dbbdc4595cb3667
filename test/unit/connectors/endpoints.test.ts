import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../config/load";
import { endpointsOf } from "../../../connectors/endpoints";

describe("where sources store their positions", () => {
    it.each([
        ["the workers' topic", { offsetStorageTopic: "positions" }],
        ["also when it is a raw setting", { config: { "offset.storage.topic": "positions" } }],
    ])("is %s", (_, connect) => {
        expect(endpointsOf(parseConfig({ connect })).offsetStorageTopic).toBe("positions");
    });
});
