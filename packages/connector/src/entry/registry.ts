export { type ConnectAuth, secretsOfAuth } from "../client/auth";
export { type Difference, differences } from "../registry/differences";
export { explainIncompatibility, findIncompatibility, plainReason } from "../registry/incompatibility";
export { type CompatibilityAnswer, openRegistry, Registry, type RegistryOptions } from "../registry/registry";
export { RegistryError } from "../registry/registryService";
export {
    COMPATIBILITIES,
    type Compatibility,
    type Schema,
    SCHEMA_TYPES,
    type SchemaReference,
    type SchemaType,
    type SchemaVersion,
} from "../registry/schema";
