import { expect, it } from "vitest";
import { parseConfig } from "../../../config/load";
import { JAVAX_JMS_SINK_CLASS } from "../../../connectors/jmsSink";
import { subjectLevels } from "../../../connectors/subjectLevels";

const SUBJECTS = {
    "localhost.cdc.customers-key": { compatibility: "FULL" },
    "localhost.cdc.customers-value": { compatibility: "NONE" },
    "other.cdc.customers-value": { compatibility: "NONE" },
};
const NONE = Object.fromEntries(Object.entries(SUBJECTS).map(([name, { compatibility }]) => [name, compatibility]));
const { "other.cdc.customers-value": _, ...OWN } = NONE;

/** Levels of each connector by its name. */
function levels(raw: Record<string, object>) {
    const config = parseConfig({
        connect: { format: "avro" },
        ...raw,
        registry: { subjects: SUBJECTS, ...raw["registry"] },
    });
    return Object.fromEntries(config.completedConnectors.map((one) => [one.name, subjectLevels(one, config)]));
}

it("a source has those of its topics, and a sink none", () => {
    expect(levels({})).toEqual({
        "dbz-source": { "registry.compatibility": "BACKWARD", ...OWN },
        "json-jms-sink": undefined,
        "xml-jms-sink": undefined,
    });
});

it("a source whose topics are renamed has all", () => {
    const config = {
        transforms: "route",
        "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.route.regex": "localhost(.*)",
        "transforms.route.replacement": "other$1",
    };
    const connectors = { "dbz-source": { config }, "json-jms-sink": null, "xml-jms-sink": null };
    expect(levels({ connectors })["dbz-source"]).toMatchObject(NONE);
});

it("the level of another registry is not this stack's", () => {
    const registry = { url: "http://registry-a:8081" };
    expect(levels({ registry })["dbz-source"]).toEqual(OWN);
});

it("a sink for clients of javax.jms has none", () => {
    const connectors = { "json-jms-sink": { class: JAVAX_JMS_SINK_CLASS } };
    expect(levels({ connectors })["json-jms-sink"]).toBeUndefined();
});

it("a source that writes JSON has none", () => {
    const connectors = {
        "dbz-source": { format: "json" },
        "json-jms-sink": { format: "json" },
        "xml-jms-sink": { format: "json" },
    };
    expect(levels({ connectors })["dbz-source"]).toBeUndefined();
});
