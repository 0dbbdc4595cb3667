import { isObject } from "../isObject";

/** A test for a part of a JSON answer. */
export type Shape = (value: unknown) => boolean;

export const isText: Shape = (value) => typeof value === "string";
export const isListOf =
    (item: Shape): Shape =>
    (value) =>
        Array.isArray(value) && value.every(item);
export const isMapOf =
    (item: Shape): Shape =>
    (value) =>
        isObject(value) && Object.values(value).every(item);
export const has =
    (fields: Record<string, Shape>): Shape =>
    (value) =>
        isObject(value) && Object.entries(fields).every(([key, fits]) => fits(value[key]));
export const maybe =
    (fits: Shape): Shape =>
    (value) =>
        value === undefined || fits(value);
