export { type ConnectorConfigs, readConnectorConfigs } from "../client/readConnectorConfigs";
export { checkAuth } from "../inputs/checkAuth";
export { authOf, type ConnectAuth, type Credentials, secretsOfAuth } from "../client/auth";
export { ConnectClient } from "../client/client";
export { connectClient, type ConnectClientOptions } from "../client/connectClient";
export { Deadline, systemClock } from "../client/clock";
export { Connectors } from "../client/connectors";
export type { Failure, Outcome, Request } from "../client/sendRequest";
export { ExactNumber, parseExact, stringifyExact } from "../client/exactJson";
export { ConnectError } from "../client/errors";
export { messageOf } from "../client/messageOf";
export { openConnectors } from "../inputs/openConnectors";
export { Progress } from "../client/progress";
export { Redactor, withoutUserInfo } from "../client/redact";
export { shorten } from "../client/shorten";
export { adviceOnFailure } from "../client/advice";
export { causeOf } from "../client/trace";
export type {
    ConnectorInfo,
    ConnectorOffset,
    ConnectorPlugin,
    ConnectorStatus,
    MemberStatus,
    Validation,
    WorkerInfo,
} from "../client/types";
export { type Attempt, done, pending, waitFor, type WaitLimit, type WaitOptions } from "../client/waitFor";
export { differingKeys, isMasked } from "../lifecycle/compare";
export { fullConfig } from "../lifecycle/fullConfig";
export type { Connect } from "../lifecycle/whileStopped";
export { offsetsAfter, offsetSteps } from "../position/offsetList";
export { changeOffsets, type OffsetsChange, readOffsets } from "../position/offsets";
export {
    offsetsFolder,
    readOffsetsFile,
    readOffsetsOf,
    renderOffsets,
    type SavedOffsets,
    saveOffsets,
} from "../position/offsetsFile";
