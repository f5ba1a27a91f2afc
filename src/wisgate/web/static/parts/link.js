// The link to the gateway: everything the page shows lives here, and every view is drawn from it.
import { api } from "./api.js";
import { Trails } from "./trails.js";

const SILENCE_MS = 16000; // the gateway pings every 10 s
const LONGEST_WAIT_MS = 10000;

export class Link {
  constructor() {
    this.state = "connecting"; // live | lost | refused
    this.retryAt = 0;
    this.points = new Map();
    this.status = null;
    this.plan = null;
    this.session = { user: null, claimed: true, readable: true };
    this.trails = new Trails();
    this.toasts = [];
    this._listeners = new Set();
    this._tries = 0;
    this._wake = () => this.state === "lost" && this.connect();
    addEventListener("online", this._wake);
    document.addEventListener("visibilitychange", () => document.hidden || this._wake());
  }

  listen(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  changed() {
    for (const listener of this._listeners) listener();
  }

  async connect() {
    clearTimeout(this._retry);
    this._source?.close();
    this.retryAt = 0;
    try {
      this.session = await api.session();
      if (!this.session.readable) return this._become("refused");
      this.plan = await api.plan();
    } catch {
      return this._lose();
    }
    this._open();
    this.changed();
  }

  _open() {
    const source = new EventSource("/api/v1/events");
    this._source = source;
    const on = (name, take) => source.addEventListener(name, (event) => {
      if (source !== this._source) return;
      this._alive();
      take(JSON.parse(event.data));
    });
    on("snapshot", (body) => this._snapshot(body));
    on("readings", (body) => this._readings(body.points));
    on("status", (body) => this._status(body));
    on("ping", () => {});
    source.onerror = () => source === this._source && this._lose();
    this._alive();
  }

  _alive() {
    clearTimeout(this._watch);
    this._watch = setTimeout(() => this._lose(), SILENCE_MS);
  }

  _lose() {
    clearTimeout(this._watch);
    clearTimeout(this._retry);
    this._source?.close();
    this._source = null;
    const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this._tries++);
    this.retryAt = Date.now() + wait;
    this._retry = setTimeout(() => this.connect(), wait);
    this._become("lost");
  }

  _become(state) {
    this.state = state;
    this.changed();
  }

  _snapshot({ status, points }) {
    this._tries = 0;
    this.status = status;
    this.points = new Map();
    this._take(points);
    this.trails.refill(points, () => this.changed());
    this._become("live");
  }

  _readings(points) {
    this._take(points);
    this.changed();
  }

  _take(points) {
    const now = performance.now();
    for (const point of points) {
      this.points.set(point.name, { ...point, received: now });
      this.trails.append(point);
    }
  }

  async _status(status) {
    const before = this.status?.problems.join("\n");
    this.status = status;
    if (before !== status.problems.join("\n")) this.plan = await api.plan().catch(() => this.plan);
    this.changed();
  }

  /** Seconds since the reading was taken, by the gateway's clock. */
  ageOf(point) {
    return point.age === null ? null : point.age + (performance.now() - point.received) / 1000;
  }

  /** The point with this source ("onboard/power/supply"), whatever its user called it. */
  bySource(source) {
    for (const point of this.points.values()) if (point.source === source) return point;
    return undefined;
  }

  async write(point, value) {
    try {
      this._take([await api.write(point.name, value)]);
      this.changed();
      return true;
    } catch (refusal) {
      if (refusal.status === 401) await this.refreshSession();
      this.toast(refusal.message);
      return false;
    }
  }

  /** Acknowledge an alarm (body null), or shelve it. */
  async alarm(name, body) {
    try {
      const alarm = await api.alarm(name, body);
      this.status = { ...this.status, alarms: this.status.alarms.map((a) => (a.name === name ? alarm : a)) };
      this.changed();
    } catch (refusal) {
      if (refusal.status === 401) await this.refreshSession();
      this.toast(refusal.message);
    }
  }

  async refreshSession(session) {
    this.session = session ?? (await api.session().catch(() => this.session));
    if (this.state === "refused" || !this.session.readable) await this.connect();
    this.changed();
  }

  toast(text, kind = "bad") {
    const toast = { text, kind };
    this.toasts = [...this.toasts.slice(-2), toast];
    setTimeout(() => this.dismiss(toast), 8000);
    this.changed();
  }

  dismiss(toast) {
    this.toasts = this.toasts.filter((other) => other !== toast);
    this.changed();
  }
}
