import { existsSync } from "node:fs";
import { findProgram } from "../processes";
import type { Missing } from "./missing";

/**
 * An SSH server for the tests on several Docker hosts, which need root. Not where systemd runs: there the package would
 * open the machine for logins, and those tests are left out instead.
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
