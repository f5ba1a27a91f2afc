// One point over time: chart, figures and where it comes from.
import { html, useEffect, useRef, useState } from "./html.js";
import { age, number, scaleFor, shown, title } from "./format.js";
import { api } from "./api.js";
import { Chart } from "./chart.js";
import { StatusWord } from "./cards.js";
import { Dialog } from "./dialogs.js";
import { Output } from "./output.js";
import { series } from "./trails.js";

const RANGES = [["15 min", 900], ["1 h", 3600], ["24 h", 86400], ["7 d", 604800]];
const BUCKETS = 360;

function Ranges({ seconds, choose }) {
  return html`<div class="ranges" role="radiogroup" aria-label="Span of time">
    ${RANGES.map(([label, value]) => html`<button type="button" role="radio" aria-checked=${String(value === seconds)} onClick=${() => choose(value)}>${label}</button>`)}
  </div>`;
}

/** Rows of the chosen span; afterwards what is live is appended. */
function useRows(link, point, seconds) {
  const [rows, setRows] = useState({ name: null, seconds: 0, list: [], error: "", loading: true });
  const live = link.state === "live";
  useEffect(() => {
    let current = true;
    const end = point.time === null ? Date.now() : Date.parse(point.time) + 1;
    setRows((old) => ({ ...old, loading: true }));
    api.history(point.name, end - seconds * 1000, end, BUCKETS).then(
      (history) => current && setRows({ list: series(history, point, (seconds * 1000) / BUCKETS), error: "", loading: false }),
      (refusal) => current && setRows((old) => ({ ...old, error: refusal.message, loading: false })),
    );
    return () => { current = false; };
  }, [point.name, seconds, live]);
  const seen = useRef(null);
  useEffect(() => {
    if (rows.loading || point.time === null || seen.current === point.time) return;
    seen.current = point.time;
    const at = Date.parse(point.time);
    const value = typeof point.value === "boolean" ? Number(point.value) : point.value;
    setRows((old) => {
      const list = old.list.filter(([t]) => t > at - seconds * 1000);
      return { ...old, list: (list.at(-1)?.[0] ?? 0) < at ? [...list, [at, value, value, value]] : list };
    });
  });
  return rows;
}

function Figures({ point, rows }) {
  const known = rows.filter(([, value]) => value !== null);
  if (!known.length || point.kind === "bool") return null;
  const low = Math.min(...known.map((row) => row[2] ?? row[1]));
  const high = Math.max(...known.map((row) => row[3] ?? row[1]));
  const { factor, unit, decimals } = scaleFor(point, Math.max(Math.abs(low), Math.abs(high)));
  const text = (value) => `${number(value * factor, decimals)}\u202f${unit}`;
  return html`<dl class="figures"><div><dt>Lowest</dt><dd>${text(low)}</dd></div><div><dt>Highest</dt><dd>${text(high)}</dd></div></dl>`;
}

export function History({ link, point, close, ask }) {
  const [seconds, setSeconds] = useState(900);
  const rows = useRows(link, point, seconds);
  const { text, unit } = shown(point);
  const old = link.ageOf(point);
  return html`<${Dialog} label=${title(point.name)} close=${close} wide=${true}>
    <div class="history ${point.status}" data-history=${point.name}>
      <div class="now">
        <p class="value"><b>${text}</b>${unit && html`<span class="unit">${unit}</span>`}</p>
        ${point.writable && html`<${Output} link=${link} point=${point} ask=${ask} />`}
        <p class="foot"><${StatusWord} link=${link} point=${point} /><span class="age">${old === null ? "no reading yet" : age(old)}</span></p>
        <${Figures} point=${point} rows=${rows.list} />
      </div>
      <${Ranges} seconds=${seconds} choose=${setSeconds} />
      ${point.kind === "text" ? html`<p class="muted">A text has no chart.</p>` : html`<${Chart} point=${point} rows=${rows.list} seconds=${seconds} />`}
      <p class="muted note" role="status">${rows.error || (rows.loading ? "Loading …" : rows.list.length ? "" : "Nothing was recorded in this span.")}</p>
      <p class="muted note facts"><code>${point.name}</code> · ${point.source}${point.interval ? ` · every ${point.interval} s` : ""}${point.unit ? ` · unit ${point.unit}` : ""}${point.cause ? ` · last set by ${point.cause}` : ""}</p>
    </div>
  <//>`;
}

