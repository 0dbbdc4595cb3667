import { showVitest } from "../../tools/checks/showVitest";

/** `npm run test:unit`: the fast tests, without servers; further arguments go to Vitest (`-- config`). */
export default function testUnit(args: string[]): Promise<number> {
    return showVitest(["--project=unit", ...args]);
}
