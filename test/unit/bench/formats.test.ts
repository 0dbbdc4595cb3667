import { expect, it } from "vitest";
import { renderFigure } from "../../../bench/figure";
import { formatFigures } from "../../../bench/formats";

it("the figures of formats are those of the median round, against JSON", () => {
    const figures = formatFigures({
        json: {
            bytes: [300, 300, 300],
            source: [8000, 10_000, 9000],
            sink: [5000, 5000, 5000],
            sourceCpu: [0.2],
            cpu: [0.4, 0.5, 0.6],
        },
        json_schemas: { bytes: [2000], source: [4000], sink: [3000], sourceCpu: [0.2], cpu: [1] },
        avro: { bytes: [150], source: [12_000], sink: [6000], sourceCpu: [0.2], cpu: [0.25] },
        protobuf: { bytes: [180], source: [9000], sink: [6000], sourceCpu: [0.2], cpu: [0.3] },
    });
    expect(figures.map((figure) => renderFigure(figure).split("\n")[0])).toEqual([
        "avro, bytes of a row in the topic, against JSON with schemas: 0.07 (aim: 0.40 or less)",
        "protobuf, bytes of a row in the topic, against JSON with schemas: 0.09 (aim: 0.40 or less)",
        "avro, time of a row in the source, against JSON: 0.75 (aim: 0.91 or less)",
        "protobuf, time of a row in the source, against JSON: 1.00 (aim: 0.91 or less)",
        "avro, CPU of a row from the database to the queue, against JSON: 0.50 (aim: 1.00 or less)",
        "protobuf, CPU of a row from the database to the queue, against JSON: 0.60 (aim: 1.00 or less)",
    ]);
    expect(figures[0]!.details).toBe("json 300 300 300, json_schemas 2000, avro 150, protobuf 180 bytes");
});
