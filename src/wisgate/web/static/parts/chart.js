// uPlot in our colours: a line, a band from lowest to highest, gaps where nothing is known.
import { html, useEffect, useRef } from "./html.js";
import uPlot from "../vendor/uPlot.mjs";
import { number, scaleFor } from "./format.js";

const HEIGHT = 280;
const SHORTEST_SPAN_S = 900; // of this one a young gateway fills only a corner: show the part that is there

/** A design token as a colour that a canvas takes. */
function colour(element, name) {
  element.style.color = `var(${name})`;
  const made = getComputedStyle(element).color;
  element.style.color = "";
  return made;
}

function columns(rows, factor) {
  const column = (index) => rows.map((row) => (row[index] === null ? null : row[index] * factor));
  return [rows.map(([at]) => at / 1000), column(1), column(2), column(3)];
}

function scaleOf(point, rows) {
  const size = Math.max(0, ...rows.map((row) => Math.max(Math.abs(row[3] ?? row[1] ?? 0), Math.abs(row[2] ?? 0))));
  return scaleFor(point, size);
}

function options(element, point, scale, span) {
  const [line, band, grid, ink] = ["--accent", "--accent-soft", "--line", "--muted"].map((name) => colour(element, name));
  const stepped = point.kind === "bool" || point.kind === "int" || point.interval === null;
  const paths = stepped ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
  const bool = point.kind === "bool";
  const words = (value) => (value === null ? "–" : bool ? (value >= 0.5 ? "on" : "off") : `${number(value, scale.decimals)} ${scale.unit}`);
  const hours = (_, splits, __, ___, step) => splits.map((at) => moment(at, step));
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 4 }, font: "12px system-ui, sans-serif" };
  const edge = { show: true, stroke: "transparent", width: 0, points: { show: false }, paths };
  return {
    width: element.clientWidth, height: HEIGHT, legend: { live: true },
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => span() },
      y: { range: bool ? () => [-0.1, 1.1] : (_, low, high) => room(low, high) },
    },
    axes: [{ ...axis, space: 70, values: hours }, { ...axis, size: 62, ...(bool ? { splits: () => [0, 1] } : {}), values: (_, splits) => splits.map((v) => (bool ? (v ? "on" : "off") : tick(v, splits))) }],
    series: [
      { value: (_, at) => (at === null ? "–" : new Date(at * 1000).toLocaleString()) },
      { label: bool ? "state" : "value", stroke: line, width: 2, paths, points: { show: false }, fill: bool ? band : undefined, value: (_, v) => words(v) },
      { ...edge, label: "lowest", value: (_, v) => words(v) },
      { ...edge, label: "highest", value: (_, v) => words(v) },
    ],
    bands: bool ? [] : [{ series: [3, 2], fill: band }],
  };
}

/** In the reader's own way, as fine as the steps of the axis. */
function moment(at, step) {
  const time = new Date(at * 1000);
  if (step >= 86400) return time.toLocaleDateString([], { day: "numeric", month: "short" });
  const clock = { hour: "2-digit", minute: "2-digit", ...(step < 60 ? { second: "2-digit" } : {}) };
  const midnight = time.getHours() + time.getMinutes() === 0 && step >= 3600;
  return midnight ? time.toLocaleDateString([], { day: "numeric", month: "short" }) : time.toLocaleTimeString([], clock);
}

function room(low, high) {
  if (low === null) return [0, 1];
  const margin = Math.max((high - low) * 0.08, Math.abs(high) * 0.002, 1e-6);
  return [low - margin, high + margin];
}

function tick(value, splits) {
  const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
  return number(value, Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))));
}

export function Chart({ point, rows, seconds }) {
  const element = useRef(null);
  const made = useRef(null);
  const latest = useRef([]);
  latest.current = rows;
  const scale = scaleOf(point, rows);
  const span = () => {
    const end = (latest.current.at(-1)?.[0] ?? Date.now()) / 1000;
    const begin = (latest.current[0]?.[0] ?? 0) / 1000;
    return [seconds === SHORTEST_SPAN_S ? Math.min(end - 60, Math.max(end - seconds, begin)) : end - seconds, end];
  };
  useEffect(() => {
    const box = element.current;
    const build = () => {
      made.current?.destroy();
      made.current = new uPlot(options(box, point, scale, span), columns(latest.current, scale.factor), box);
    };
    build();
    const sizes = new ResizeObserver(() => made.current?.setSize({ width: box.clientWidth, height: HEIGHT }));
    sizes.observe(box);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", build);
    addEventListener("themechange", build);
    return () => {
      sizes.disconnect();
      dark.removeEventListener("change", build);
      removeEventListener("themechange", build);
      made.current.destroy();
      made.current = null;
    };
  }, [point.name, seconds, scale.unit]);
  useEffect(() => made.current?.setData(columns(rows, scale.factor)), [rows, scale.unit]);
  return html`<div class="chart" ref=${element} role="img" aria-label="Chart of the chosen span"></div>`;
}
