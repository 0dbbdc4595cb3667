import { existsSync } from "node:fs";
import { findProgram } from "../processes";
import type { Missing } from "./missing";

/**
 * Checks for an SSH server for the tests on several Docker hosts, which need root. Not under systemd: there the package would
 * start a server for logins, so these tests are skipped instead.
 */
export function findMissingSshServer(): Missing | undefined {
    const serves = findProgram("sshd", ["/usr/sbin"]) !== undefined;
    if (serves || process.getuid?.() !== 0 || existsSync("/run/systemd/system")) return undefined;
    return {
        what: "An SSH server: the tests on several Docker hosts start one for each.",
        debianPackages: ["openssh-server", "iproute2", "openssl"],
        remedy: "Debian, Ubuntu: apt-get install openssh-server iproute2 openssl",
    };
}
