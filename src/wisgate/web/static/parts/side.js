// What is around the points: trouble, sinks, store, rules.
import { html } from "./html.js";
import { bytes, clockTime, number, span, title } from "./format.js";
import { icon } from "./icons.js";

export function Trouble({ link }) {
  // What concerns a module stands with its points.
  const places = [...(link.plan?.slots ?? []), ...(link.plan?.hosts ?? []), ...(link.plan?.onboard ?? [])].map((place) => place.slot ?? place.name);
  const problems = (link.status?.problems ?? []).filter((text) => !places.some((place) => text.startsWith(`${place}: `)));
  if (!problems.length) return null;
  return html`<section class="troubles" role="alert" aria-label="What is wrong">
    ${problems.map((problem) => html`<p class="trouble">${icon("alert")}${problem}</p>`)}
  </section>`;
}

function Sink({ sink }) {
  const waiting = sink.lag > 0 ? `${number(sink.lag)} records wait` : "all delivered";
  const state = sink.connected ? "good" : "fault";
  return html`<li data-sink=${sink.name}>
    ${icon("cloud")}
    <div><b>${sink.name}</b> <span class="muted">${sink.type}</span>
      <p class="muted">${sink.connected ? `${waiting} · ${number(sink.delivered)} so far` : sink.error || "not connected yet"}</p>
      ${!sink.connected && sink.lag > 0 && html`<p class="muted">${waiting}; nothing is lost</p>`}
    </div>
    <span class="status ${state}">${icon(sink.connected ? "check" : "alert")}${sink.connected ? "connected" : "waiting"}</span>
  </li>`;
}

/** What is only placed: cards in sockets, a PoE module. */
function Placed({ slot }) {
  return html`<li data-placed=${slot.slot}>${icon("card")}<div><b>${slot.module.id.toUpperCase()}</b> <span class="muted">${slot.title}</span>
    <p class="muted">${slot.module.title}</p></div><span class="muted">${slot.module.state}</span></li>`;
}

function setting([name, value]) {
  return `${title(name)} ${value === true ? "on" : value === false ? "off" : value}`;
}

export function Side({ link }) {
  if (!link.status) return null;
  const { sinks, store, started, version } = link.status;
  const rules = link.plan?.rules ?? [];
  const placed = (link.plan?.slots ?? []).filter((slot) => slot.module?.state === "not driven");
  const oldest = store.oldest ? `since ${clockTime(store.oldest)}` : "empty";
  return html`<section class="panel" aria-label="Where values go">
    <h2>Where values go</h2>
    <ul class="rows">
      ${sinks.map((sink) => html`<${Sink} key=${sink.name} sink=${sink} />`)}
      <li>${icon("disk")}<div><b>Store</b> <span class="muted">on this gateway</span>
        <p class="muted">${number(store.records)} records · ${bytes(store.bytes)} · ${oldest}</p>
        ${store.lasting && html`<p class="muted">${store.lasting}</p>`}</div>
        <span class="status ${store.error ? "fault" : "good"}">${icon(store.error ? "alert" : "check")}${store.error ? "not writing" : "writing"}</span>
      </li>
    </ul>
    ${!sinks.length && html`<p class="muted note">No sink is configured: values stay on this gateway.</p>`}
    ${rules.length > 0 && html`<h2>Rules</h2><ul class="rows">
      ${rules.map((rule) => html`<li>${icon("rule")}<div><code>${rule.when}</code>
        <p class="muted">${rule.after > 0 ? `for ${span(rule.after)}, then ` : "then "}${Object.entries(rule.set).map(setting).join(", ")}</p></div></li>`)}
    </ul>`}
    ${placed.length > 0 && html`<h2>Also on the board</h2><ul class="rows">${placed.map((slot) => html`<${Placed} key=${slot.slot} slot=${slot} />`)}</ul>`}
    <p class="muted note">wisgate ${version} · up since ${clockTime(started)} · <a href="/api/v1/openapi.json">API</a> · <a href="/metrics">metrics</a></p>
  </section>`;
}
