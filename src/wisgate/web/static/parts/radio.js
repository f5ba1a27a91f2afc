// LoRaWAN: frames as they come, boards, networks, air time. Its stream is open only while it shows.
import { html, useEffect, useState } from "./html.js";
import { age, clockTime, number } from "./format.js";
import { icon } from "./icons.js";

const KEPT = 200; // frames
const AGAIN_MS = 3000;
const OUT = new Set(["queued", "emitted"]);

/** What the stream has told so far; null before it has told anything. */
function useRadio(live) {
  const [radio, setRadio] = useState(null);
  useEffect(() => {
    if (!live) return undefined;
    let source = null;
    let again = 0;
    const open = () => {
      source = new EventSource("/api/v1/radio/events");
      let begun = false; // a stream begins with frames that may be there already
      source.addEventListener("radio", (event) => {
        const state = JSON.parse(event.data);
        setRadio((before) => ({ frames: before?.frames ?? [], missed: before?.missed ?? 0, state }));
      });
      source.addEventListener("frames", (event) => {
        const { frames, missed } = JSON.parse(event.data);
        const first = !begun;
        begun = true;
        setRadio((before) => {
          const kept = first ? [] : before?.frames ?? [];
          return { ...before, frames: [...frames.reverse(), ...kept].slice(0, KEPT), missed: (before?.missed ?? 0) + missed };
        });
      });
      source.onerror = () => {
        source.close();
        again = setTimeout(open, AGAIN_MS);
      };
    };
    open();
    return () => (clearTimeout(again), source.close());
  }, [live]);
  return radio;
}

const mhz = (hz, decimals = 3) => (hz / 1e6).toFixed(decimals).replace(/(\.\d)0+$/, "$1");
const since = (iso) => Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
const names = (state) => new Map(state.boards.map((board) => [board.eui, board.name || board.slot || board.eui.slice(-4)]));

const KINDS = { unconfirmed: "message", confirmed: "confirmed" };

/** The arrow tells whether it goes up or down. */
function kindOf(frame) {
  const plain = frame.kind.replace(/ (up|down)$/, "");
  return KINDS[plain] ?? plain;
}

function rateOf(frame) {
  const modulation = frame.spreading_factor === null
    ? `FSK ${number(frame.bit_rate / 1000)}\u202fkbit/s`
    : `SF${frame.spreading_factor}${frame.bandwidth === 125000 ? "" : `/${Math.round(frame.bandwidth / 1000)}`}`;
  return [frame.rate === null ? null : `DR${frame.rate}`, modulation];
}

function Who({ frame }) {
  if (frame.dev_addr) return html`<code>${frame.dev_addr}</code>`;
  if (frame.dev_eui) return html`<code title=${frame.join_eui ? `JoinEUI ${frame.join_eui}` : ""}>${frame.dev_eui}</code>`;
  return html`<span class="muted">–</span>`;
}

function Level({ frame, boards }) {
  const best = frame.copies[0];
  if (!best) {
    const good = OUT.has(frame.verdict);
    return html`<span class=${`status ${good ? "good" : "fault"}`} title=${frame.verdict}>${icon(good ? "check" : "alert")}<span>${frame.verdict}</span></span>`;
  }
  const all = frame.copies.map((copy) => `${boards.get(copy.board) ?? copy.board}: ${copy.rssi} dBm${copy.snr === null ? "" : `, ${copy.snr} dB`}`).join("; ");
  return html`<span title=${all}>${number(Math.round(best.rssi))}\u202fdBm${best.snr !== null && html` <span class="muted">${number(best.snr, 1)}\u202fdB</span>`}</span>`;
}

function Boards({ frame, boards }) {
  const heard = frame.up ? frame.copies.map((copy) => copy.board) : frame.board ? [frame.board] : [];
  const shown = heard.map((eui) => boards.get(eui) ?? eui.slice(-4));
  return html`${shown[0] ?? "–"}${shown.length > 1 && html` <span class="muted">+${shown.length - 1}</span>`}`;
}

function Frame({ frame, boards }) {
  const [rate, modulation] = rateOf(frame);
  const port = frame.port === null ? "" : ` · port ${frame.port}`;
  const counter = frame.counter === null ? "" : frame.dev_addr ? `#${frame.counter}${port}` : `nonce ${frame.counter}`;
  return html`<li class=${frame.up ? "up" : "down"} data-frame=${frame.number}>
    <time datetime=${frame.time} title=${clockTime(frame.time)}>${new Date(frame.time).toLocaleTimeString([], { hour12: false })}</time>
    <span class="kind" title=${frame.kind}>${icon(frame.up ? "up" : "down")}<span>${kindOf(frame)}</span></span>
    <span class="who"><${Who} frame=${frame} /></span>
    <span class="count muted">${counter}${frame.up ? "" : `${counter ? " · " : ""}${frame.upstream}`}</span>
    <span class="rate">${rate && html`<b>${rate}</b> `}<span class="muted">${modulation} · ${mhz(frame.frequency)}</span></span>
    <span class="level"><${Level} frame=${frame} boards=${boards} /></span>
    <span class="heard"><${Boards} frame=${frame} boards=${boards} /></span>
  </li>`;
}

