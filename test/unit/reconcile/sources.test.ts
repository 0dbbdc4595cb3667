import { expect, it } from "vitest";
import { fieldName } from "../../../reconcile/sources";

it.each([
    [undefined, "größe 1", "größe 1"],
    ["avro", "größe 1", "gr__e_1"],
    ["avro", "1st é🙂", "_1st____"],
    ["avro_unicode", "a_b ß", "a_u005fb_u0020_u00df"],
])("with field.name.adjustment.mode %s the field of %s is %s", (mode, column, field) => {
    expect(fieldName(column, mode)).toBe(field);
});
