"use strict";

// Loads the part of the page that changes, and changes only the differences in the document: scroll position, selection,
// focus and open details stay.

const intervalMs = 2000;
const limitMs = 15000;
let answeredAt = Date.now();
let lostSince;

async function poll() {
    if (!document.hidden) {
        try {
            const answer = await fetch("/fragment", { cache: "no-store", signal: AbortSignal.timeout(limitMs) });
            if (!answer.ok) throw new Error(`status ${answer.status}`);
            show(await answer.text());
        } catch {
            lostSince ??= new Date();
        }
        showWhetherLost();
    }
    setTimeout(poll, intervalMs);
}

function show(text) {
    const next = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    morph(document.getElementById("live"), next);
    document.title = next.dataset.title;
    answeredAt = Date.now();
    lostSince = undefined;
}

function showWhetherLost() {
    const note = document.getElementById("lost");
    const text = lostSince
        ? `No answer since ${lostSince.toLocaleTimeString("en-GB")}: npm run status -- --serve has ended. ` +
          "This page continues when it runs again."
        : "";
    if (note.textContent !== text) note.textContent = text;
    note.hidden = text === "";
    document.body.classList.toggle("lost", text !== "");
}

function showAge() {
    const age = document.getElementById("age");
    if (age === null) return;
    const seconds = Number(age.dataset.seconds) + Math.round((Date.now() - answeredAt) / 1000);
    age.textContent = seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
    age.classList.toggle("old", seconds > 15);
}

/** Makes an element equal to another of the same kind. */
function morph(from, to) {
    for (const { name } of [...from.attributes]) {
        if (!to.hasAttribute(name) && name !== "open") from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) {
        if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    const all = [...to.childNodes];
    for (const [i, wanted] of all.entries()) {
        const present = counterpart(from, wanted, i);
        if (present === undefined) {
            from.insertBefore(wanted, from.childNodes[i] ?? null);
            continue;
        }
        if (present !== from.childNodes[i]) from.insertBefore(present, from.childNodes[i] ?? null);
        if (wanted.nodeType === Node.ELEMENT_NODE) morph(present, wanted);
        else if (present.data !== wanted.data) present.data = wanted.data;
    }
    while (from.childNodes.length > all.length) from.lastChild.remove();
}

/** The child that shows the same thing: by its id, or by its position among children without an id. */
function counterpart(from, wanted, i) {
    if (wanted.id) return [...from.children].find(({ id }) => id === wanted.id);
    const present = from.childNodes[i];
    return present && !present.id && present.nodeName === wanted.nodeName ? present : undefined;
}

setTimeout(poll, intervalMs);
setInterval(showAge, 1000);
document.addEventListener("visibilitychange", showAge);
