export { nameRefusal } from "../checks/connectorNames";
export { connectSettings } from "../checks/connectSettings";
export { eightAtATime, findWorker, type LiveWorker, validateLive } from "../checks/liveValidation";
export { isNear, suggest } from "../checks/nearest";
export { hasReference, holdsPassword, isPlainText, isPasswordKey } from "../checks/passwordKeys";
export { remedyOf, unknownComponentKeys, type UnknownKey, unknownKeys } from "../checks/unknownKeys";
export { type ConfigProblem, configProblems, typesOf } from "../checks/validationProblems";
export { abilitiesOf } from "../client/version";
export { isObject } from "../isObject";
