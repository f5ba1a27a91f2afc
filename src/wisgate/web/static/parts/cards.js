import { html } from "./html.js";
import { age, shown, STATUS, title } from "./format.js";
import { icon } from "./icons.js";
import { Output } from "./output.js";
import { Sparkline } from "./sparkline.js";

/** Without a connection nothing is known to be good any more. */
export function StatusWord({ link, point }) {
  const status = link.state === "live" ? point.status : "stale";
  const { word, icon: name } = STATUS[status];
  return html`<span class="status ${status}">${icon(name)}${word}</span>`;
}

function Card({ link, point, ask, open }) {
  const { text, unit } = shown(point);
  const old = link.ageOf(point);
  const name = title(point.name);
  const field = point.writable && point.kind !== "bool";
  const output = point.writable && html`<${Output} link=${link} point=${point} ask=${ask} />`;
  return html`<article class="card ${point.status} ${point.kind} ${point.writable ? "writable" : ""}" data-point=${point.name}>
    <h3><button type="button" class="opener" onClick=${() => open(point.name)} aria-label=${`${name}: show history`}>${name}</button></h3>
    <div class="reading">
      <p class="value"><b>${text}</b>${unit && html`<span class="unit">${unit}</span>`}</p>
      ${!field && output}
    </div>
    ${field ? output : point.kind !== "text" && html`<${Sparkline} trail=${point.kind === "bool" ? link.trails.held(point.name) : link.trails.of(point.name)} stepped=${point.kind === "bool"} />`}
    <p class="foot">
      <${StatusWord} link=${link} point=${point} />
      <span class="age">${old === null ? "no reading yet" : point.cause ? `${age(old)} · ${point.cause}` : age(old)}</span>
    </p>
  </article>`;
}

/** Slots first, then hosts of the network, then end devices on the radio, then the board, then what people and rules set. */
function groups(link) {
  const plan = link.plan;
  const module = (slot) => ({
    key: slot.slot, name: slot.title, detail: `${slot.module.id.toUpperCase()} · ${slot.module.title}`,
    problem: slot.module.state === "fault" ? slot.module.problem : "", points: slot.module.points,
  });
  const made = plan.slots.filter((slot) => slot.module && slot.module.state !== "not driven").map(module);
  for (const host of plan.hosts) {
    made.push({ key: host.name, name: host.name, detail: host.title, problem: host.state === "fault" ? host.problem : "", points: host.points });
  }
  for (const end of plan.end_devices) {
    made.push({ key: `lorawan-${end.name}`, name: title(end.name), detail: end.title, problem: "", points: end.points });
  }
  const board = plan.onboard.flatMap((part) => part.points);
  const problem = plan.onboard.filter((part) => part.state === "fault").map((part) => `${part.name}: ${part.problem}`).join("; ");
  if (board.length) made.push({ key: "board", name: "On the board", detail: plan.board.title, problem, points: board });
  if (plan.virtual_points.length) made.push({ key: "virtual", name: "Settings", detail: "set by people and rules", problem: "", points: plan.virtual_points });
  return made;
}

export function Cards({ link, ask, open }) {
  if (!link.plan) return null;
  return groups(link).map((group) => html`<section class=${`group ${group.points.length === 1 ? "single" : ""}`} aria-labelledby=${`group-${group.key}`} key=${group.key}>
    <div class="group-head">
      <h2 id=${`group-${group.key}`}>${group.name}</h2><p>${group.detail}</p>
    </div>
    ${group.problem && html`<p class="trouble">${icon("alert")}${group.problem}</p>`}
    <div class="cards">
      ${group.points.map((name) => link.points.get(name)).filter(Boolean)
        .map((point) => html`<${Card} key=${point.name} link=${link} point=${point} ask=${ask} open=${open} />`)}
    </div>
  </section>`);
}
