export { installPlugins, installPulumiFromRegistries, type PulumiInstallation } from "./install";
export type { InstallOptions, MissingProgram } from "./installOptions";
