import { join, resolve } from "node:path";

/** The project's name: in Pulumi.yaml, in names and labels of Docker objects, and in the folders outside the checkout. */
export const PROJECT = "connect-cdc";

/** The folder of this checkout, which holds Pulumi.yaml. */
export const CHECKOUT = resolve(__dirname, "..");

/** The stack that `npm start` runs. */
export const DEV_STACK = "dev";

/** The passphrase of the dev stack. It is public, because the committed config of that stack holds no secret. */
export const DEV_PASSPHRASE_FILE = join(CHECKOUT, "Pulumi.dev.passphrase");
