export { type CaptureProblem, captureSettings, findCaptureProblems } from "../postgres/capturedTables";
export { haveSameSlot } from "../position/sourceClasses";
export { databaseUrl } from "../postgres/databaseUrl";
export { isPostgresSource, lsnText, postgresSource } from "../postgres/postgresSource";
export { BeforeSlotError, checkAgainstSlot } from "../postgres/checkAgainstSlot";
export { elementsOf, type ListElement, listElement, tableFilter } from "../postgres/tableFilter";
export { parseTableName, TABLE_NAME_RULE, type TableName } from "../postgres/tableName";
