import { javaPattern } from "@connect-cdc/connector/checks";
import { describe, expect, it } from "vitest";

describe("javaPattern", () => {
    // Each checked with java.util.regex.Pattern, Java 17: matches, does not match
    it.each<[string, string, string]>([
        ["cdc\\.(orders|items)", "cdc.items", "cdc.items2"],
        ["\\Qcdc.a+b\\E.*", "cdc.a+b_2", "cdcxa+b"],
        ["\\Qcdc.orders", "cdc.orders", "cdcxorders"],
        ["(?i)CDC\\.orders", "cdc.Orders", "cdc.order"],
        ["cdc\\.Orders", "cdc.Orders", "cdc.orders"],
        ["cdc\\.my\\_table\\-\\ 1", "cdc.my_table- 1", "cdc.my_table-1"],
        ["cdc\\.[a-z\\-]+", "cdc.a-b", "cdc.a_b"],
        ["a|b", "b", "ab"],
        ["gr\\u00f6\\p{L}e", "größe", "grö1e"],
    ])("%s matches %s, not %s", (java, yes, no) => {
        expect(javaPattern(java)!.test(yes)).toBe(true);
        expect(javaPattern(java)!.test(no)).toBe(false);
    });

    it("matches as Debezium does: without regard to case, and a schema with all its tables", () => {
        expect(javaPattern("CDC|Sales", { ignoreCase: true, suffix: "\\..+" })!.test("sales.orders")).toBe(true);
    });

    it.each([
        "cdc\\.orders++",
        "cdc\\.(?>a|b)",
        "cdc\\.[a-z&&[^b]]+",
        "cdc\\.[a[b]]",
        "\\Acdc\\.orders\\z",
        "cdc\\.\\h+",
        "a(?i)b",
        "(",
    ])("has no JavaScript for %s", (java) => {
        expect(javaPattern(java)).toBeUndefined();
    });
});
