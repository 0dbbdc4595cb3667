export { Connector, type ConnectorArgs, type ConnectorAuthArgs } from "./connector";
export { SlotCleanup, type SlotCleanupArgs } from "./slotCleanup";
