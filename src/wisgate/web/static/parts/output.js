// What sets an output or a virtual point: a switch, a number, a text.
import { html, useState } from "./html.js";
import { icon } from "./icons.js";
import { title } from "./format.js";

export function Output({ link, point, ask }) {
  const live = link.state === "live";
  const allowed = live && link.session.user !== null;
  const control = point.kind === "bool" ? Switch : Field;
  return html`<div class="output">
    <${control} link=${link} point=${point} allowed=${allowed} />
    ${!link.session.user && live && html`<button class="locked" type="button" onClick=${() => ask("sign-in")}>
      ${icon("lock")}Sign in to ${point.kind === "bool" ? "switch" : "set"}
    </button>`}
  </div>`;
}

function Switch({ link, point, allowed }) {
  const [busy, setBusy] = useState(false);
  const turn = async () => {
    setBusy(true);
    await link.write(point, !point.value);
    setBusy(false);
  };
  const why = allowed ? "" : "Only signed-in users may switch";
  return html`<button class="switch" type="button" role="switch" aria-checked=${String(point.value === true)}
    aria-label=${`Switch ${title(point.name)}`} aria-busy=${String(busy)} title=${why} disabled=${!allowed || busy} onClick=${turn}><i></i></button>`;
}

function Field({ link, point, allowed }) {
  const [draft, setDraft] = useState(null);
  const text = point.kind === "text";
  const save = async (event) => {
    event.preventDefault();
    const value = text ? draft : Number(draft);
    if (draft === null || draft === "" || (await link.write(point, value))) setDraft(null);
  };
  return html`<form class="field" onSubmit=${save}>
    <input type=${text ? "text" : "number"} step=${point.kind === "int" ? 1 : "any"} value=${draft ?? point.value ?? ""}
      aria-label=${`Set ${title(point.name)}${point.display ? ` in ${point.display}` : ""}`} disabled=${!allowed}
      title=${allowed ? "" : "Only signed-in users may set"} onInput=${(event) => setDraft(event.target.value)} />
    <button class="quiet" type="submit" disabled=${!allowed || draft === null}>Set</button>
  </form>`;
}
