export { connectEngine, type EngineAddress } from "./engineClient";
export { SshAgent, sshDestination, type SshOptions } from "./sshAgent";
