import { type Flow, type FlowEdge, type FlowNode, flowOf, type Stage, type TrackedStatus } from "../flow";
import { html, type Html } from "./html";
import { pill, section, sparkline } from "./pageParts";

/** Height of a node and gap between two nodes, px. The style sheet has the same values. */
const NODE_HEIGHT = 112;
const NODE_GAP = 12;
const WAY_WIDTH = 48;

/** The pipeline as a picture, from the database to the queues. */
export function flowSection(status: TrackedStatus): Html {
    const flow = flowOf(status);
    return section(
        "flow",
        "Pipeline",
        "rates of the last 10 s; curves show the last minute",
        html`<div class="flow">${flow.stages.map((stage, i) => [stageColumn(stage), waysAfter(flow, i)])}</div>`,
    );
}

function stageColumn({ title, note, nodes }: Stage): Html {
    return html`<div class="stage">
        <h3>${title} <small>${note}</small></h3>
        <ul>
            ${nodes.map(nodeCard)}
        </ul>
    </div>`;
}

function nodeCard({ name, level, state, figure, note, rates }: FlowNode): Html {
    return html`<li class="node ${level}">
        <div class="name"><b title="${name}">${name}</b>${pill(level, state)}</div>
        ${
            figure &&
            html`<div class="figure">
                <b>${figure.value}</b> <span>${figure.unit}</span>
                ${rates && sparkline(rates)}
            </div>`
        }
        <div class="note" title="${note}">${note}</div>
    </li>`;
}

/** Lines from the nodes of one stage to those of the next; undefined after the last. Decoration: the names have the same information. */
function waysAfter({ stages, edges }: Flow, i: number): Html | undefined {
    const [left, right, ways] = [stages[i], stages[i + 1], edges[i]];
    if (left === undefined || right === undefined || ways === undefined) return undefined;

    const rows = Math.max(...stages.map(({ nodes }) => nodes.length));
    const height = rows * (NODE_HEIGHT + NODE_GAP) - NODE_GAP;
    const isFlowing = ways.some((way) => way.isFlowing);
    return html`<svg
        class="ways ${isFlowing && "flowing"}"
        width="${WAY_WIDTH}"
        height="${height}"
        viewBox="0 0 ${WAY_WIDTH} ${height}"
        aria-hidden="true"
    >
        ${ways.map((way) => wayLine(way, middle(way.from, left, rows), middle(way.to, right, rows)))}
    </svg>`;
}

/** Stages are centred vertically. */
function middle(place: number, { nodes }: Stage, rows: number): number {
    return ((rows - nodes.length) / 2 + place) * (NODE_HEIGHT + NODE_GAP) + NODE_HEIGHT / 2;
}

function wayLine({ isFlowing }: FlowEdge, from: number, to: number): Html {
    const half = WAY_WIDTH / 2;
    return html`<path
            class="way ${isFlowing && "flowing"}"
            d="M0,${from} C${half},${from} ${half},${to} ${WAY_WIDTH - 7},${to}"
        />
        <path
            class="tip ${isFlowing && "flowing"}"
            d="M${WAY_WIDTH - 8},${to - 4} L${WAY_WIDTH},${to} L${WAY_WIDTH - 8},${to + 4} Z"
        />`;
}
