export { nameRefusal } from "../checks/connectorNames";
export { connectSettings } from "../checks/connectSettings";
export { eightAtATime, findWorker, type LiveWorker, validateLive } from "../checks/liveValidation";
export { isNear, suggest } from "../checks/nearest";
export { hasReference, holdsPassword, isInTheClear, isPasswordKey } from "../checks/passwordKeys";
export { remedyOf, strangers, type UnknownKey, unknownKeys } from "../checks/unknownKeys";
export { type Finding, findingsOf, typesOf } from "../checks/validationProblems";
export { abilitiesOf } from "../client/version";
export { isObject } from "../isObject";
