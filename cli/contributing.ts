import { roomsTable } from "../tools/checks/rooms";

/** CONTRIBUTING.md with its table of rooms as the linter enforces it. */
export function withRoomsTable(page: string): string {
    return page.replace(/^\| room .*\n(\|.*\n)+/m, () => `${roomsTable()}\n`);
}
