import { runProvider } from "../protocol/provider";
import { flag, listOf, text } from "../protocol/schema";
import { connect } from "./connection";
import { container } from "./container/container";
import { network } from "./network";
import { remoteImage } from "./remoteImage";
import { volume } from "./volume";

void runProvider({
    version: "5.2.0",
    configuration: { host: text(), sshOpts: listOf(text()), disableDockerDaemonCheck: flag() },
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
