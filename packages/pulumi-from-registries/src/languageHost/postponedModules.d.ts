/**
 * Makes the modules that `@pulumi/pulumi` 3.245.0 loads at each start, but that few programs use, load at their first use.
 * Without them the SDK starts in a third of the processor time. Call this before the SDK's first import.
 *
 * @param programRequire `require` of the program, by which its SDK is found.
 */
export function postponeModules(programRequire: NodeJS.Require): void;