function Frames({ radio }) {
  const boards = names(radio.state);
  return html`<section class="panel frames" aria-label="Frames">
    <h2>Frames</h2>
    ${radio.frames.length > 0
      ? html`<ol>
          <li class="head" aria-hidden="true"><span>Time</span><span>Frame</span><span>Mote</span><span>Counter</span><span>Rate · MHz</span><span>Signal</span><span>Board</span></li>
          ${radio.frames.map((frame) => html`<${Frame} key=${frame.number} frame=${frame} boards=${boards} />`)}</ol>`
      : html`<p class="muted">Nothing was heard yet.</p>`}
    ${radio.missed > 0 && html`<p class="muted note">${number(radio.missed)} frames came too fast to be shown.</p>`}
  </section>`;
}

function Board({ board }) {
  const label = board.name || board.slot || board.eui;
  const detail = [board.region, label === board.eui ? "" : board.eui, board.temperature === null ? "" : `${number(board.temperature, 1)}\u202f°C`].filter(Boolean).join(" · ");
  const heard = board.last ? `${number(board.heard)} heard, the last ${age(since(board.last))}` : "nothing heard yet";
  return html`<li data-board=${board.eui}>${icon("antenna")}
    <div><b>${label}</b><p class="muted">${detail}</p><p class="muted">${heard} · ${number(board.sent)} sent</p></div>
    <span class=${`status ${board.silent ? "fault" : "good"}`}>${icon(board.silent ? "unplugged" : "check")}${board.silent ? "silent" : "there"}</span>
  </li>`;
}

function Upstream({ upstream }) {
  const waiting = upstream.lag > 0 ? `${number(upstream.lag)} frames wait` : "all delivered";
  const late = upstream.replayed > 0 ? `, ${number(upstream.replayed)} of them late` : "";
  return html`<li data-upstream=${upstream.name}>${icon("cloud")}
    <div><b>${upstream.name}</b> <span class="muted">${upstream.type === upstream.name ? "" : upstream.type}</span>
      <p class="muted">${upstream.connected ? `${waiting} · ${number(upstream.delivered)} so far${late}` : upstream.error || "not connected yet"}</p>
      ${!upstream.connected && upstream.lag > 0 && html`<p class="muted">${waiting}; nothing is lost</p>`}</div>
    <span class=${`status ${upstream.connected ? "good" : "fault"}`}>${icon(upstream.connected ? "check" : "alert")}${upstream.connected ? "connected" : "waiting"}</span>
  </li>`;
}

function AirTime({ band }) {
  const share = Math.min(1, band.used / band.allowed);
  const tone = share > 0.9 ? "full" : share > 0.6 ? "much" : "";
  const text = `${number(band.used, 1)} of ${number(band.allowed, band.allowed < 10 ? 1 : 0)}\u202fs in the last hour`;
  return html`<li data-band=${band.low}><div>
    <b>${mhz(band.low, 2)}–${mhz(band.high, 2)}\u202fMHz</b> <span class="muted">${text}</span>
    <div class=${`bar ${tone}`} role="meter" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)} aria-label=${text}><i style=${`width:${(share * 100).toFixed(2)}%`}></i></div>
  </div></li>`;
}

function State({ state }) {
  const bands = state.air_time.filter((band) => band.allowed !== null);
  const free = state.air_time.filter((band) => band.allowed === null).reduce((sum, band) => sum + band.used, 0);
  const gateways = state.gateways.map((gateway) => `${gateway.region} ${gateway.eui ?? "not named yet"}`).join(" · ");
  return html`<section class="panel" aria-label="Boards and networks">
    <h2>Boards</h2>
    ${state.boards.length > 0 ? html`<ul class="rows">${state.boards.map((board) => html`<${Board} key=${board.eui} board=${board} />`)}</ul>`
      : html`<p class="muted">No forwarder has spoken yet.</p>`}
    <p class="muted note">Networks know this gateway as ${gateways}.</p>
    <h2>Networks</h2>
    ${state.upstreams.length > 0 ? html`<ul class="rows">${state.upstreams.map((upstream) => html`<${Upstream} key=${upstream.name} upstream=${upstream} />`)}</ul>`
      : html`<p class="muted">No network is configured: frames stay on this gateway.</p>`}
    ${state.lost > 0 && html`<p class="trouble note">${icon("alert")}${number(state.lost)} frames were lost: the queue is full.</p>`}
    <h2>Air time</h2>
    ${bands.length > 0 ? html`<ul class="rows air">${bands.map((band) => html`<${AirTime} key=${band.gateway + band.low} band=${band} />`)}</ul>`
      : html`<p class="muted">${number(free, 1)} s in the last hour; the law sets no limit here.</p>`}
  </section>`;
}

export function Radio({ link }) {
  const radio = useRadio(link.state === "live");
  if (!radio?.state) return html`<main class=${link.state}><p class="muted">Listening …</p></main>`;
  return html`<main class=${`radio ${link.state}`}>
    <div class="left"><${State} state=${radio.state} /></div>
    <div class="right"><${Frames} radio=${radio} /></div>
  </main>`;
}
