import { SaxesParser } from "saxes";

/** An element: its text, `null` where it is nil, or its child elements by name; several of one name are a list. */
export type XmlTree = string | null | { [name: string]: XmlTree } | XmlTree[];

interface Open {
    name: string;
    isNil: boolean;
    text: string;
    children: [string, XmlTree][];
}

/** Reads any element with all in it. Throws when the text is not well-formed XML or its root has another name. */
export function parseXmlTree(text: string, root: string): XmlTree {
    const open: Open[] = [{ name: "", isNil: false, text: "", children: [] }];
    const parser = new SaxesParser({ xmlns: true });
    parser.on("error", (error) => {
        throw error;
    });
    parser.on("opentag", ({ name, attributes }) => {
        const isNil = Object.values(attributes).some(({ name, value }) => name === "xsi:nil" && value === "true");
        open.push({ name, isNil, text: "", children: [] });
    });
    parser.on("text", (piece) => (open.at(-1)!.text += piece));
    parser.on("closetag", () => {
        const element = open.pop()!;
        open.at(-1)!.children.push([element.name, treeOf(element)]);
    });
    parser.write(text).close();
    const [[name, tree] = ["", null]] = open[0]!.children;
    if (name !== root) throw new Error(`the root is ${name} and not ${root}: ${text}`);

    return tree;
}

function treeOf({ isNil, text, children }: Open): XmlTree {
    if (isNil) return null;
    if (children.length === 0) return text;
    if (children.every(([name]) => name === "item")) return children.map(([, tree]) => tree);
    return Object.fromEntries(children.map(([name, tree]) => [columnName(name), tree]));
}

/** The name that SQL/XML's escapes stand for. */
function columnName(name: string): string {
    return name.replace(/_x([0-9A-F]{4,6})_/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}
