import type { TlsMode } from "../components/render/tls";
import type { PlatformConfig } from "./schema";

export { OPERATOR, TLS_MODES, type TlsMode, usesTls } from "../components/render/tls";

/** `security.tls`, or its default: `require` as soon as a host binds outside of its own loopback. */
export function tlsModeOf({ hosts, security }: Partial<PlatformConfig>): TlsMode {
    if (security?.tls !== undefined) return security.tls;
    const isOpen = Object.values(hosts ?? {}).some(({ bindAddress }) => !bindAddress.startsWith("127."));
    return isOpen ? "require" : "off";
}
