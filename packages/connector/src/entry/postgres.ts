export { type CaptureProblem, captureSettings, findCaptureProblems } from "../postgres/capturedTables";
export { databaseUrl } from "../postgres/databaseUrl";
export { isPostgresSource, lsnText, postgresSource } from "../postgres/postgresSource";
export { BeforeSlotError, checkAgainstSlot } from "../postgres/checkAgainstSlot";
export { compiled, elementsOf, type ListElement } from "../postgres/tableFilter";
