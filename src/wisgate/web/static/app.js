// The page: one link to the gateway, every view drawn from it.
import { html, render, useEffect, useState } from "./parts/html.js";
import { api } from "./parts/api.js";
import { Alarms } from "./parts/alarms.js";
import { Board } from "./parts/board.js";
import { Cards } from "./parts/cards.js";
import { Display } from "./parts/display.js";
import { Claim, SignIn, Toasts } from "./parts/dialogs.js";
import { applyTheme, Header, storedTheme } from "./parts/header.js";
import { History } from "./parts/history.js";
import { Link } from "./parts/link.js";
import { Radio } from "./parts/radio.js";
import { Side, Trouble } from "./parts/side.js";
import { icon } from "./parts/icons.js";

const link = new Link();

function Banner() {
  if (link.state !== "lost") return null;
  const seconds = Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000));
  return html`<div class="banner" id="lost" role="alert">
    ${icon("unplugged")}<span>The connection to the gateway is lost. Values below are the last ones seen.</span>
    <span class="count">${seconds > 0 ? `Next try in ${seconds} s` : "Trying …"}</span>
    <button class="quiet" type="button" onClick=${() => link.connect()}>Try now</button>
  </div>`;
}

function Wall({ ask }) {
  return html`<section class="wall">
    ${icon("lock")}
    <h2>${link.session.claimed ? "Sign in to see this gateway" : "This gateway is new"}</h2>
    <p class="muted">It can be reached from outside, so its values are for signed-in users only.</p>
    <button class="primary" type="button" onClick=${() => ask("sign-in")}>${link.session.claimed ? "Sign in" : "Set up"}</button>
  </section>`;
}

/** Draw again when the link changes, and each second because ages tick. */
function useLink() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const again = () => redraw((count) => count + 1);
    const end = link.listen(again);
    const ticking = setInterval(again, 1000);
    return () => (end(), clearInterval(ticking));
  }, []);
}

/** The page and the point whose history is open stand in the address, so that they can be bookmarked. */
function useOpened() {
  const read = () => decodeURIComponent(location.hash.slice(1));
  const [name, setName] = useState(read());
  useEffect(() => {
    const follow = () => setName(read());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const open = (point) => {
    history.replaceState(null, "", point ? `#${encodeURIComponent(point)}` : location.pathname);
    setName(point);
  };
  return [link.points.get(name), open, name === "/radio" && link.status?.radio ? "radio" : "values"];
}

function App() {
  useLink();
  const [dialog, setDialog] = useState("");
  const [opened, open, view] = useOpened();
  const close = () => setDialog("");
  const ask = async (what) => {
    if (what !== "sign-out") return setDialog(what);
    await api.signOut().catch((refusal) => link.toast(refusal.message));
    await link.refreshSession();
  };
  useEffect(() => { document.title = link.status ? `${link.status.name} · wisgate` : "wisgate"; });
  const walled = link.state === "refused";
  return html`
    <${Banner} />
    <${Header} link=${link} ask=${ask} view=${view} />
    ${walled ? html`<${Wall} ask=${ask} />` : view === "radio" ? html`<${Radio} link=${link} />` : html`<main class=${link.state}>
      <div class="left"><${Board} link=${link} open=${open} /><${Display} link=${link} /><${Side} link=${link} /></div>
      <div class="right"><${Trouble} link=${link} /><${Alarms} link=${link} ask=${ask} /><${Cards} link=${link} ask=${ask} open=${open} /></div>
    </main>`}
    ${opened && html`<${History} key=${opened.name} link=${link} point=${opened} ask=${ask} close=${() => open("")} />`}
    ${dialog === "sign-in" && (link.session.claimed ? html`<${SignIn} link=${link} close=${close} />` : html`<${Claim} link=${link} close=${close} />`)}
    <${Toasts} link=${link} />`;
}

applyTheme(storedTheme());
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
link.connect();
