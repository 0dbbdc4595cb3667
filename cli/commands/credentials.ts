import { join, resolve } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { CHECKOUT } from "../../tools/project";
import { clientFiles, PURPOSES } from "../credentials/clientFiles";
import { writePrivateFiles } from "../credentials/privateFolder";
import { examples, stackOption } from "../options";
import { readStackOutputs } from "../stack/stackOutputs";

/** Secrets go into files only: a terminal keeps what it shows. */
export const command = new Command()
    .addOption(stackOption())
    .addOption(new Option("--for <client>", "what the client is for").choices(PURPOSES).makeOptionMandatory())
    .option(
        "--user <name>",
        "name of connect-cdc:kafka.users, connect.users, security.clients (registry) or jmsBroker.users",
    )
    .option("--folder <folder>", "where the files are written (default: credentials/<stack>/<client>)")
    .addHelpText("after", "\nThe files are for this user only. A second call replaces them.")
    .addHelpText(
        "after",
        examples("npm run credentials -- --for kafka-client --user shop", "npm run credentials -- --for rest"),
    )
    .action(async ({ stack, for: purpose, user, folder: given }) => {
        const name = user === undefined ? purpose : `${purpose}-${encodeURIComponent(user)}`;
        const folder = given === undefined ? join(CHECKOUT, "credentials", stack, name) : resolve(given);
        const { files, usage } = clientFiles(purpose, {
            stack,
            outputs: await readStackOutputs({ stack }),
            user,
            folder,
        });
        writePrivateFiles(folder, files);
        process.stdout.write([`Written into ${folder}: ${Object.keys(files).join(", ")}`, ...usage, ""].join("\n"));
    });
