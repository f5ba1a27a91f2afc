import { html, useState } from "./html.js";
import { icon } from "./icons.js";

const LINK = {
  live: ["good", "Live"],
  connecting: ["stale", "Connecting"],
  lost: ["fault", "Not connected"],
  refused: ["stale", "Sign in to see values"],
};
const THEMES = ["auto", "light", "dark"];
const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };

export function storedTheme() {
  const theme = localStorage.getItem("wisgate-theme");
  return THEMES.includes(theme) ? theme : "auto";
}

export function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem("wisgate-theme", theme);
  dispatchEvent(new Event("themechange"));
}

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme());
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  const turn = () => {
    applyTheme(next);
    setTheme(next);
  };
  const label = `Colours: ${theme === "auto" ? "as the system" : theme}. Change to ${next === "auto" ? "as the system" : next}`;
  return html`<button class="round" type="button" onClick=${turn} aria-label=${label} title=${label}>
    ${icon(THEME_ICONS[theme])}
  </button>`;
}

function Account({ link, ask }) {
  const { user, claimed } = link.session;
  if (user) {
    return html`<span class="account">
      <span class="who" title="signed in">${icon("user")}<span>${user}</span></span>
      <button class="quiet" type="button" id="sign-out" onClick=${() => ask("sign-out")}>${icon("out")}<span class="wide-only">Sign out</span></button>
    </span>`;
  }
  return html`<button class="primary" type="button" id="sign-in" onClick=${() => ask("sign-in")}>
    ${claimed ? "Sign in" : "Set up"}
  </button>`;
}

/** The pages, as soon as there is more than one. */
function Views({ link, view }) {
  if (!link.status?.radio) return null;
  const current = (name) => (view === name ? "page" : undefined);
  return html`<nav class="views" aria-label="Pages">
    <a href="#" aria-current=${current("values")}>Values</a><a href="#/radio" aria-current=${current("radio")}>Radio</a>
  </nav>`;
}

export function Header({ link, ask, view }) {
  const [tone, word] = LINK[link.state];
  const name = link.status?.name ?? "wisgate";
  return html`<header class="top">
    <img class="mark" src="favicon.svg" alt="" width="36" height="36" />
    <div class="naming">
      <h1>${name}</h1>
      <p>${link.plan?.board.title ?? "gateway"}</p>
    </div>
    <${Views} link=${link} view=${view} />
    <div class="signs">
      <span class="pill ${tone}" id="link" role="status" aria-live="polite"><i class="dot"></i>${word}</span>
      ${link.status?.virtual && html`<span class="pill virtual" title="Simulated register by register; no hardware is attached">Virtual board</span>`}
    </div>
    <div class="tools"><${ThemeButton} /><${Account} link=${link} ask=${ask} /></div>
  </header>`;
}
