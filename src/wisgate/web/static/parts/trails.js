// The last minutes of every point, for sparklines: [ms, value] pairs; null is a gap.
import { api } from "./api.js";

export const TRAIL_MS = 15 * 60 * 1000;
const BUCKETS = 120;
const AT_ONCE = 3;
export const SILENCE_MS = 630 * 1000; // even a constant value is stored every 600 s

/** Rows of the history as [ms, value, min, max], with a null row wherever nothing is known. */
export function series(history, point, bucketMs) {
  const rows = [];
  const begin = Date.parse(history.from);
  if (history.before && carries(history.before)) rows.push(...drawn(begin, history.before));
  const longest = Math.max(SILENCE_MS, 3 * bucketMs, (point.interval ?? 0) * 3000);
  for (const entry of history.rows) {
    const at = Date.parse(entry.time);
    const last = rows.at(-1);
    if (last && point.interval !== null && at - last[0] > longest) rows.push([last[0] + 1, null, null, null]);
    rows.push(...drawn(at, entry));
  }
  return rows;
}

const carries = (entry) => entry.status === "good" || entry.status === "uncertain";

/** A stretch that ends without a value shows what it had, then a gap. */
function drawn(at, entry) {
  const { value, average = null } = entry;
  if (typeof value === "boolean") return [[at, Number(value), null, null]];
  const middle = average ?? value;
  const known = typeof middle === "number" ? [[at, middle, entry.min ?? middle, entry.max ?? middle]] : [];
  return value === null ? [...known, [at + 1, null, null, null]] : known;
}

export class Trails {
  constructor() {
    this._trails = new Map();
    this.latest = 0; // by the gateway's clock
  }

  /** Of a switch that is seldom read, drawn on to the latest moment that anything was heard. */
  held(name) {
    const trail = this.of(name);
    const last = trail.at(-1);
    return last && last[0] < this.latest ? [...trail, [this.latest, last[1]]] : trail;
  }

  of(name) {
    return this._trails.get(name) ?? [];
  }

  append(point) {
    if (point.time === null || point.kind === "text") return;
    const at = Date.parse(point.time);
    this.latest = Math.max(this.latest, at);
    const trail = this.of(point.name).filter(([t]) => t < at && t > at - TRAIL_MS);
    const value = typeof point.value === "boolean" ? Number(point.value) : point.value;
    this._trails.set(point.name, [...trail, [at, value]]);
  }

  /** Fetch what was before this page opened, a few points at a time. */
  async refill(points, done) {
    const queue = points.filter((point) => point.kind !== "text");
    const work = async () => {
      for (let point = queue.shift(); point; point = queue.shift()) await this._fill(point, done);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async _fill(point, done) {
    const now = point.time === null ? Date.now() : Date.parse(point.time);
    const from = now - TRAIL_MS;
    try {
      const history = await api.history(point.name, from, now, BUCKETS);
      const past = series(history, point, TRAIL_MS / BUCKETS).map(([t, value]) => [t, value]);
      const newest = past.at(-1)?.[0] ?? 0;
      this._trails.set(point.name, [...past, ...this.of(point.name).filter(([t]) => t > newest)]);
      done();
    } catch {
      // A sparkline without its past is no loss worth a message; live values fill it.
    }
  }
}
