// What is wrong, since when, and who has seen it.
import { html } from "./html.js";
import { clockTime, title } from "./format.js";
import { icon } from "./icons.js";

const SHELF_S = 3600;
const WORDS = { pending: "about to come", active: "active", acknowledged: "acknowledged", cleared: "gone, not acknowledged", shelved: "shelved" };
const TONES = { pending: "stale", active: "fault", acknowledged: "uncertain", cleared: "uncertain", shelved: "stale" };

function Alarm({ alarm, link, ask }) {
  const act = (body) => async () => (link.session.user ? link.alarm(alarm.name, body) : ask("sign-in"));
  const since = alarm.since ? `since ${clockTime(alarm.since)}` : "";
  const until = alarm.shelved_until ? ` until ${clockTime(alarm.shelved_until)}` : "";
  return html`<li class="alarm" data-alarm=${alarm.name} data-state=${alarm.state}>
    ${icon("alert")}
    <div><b>${title(alarm.name)}</b> <span class="muted">${alarm.severity}</span>
      ${alarm.text && html`<p>${alarm.text}</p>`}
      <p class="muted">${[since, alarm.cause].filter(Boolean).join(" · ")}</p></div>
    <div class="deeds">
      <span class="status ${TONES[alarm.state]}">${WORDS[alarm.state]}${until}</span>
      ${["active", "cleared"].includes(alarm.state) && html`<button class="quiet" type="button" onClick=${act(null)}>Acknowledge</button>`}
      ${alarm.state === "shelved"
        ? html`<button class="quiet" type="button" onClick=${act({ for: 0 })}>Take back</button>`
        : html`<button class="quiet" type="button" title="Let nobody hear of it for an hour" onClick=${act({ for: SHELF_S })}>Shelve 1 h</button>`}
    </div>
  </li>`;
}

export function Alarms({ link, ask }) {
  const alarms = (link.status?.alarms ?? []).filter((alarm) => alarm.state !== "normal");
  if (!alarms.length) return null;
  return html`<section class="panel alarms" role="alert" aria-label="Alarms">
    <h2>Alarms</h2>
    <ul class="rows">${alarms.map((alarm) => html`<${Alarm} key=${alarm.name} alarm=${alarm} link=${link} ask=${ask} />`)}</ul>
  </section>`;
}
