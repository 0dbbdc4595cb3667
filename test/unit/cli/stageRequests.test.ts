import { expect, it } from "vitest";
import { stageRequests } from "../../../cli/stageRequests";
import { CHECKOUT } from "../../../tools/project";

it("only a format other than json needs a registry and the plugin of its converter", () => {
    const [json, avro, protobuf] = stageRequests(CHECKOUT).map(({ registryVersion, plugins }) => ({
        hasRegistry: registryVersion !== undefined,
        converters: Object.keys(plugins).filter((name) => name.endsWith("-converter")),
    }));
    expect(json).toEqual({ hasRegistry: false, converters: [] });
    expect(avro).toEqual({ hasRegistry: true, converters: ["avro-converter"] });
    expect(protobuf).toEqual({ hasRegistry: true, converters: ["protobuf-converter"] });
});
