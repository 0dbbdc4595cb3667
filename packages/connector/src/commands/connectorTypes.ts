#!/usr/bin/env node
import { parseArgs } from "node:util";
import { type ClassDefinition, definitionFromFile, definitionFromWorker } from "../typed/definitions";
import { renderTypes } from "../typed/renderTypes";
import { ACCESS_OPTIONS, ACCESS_USAGE, namingOptions, readAccess } from "./connectAccess";
import { connectTo, readUrls } from "./connectTo";

const USAGE = `usage:
  connector-types --url <URL>[,<URL>...] <connector class> [--name <type>] > <file>.ts
  connector-types --definitions <file> <connector class> [--name <type>] > <file>.ts
Writes TypeScript types of the settings of a connector class, from a worker or from a definitions file.
  --url <URL>,...          URLs of the workers
  --definitions <file>     definitions file, instead of a worker
  --name <type>            name of the type; default: from the class
  --help                   shows this text
${ACCESS_USAGE}`;
/** Limit of the requests, s. */
const LIMIT_SECONDS = 60;

async function main(args: string[]): Promise<string> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: {
            url: { type: "string" },
            definitions: { type: "string" },
            name: { type: "string" },
            help: { type: "boolean" },
            ...ACCESS_OPTIONS,
        },
    });
    if (values.help) return `${USAGE}\n`;

    const [connectorClass, ...more] = positionals;
    const { url, definitions, name } = values;
    if (connectorClass === undefined || more.length > 0 || (url === undefined) === (definitions === undefined)) {
        throw new Error(USAGE);
    }

    if (name !== undefined && !/^[A-Za-z_$][\w$]*$/.test(name)) {
        throw new Error(`--name is "${name}"; it must be the name of a TypeScript type, such as MySource`);
    }

    const fromWorker = async (urls: string): Promise<ClassDefinition> => {
        const connect = connectTo(readUrls(urls), await readAccess(values));
        return namingOptions(() => definitionFromWorker(connect(LIMIT_SECONDS), connectorClass));
    };
    const definition =
        definitions === undefined ? await fromWorker(url!) : definitionFromFile(definitions, connectorClass);
    return renderTypes(definition, name);
}

main(process.argv.slice(2)).then(
    (text) => process.stdout.write(text),
    (error: Error) => {
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 1;
    },
);
