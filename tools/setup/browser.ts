import { findProgram } from "../processes";
import type { Missing } from "./missing";

/** Names of Chromium and its kin on PATH: Debian's, Ubuntu's, Google's. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The browser in which tests open pages; undefined when there is none. */
export function findBrowser(): string | undefined {
    return NAMES.map((name) => findProgram(name)).find((file) => file !== undefined);
}

/** Only the tests need it: `npm start` does not ask for it. */
export function findMissingBrowser(): Missing | undefined {
    if (findBrowser() !== undefined) return undefined;
    return {
        what: "Chromium: the tests open the status page in it.",
        debianPackages: ["chromium"],
        remedy: "Debian: apt-get install chromium; Ubuntu: snap install chromium; else https://www.google.com/chrome",
    };
}
