// The little display of a virtual board. On hardware one looks at the box.
import { html, useEffect, useRef, useState } from "./html.js";
import { api } from "./api.js";

const FRESH_MS = 1000;
const GLOW = "#bfe9ff";

/** Whether this gateway has a display whose picture can be had. */
function present(plan) {
  if (!plan?.virtual) return false;
  const module = plan.slots.find((slot) => slot.slot === "oled")?.module;
  return plan.onboard.some((part) => part.name === "display") || (module && module.state !== "not driven");
}

function draw(canvas, picture) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, picture.width, picture.height);
  context.fillStyle = GLOW;
  picture.rows.forEach((row, y) => [...row].forEach((digit, at) => {
    const dots = parseInt(digit, 16);
    for (let n = 0; n < 4; n += 1) if (dots & (8 >> n)) context.fillRect(4 * at + n, y, 1, 1);
  }));
}

export function Display({ link }) {
  const canvas = useRef(null);
  const [picture, setPicture] = useState(null);
  const here = present(link.plan);
  useEffect(() => {
    if (!here) return undefined;
    const look = () => !document.hidden && api.display().then(setPicture).catch(() => setPicture(null));
    look();
    const ticking = setInterval(look, FRESH_MS);
    return () => clearInterval(ticking);
  }, [here]);
  useEffect(() => { if (canvas.current && picture) draw(canvas.current, picture); }, [picture]);
  if (!here || !picture) return null;
  const dark = picture.rows.every((row) => /^0*$/.test(row));
  return html`<figure class="panel display">
    <canvas ref=${canvas} width=${picture.width} height=${picture.height} role="img" aria-label=${dark ? "The display is dark" : "What the display shows"}></canvas>
    <figcaption>Display of the box</figcaption>
  </figure>`;
}
