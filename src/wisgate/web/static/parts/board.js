// The board from above: what sits in its slots, its lights and its supply. Positions are simplified.
import { html } from "./html.js";
import { both, title } from "./format.js";

const SLOTS = { "wisblock-1": [26, 212], "wisblock-2": [216, 212] };
const MPCIE = [["mpcie-1", 84], ["mpcie-2", 122], ["mpcie-3", 160]];
const SLOT_WIDTH = 178;
const SLOT_HEIGHT = 128;
const STATES = { ok: "working", fault: "fault", opening: "starting", "not driven": "not driven" };

const PORTS = [["DC", 26, 38], ["HDMI", 71, 46], ["USB 3", 124, 44], ["USB 3", 175, 44], ["USB 2", 226, 44], ["1 GbE", 277, 54], ["2.5 GbE", 338, 56]];

function Port([name, x, width]) {
  return html`<g><rect class="port" x=${x} y="12" width=${width} height="40" rx="4" />
    <text class="tiny" x=${x + width / 2} y="36" text-anchor="middle">${name}</text></g>`;
}

/** A socket for a card; a card works without us, so it is only named. */
function Mpcie({ y, number, slot }) {
  const module = slot?.module;
  const label = module && `${slot.title}: ${module.id}, ${module.title}, ${STATES[module.state]}`;
  return html`<g role=${module && "img"} aria-label=${label} data-slot=${slot?.slot}>
    ${module && html`<title>${label}</title>`}
    <rect class="socket ${module ? "taken" : ""}" x="216" y=${y} width="178" height="30" rx="4" />
    <path class="contacts" d="M224 ${y + 25}h162" />
    <text class="tiny" x="228" y=${y + 18}>${module ? `${number}  ${module.id.toUpperCase()}` : `mPCIe ${number}`}</text></g>`;
}

function Slot({ link, slot, open }) {
  const [x, y] = SLOTS[slot.slot] ?? SLOTS["wisblock-1"];
  const { module } = slot;
  if (!module) {
    return html`<g transform="translate(${x} ${y})"><rect class="slot" width=${SLOT_WIDTH} height=${SLOT_HEIGHT} rx="10" />
      <text class="small" x="14" y="24">${slot.title}</text><text class="empty" x="14" y="70">empty</text></g>`;
  }
  const point = link.points.get(module.points[0]);
  const label = `${slot.title}: ${module.id}, ${module.title}, ${STATES[module.state]}${point ? `, ${title(point.name)} ${both(point)}` : ""}`;
  const act = () => point && open(point.name);
  const key = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), act());
  return html`<g class="slot-group ${module.state}" transform="translate(${x} ${y})" role="button" tabindex="0" aria-label=${label} data-slot=${slot.slot} onClick=${act} onKeyDown=${key}>
    <rect class="slot" width=${SLOT_WIDTH} height=${SLOT_HEIGHT} rx="10" />
    <text class="small" x="14" y="21">${slot.title}</text>
    <rect class="module" x="10" y="30" width=${SLOT_WIDTH - 20} height=${SLOT_HEIGHT - 40} rx="6" />
    <text class="id" x="22" y="53">${module.id.toUpperCase()}</text>
    <circle class="state" cx=${SLOT_WIDTH - 25} cy="48" r="5" />
    <text class="small" x="22" y="70">${module.state === "ok" ? module.title : STATES[module.state]}</text>
    <text class="live" x="22" y="103">${point ? both(point) : ""}</text>
  </g>`;
}

function Led({ link, name, x, colour }) {
  const point = link.bySource(`onboard/indicators/${name}`);
  if (!point) return null;
  const lit = point.value === true;
  return html`<g role="img" aria-label=${`${title(point.name)} is ${lit ? "on" : "off"}`}>
    ${lit && html`<circle class="glow ${colour}" cx=${x} cy="372" r="13" />`}
    <circle class="led ${colour} ${lit ? "lit" : ""}" cx=${x} cy="372" r="6" />
    <text class="tiny" x=${x + 15} y="376">${title(point.name)}</text>
  </g>`;
}

function Supply({ link }) {
  const point = link.bySource("onboard/power/supply");
  if (!point) return null;
  const word = point.value === true ? "Supply present" : point.value === false ? "Supply lost" : "Supply unknown";
  return html`<g role="img" aria-label=${word}><circle class="state-dot ${point.value === true ? "ok" : "fault"}" cx="32" cy="68" r="4.5" />
    <text class="tiny" x="42" y="72">${word}</text></g>`;
}

function Climate({ link }) {
  const points = ["temperature", "humidity"].map((name) => link.bySource(`onboard/climate/${name}`)).filter((p) => p && p.value !== null);
  if (!points.length) return null;
  return html`<text class="tiny" x="394" y="376" text-anchor="end">${points.map((point) => both(point)).join("  ·  ")}</text>`;
}

export function Board({ link, open }) {
  if (!link.plan) return null;
  return html`<figure class="board">
    <svg viewBox="0 0 420 400" role="group" aria-label=${`${link.plan.board.title} from above`}>
      <rect class="pcb" x="1" y="1" width="418" height="398" rx="16" />
      <path class="traces" d="M120 190v12h-20v10M150 190v10h150v12M204 100h12M204 137h12M204 174h12M94 84V52M146 84V52M178 84v-12h18V52M90 340v16H34v8M140 340v16h-28v8" />
      ${[[14, 388], [406, 388], [14, 200], [406, 200]].map(([x, y]) => html`<circle class="hole" cx=${x} cy=${y} r="4.5" />`)}
      ${PORTS.map((port) => Port(port))}
      <rect class="socket cm4" x="26" y="84" width="178" height="106" rx="6" />
      <rect class="die" x="60" y="106" width="46" height="46" rx="3" /><rect class="die" x="122" y="110" width="34" height="24" rx="2" /><rect class="die" x="122" y="144" width="48" height="18" rx="2" />
      <text class="tiny" x="38" y="180">Compute Module 4</text>
      ${MPCIE.map(([name, y], index) => html`<${Mpcie} y=${y} number=${index + 1} slot=${link.plan.slots.find((slot) => slot.slot === name)} />`)}
      ${link.plan.slots.filter((slot) => slot.slot in SLOTS).map((slot) => html`<${Slot} link=${link} slot=${slot} open=${open} />`)}
      <${Supply} link=${link} /><${Led} link=${link} name="led_1" x=${34} colour="red" /><${Led} link=${link} name="led_2" x=${112} colour="green" /><${Climate} link=${link} />
    </svg>
    <figcaption>Seen from above, positions simplified</figcaption>
  </figure>`;
}
