export { jaasQuoted, javaProperties } from "../components/render/javaProperties";
