import { runProvider } from "../protocol/provider";
import { any, text } from "../protocol/schema";
import { connect } from "./connection";
import { container } from "./container/container";
import { network } from "./network";
import { remoteImage } from "./remoteImage";
import { volume } from "./volume";

void runProvider({
    version: "5.2.0",
    // The SDK sends values that are not strings as JSON
    configuration: { host: text(), certPath: text(), sshOpts: any(), disableDockerDaemonCheck: any() },
    connect,
    resources: {
        "docker:index/container:Container": container,
        "docker:index/network:Network": network,
        "docker:index/remoteImage:RemoteImage": remoteImage,
        "docker:index/volume:Volume": volume,
    },
    functions: {},
    tainted: [],
});
