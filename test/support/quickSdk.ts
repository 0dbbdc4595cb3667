import { createRequire } from "node:module";
import { postponeModules } from "@connect-cdc/pulumi-from-registries/postponed-modules";

// Vitest loads the SDK anew for each test file
postponeModules(createRequire(__filename));
