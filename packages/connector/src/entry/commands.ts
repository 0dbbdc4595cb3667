export { type AccessValues, inWordsOfOptions, namingOptions, readAccess } from "../commands/connectAccess";
export { connectTo, readUrls } from "../commands/connectTo";
export { classesInFile, definitionFromFile } from "../typed/definitions";
export { renderTypes, typeName } from "../typed/renderTypes";
