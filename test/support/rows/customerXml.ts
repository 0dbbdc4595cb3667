import { SaxesParser } from "saxes";

/** A row as XML has it: text by column, `null` where the element is nil. */
export type XmlRow = Record<string, string | null>;

/** Reads `<root><column>text</column>...</root>`. Throws when the text is not well-formed XML or has another form. */
export function parseXmlRow(text: string, root: string): XmlRow {
    const row: XmlRow = {};
    const open: string[] = [];
    let content = "";
    let isNil = false;
    const parser = new SaxesParser({ xmlns: true });
    parser.on("error", (error) => {
        throw error;
    });
    parser.on("opentag", ({ local, attributes }) => {
        open.push(local);
        if (open[0] !== root || open.length > 2) throw new Error(`unexpected element ${open.join("/")} in ${text}`);

        content = "";
        isNil = Object.values(attributes).some(
            ({ local: name, uri, value }) =>
                name === "nil" && uri === "http://www.w3.org/2001/XMLSchema-instance" && value === "true",
        );
    });
    parser.on("text", (piece) => (content += piece));
    parser.on("closetag", ({ local }) => {
        if (open.length === 2) row[local] = isNil ? null : content;

        open.pop();
        content = "";
        isNil = false;
    });
    parser.write(text).close();
    return row;
}
