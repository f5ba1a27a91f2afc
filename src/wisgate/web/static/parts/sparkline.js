// A point's last quarter of an hour at most, in 100 x 32 units. Decoration: the card's button tells
// the rest.
import { html } from "./html.js";
import { TRAIL_MS } from "./trails.js";

const WIDTH = 100;
const HEIGHT = 32;
const INSET = 3;
const END = 3; // room for the tip
const SHORTEST_MS = 60 * 1000; // a young trail is drawn larger

/** Runs of known values as [x, y] points. */
function runs(trail, stepped) {
  const known = trail.filter(([, value]) => typeof value === "number");
  if (known.length === 0) return [];
  const end = trail.at(-1)[0];
  const values = known.map(([, value]) => value);
  let low = Math.min(...values, stepped ? 0 : Infinity);
  let high = Math.max(...values, stepped ? 1 : -Infinity);
  const least = Math.max(Math.abs(high) * 0.004, 1e-9);
  if (high - low < least) [low, high] = [low - least, high + least];
  const length = Math.min(TRAIL_MS, Math.max(SHORTEST_MS, end - trail[0][0]));
  const x = (t) => (WIDTH - END) * (1 - (end - t) / length);
  const y = (v) => HEIGHT - INSET - ((v - low) / (high - low)) * (HEIGHT - 2 * INSET);
  const made = [[]];
  for (const [t, value] of trail) {
    const run = made.at(-1);
    if (typeof value !== "number") made.push([]);
    else {
      if (stepped && run.length) run.push([x(t), run.at(-1)[1]]);
      run.push([Math.max(0, x(t)), y(value)]);
    }
  }
  return made.filter((run) => run.length);
}

const path = (run) => "M" + run.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L");

export function Sparkline({ trail, stepped }) {
  const parts = runs(trail, stepped);
  const last = parts.at(-1)?.at(-1);
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    ${parts.map((run) => html`<path class="area" d="${path(run)}L${run.at(-1)[0].toFixed(2)} ${HEIGHT}L${run[0][0].toFixed(2)} ${HEIGHT}Z" />`)}
    ${parts.map((run) => html`<path class="line" d=${path(run)} />`)}
    ${last && html`<path class="tip" d="M${last[0]} ${last[1]}h.01" />`}
  </svg>`;
}
