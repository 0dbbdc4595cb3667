export { CapturedTables, type CapturedTableArgs, type CapturedTablesArgs } from "./capturedTables";
export { Connector, type ConnectorArgs, type ConnectorAuthArgs } from "./connector";
export { SlotCleanup, type SlotCleanupArgs } from "./slotCleanup";
export type {
    AnyConnector,
    AnySetting,
    BooleanSetting,
    ConnectorType,
    NumberSetting,
    OneOf,
    Recommended,
    Reference,
    TextSetting,
} from "./typed/settings";
export { TableSnapshots, type TableSnapshotArgs, type TableSnapshotsArgs } from "./tableSnapshots";
export { Subject, type SubjectArgs, type SubjectReferenceArgs, type SubjectSchemaArgs } from "./subject";
