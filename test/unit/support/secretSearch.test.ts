import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { SecretSearch } from "../../support/stack/secretSearch";

const secret = `P"a's$s\nwörd <%41> \\ €-end`;
const search = () => new SecretSearch({ planted: ` ${secret}\n` });

function formsIn(text: string): string[] {
    const found = search();
    found.check("a text", `control ${text}`, "control");
    return found.leaks;
}

describe("SecretSearch finds a secret", () => {
    it.each([
        ["as it is", secret],
        ["upper case", `No enum constant ${secret.toUpperCase()}`],
        ["lower case", secret.toLowerCase()],
        ["JSON", JSON.stringify({ a: `x${secret}y` })],
        ["JSON in JSON", JSON.stringify(JSON.stringify({ a: secret }))],
        ["JSON in ASCII", `"P\\"a's$s\\nw\\u00f6rd <%41> \\\\ \\u20ac-end"`],
        ["URL", `http://me:${encodeURIComponent(secret)}@host`],
        ["form", new URLSearchParams({ a: "b", password: secret }).toString()],
        ["HTML", "<p>P&quot;a&#39;s$s\nwörd &lt;%41&gt; \\ €-end</p>"],
        ["hexadecimal", Buffer.from(`x${secret}y`).toString("hex")],
        ["hexadecimal", Buffer.from(secret).toString("hex").toUpperCase()],
        ...["", "a", "ab", "abc", "user:"].flatMap((before): [string, string][] => [
            ["Base64", Buffer.from(`${before}${secret}z`).toString("base64")],
            ["Base64", Buffer.from(`${before}${secret}`).toString("base64url")],
        ]),
    ])("%s", (form, text) => {
        expect(formsIn(text)).toEqual([`planted (${form}) in a text`]);
    });

    it("of bytes", () => {
        const bytes = Buffer.from([0, 255, 128, 10, 13, 7, 200, 201, 202, 0, 1, 2]);
        const around = Buffer.concat([Buffer.from("control "), bytes, Buffer.from("y")]);
        for (const text of [around, around.toString("hex"), around.toString("base64")]) {
            const found = new SecretSearch({ store: bytes });
            found.check("a text", text, "");
            expect(found.leaks).toEqual(["store in a text"]);
        }
    });

    it("on the border of two pieces of a stream", async () => {
        const whole = Buffer.from(`control ${"x".repeat(200)}${secret}${"y".repeat(200)}`);
        for (let border = 1; border < whole.length; border++) {
            const found = search();
            const pieces = Readable.from([whole.subarray(0, border), whole.subarray(border)]);
            await found.lookAtStream("a stream", pieces, "control");
            expect(found.leaks).toEqual(["planted (as it is) in a stream"]);
        }
    });
});

describe("SecretSearch gives no false alarm", () => {
    it("over a text without the secret", () => {
        expect(formsIn(secret.slice(1))).toEqual([]);
        expect(formsIn(Buffer.from(secret.slice(1)).toString("base64"))).toEqual([]);
    });

    it("but reports a text that should contain the secret and does not", async () => {
        expect(() => search().check("a log", "", "connect")).toThrow('a log: "connect" is not there');
        const nothing = search().lookAtStream("a log", Readable.from([Buffer.from("x")]), "connect");
        await expect(nothing).rejects.toThrow('a log: "connect" is not there');
    });

    it("and does not search for texts that occur everywhere", () => {
        expect(() => new SecretSearch({ short: " password12\n" })).toThrow("secret short is too short");
    });
});
