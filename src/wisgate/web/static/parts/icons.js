// Icons, 16 x 16, drawn with one stroke. They never stand alone: a word or a label goes with each.
import { html } from "./html.js";

const PATHS = {
  check: "M3.5 8.5l3 3 6-7",
  tilde: "M2.5 9.5c1.5-4 4-4 5.5-1.5s4 2.5 5.5-1.5",
  unplugged: "M3 3l10 10M6 2.5v2.5M10 2.5v4M4 6.5h3M9.5 6.5h2.5c0 1.4-.3 2.4-.9 3.2M9 10.4a4 4 0 0 1-5-3.9M8 10.6v3",
  alert: "M8 2.5l6 11h-12zM8 7v3M8 11.8v.2",
  ceiling: "M3 3h10M8 13.5v-7M5 9l3-3 3 3",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.5",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.8a5.5 5.5 0 1 1-6.8-6.8a4.5 4.5 0 0 0 6.8 6.8z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 2.5v11M8 6h4.8M8 9h5.3M8 12h3",
  lock: "M4 7.5h8v6h-8zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  user: "M8 2.8a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2M3 13.5c.4-2.6 2.3-4 5-4s4.6 1.4 5 4",
  close: "M4 4l8 8M12 4l-8 8",
  out: "M9.5 3h3.5v10h-3.5M2.5 8h7M6.5 5l3 3-3 3",
  cloud: "M4.8 12.5a2.8 2.8 0 0 1-.3-5.6a3.7 3.7 0 0 1 7.2-.4a3 3 0 0 1-.2 6z",
  disk: "M3 4.5c0-2.5 10-2.5 10 0v7c0 2.5-10 2.5-10 0zM3 4.5c0 2.5 10 2.5 10 0M3 8c0 2.5 10 2.5 10 0",
  antenna: "M8 8.5v5M5.6 13.5h4.8M5.7 9.3a3.2 3.2 0 1 1 4.6 0M3.6 11a6 6 0 1 1 8.8 0",
  up: "M8 13v-10M4.5 6.5l3.5-3.5l3.5 3.5",
  down: "M8 3v10M4.5 9.5l3.5 3.5l3.5-3.5",
  card: "M3 2.5h10v8h-10zM4.5 10.5v3M7 10.5v3M9 10.5v3M11.5 10.5v3",
  rule: "M2.5 4h4M2.5 12h4M6.5 4c3 0 1.5 8 4.5 8h2.5M6.5 12c1.5 0 1.9-2 2.2-4M11.5 10l2 2-2 2",
};

export function icon(name, extra = "") {
  return html`<svg class="icon ${extra}" viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
