import { findProgram, runProcess } from "../processes";
import type { Missing } from "./missing";

/** Checks for Python with its module for virtual environments. Only the tests need it. */
export async function findMissingPython(): Promise<Missing | undefined> {
    const python = findProgram("python3");
    const check = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
    if (python !== undefined && (await runProcess(python, ["-c", check])).code === 0) return undefined;
    return {
        what: "Python 3.11 or newer with venv: the tests read topics with Confluent's client for Python.",
        debianPackages: ["python3-venv"],
        remedy: "Debian, Ubuntu: apt-get install python3-venv; other: https://www.python.org/downloads",
    };
}
