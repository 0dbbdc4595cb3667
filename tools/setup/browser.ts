import { findProgram } from "../processes";
import type { Missing } from "./missing";

/** Names of Chromium and Chrome on PATH: Debian's, Ubuntu's, Google's. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Path of the browser for the tests; undefined when none is installed. */
export function findBrowser(): string | undefined {
    return NAMES.map((name) => findProgram(name)).find((file) => file !== undefined);
}

/** Checks for a browser. Only the tests need it. */
export function findMissingBrowser(): Missing | undefined {
    if (findBrowser() !== undefined) return undefined;
    return {
        what: "Chromium: the tests open the status page in it.",
        debianPackages: ["chromium"],
        remedy: "Debian: apt-get install chromium; Ubuntu: snap install chromium; other: https://www.google.com/chrome",
    };
}
