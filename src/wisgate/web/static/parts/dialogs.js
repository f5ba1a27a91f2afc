// Dialogs: the native element brings focus, Escape and the background that cannot be clicked.
import { html, useEffect, useRef, useState } from "./html.js";
import { api } from "./api.js";
import { icon } from "./icons.js";

export function Dialog({ label, close, wide, children }) {
  const element = useRef(null);
  useEffect(() => {
    const opened = element.current;
    opened.showModal();
    (opened.querySelector("input") ?? opened).focus();
    return () => opened.close();
  }, []);
  const outside = (event) => event.target === element.current && close();
  return html`<dialog ref=${element} class=${wide ? "wide" : ""} tabindex="-1" aria-label=${label} onClose=${close} onMouseDown=${outside}>
    <div class="sheet">
      <header><h2>${label}</h2><button class="round" type="button" aria-label="Close" onClick=${close}>${icon("close")}</button></header>
      ${children}
    </div>
  </dialog>`;
}

function Form({ fields, action, submit, children }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await submit(Object.fromEntries(new FormData(event.target)));
    } catch (refusal) {
      setError(refusal.message);
      setBusy(false);
    }
  };
  return html`<form class="form" onSubmit=${send}>
    ${children}
    ${fields.map((field) => html`<label>${field.label}
      <input ...${field.input} required aria-describedby="form-error" />
      ${field.hint && html`<small>${field.hint}</small>`}</label>`)}
    <p class="error" id="form-error" role="alert">${error}</p>
    <button class="primary" type="submit" disabled=${busy}>${busy ? "One moment …" : action}</button>
  </form>`;
}

const USER = { label: "User", input: { name: "user", autocomplete: "username", autocapitalize: "none", spellcheck: false, maxlength: 32 } };

export function SignIn({ link, close }) {
  const fields = [USER, { label: "Password", input: { name: "password", type: "password", autocomplete: "current-password" } }];
  const submit = async ({ user, password }) => {
    const session = await api.signIn(user, password);
    close();
    await link.refreshSession(session);
  };
  return html`<${Dialog} label="Sign in" close=${close}><${Form} fields=${fields} action="Sign in" submit=${submit} /><//>`;
}

export function Claim({ link, close }) {
  const fields = [
    { label: "Code", input: { name: "code", autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: false, class: "code", maxlength: 12, placeholder: "XXXX-XXXX" } },
    { ...USER, hint: "You choose it: letters, figures, . _ @ -" },
    { label: "Password", input: { name: "password", type: "password", autocomplete: "new-password", minlength: 10 }, hint: "At least 10 characters" },
  ];
  const submit = async ({ code, user, password }) => {
    const session = await api.claim(code, user, password);
    close();
    await link.refreshSession(session);
  };
  return html`<${Dialog} label="Create the first user" close=${close}>
    <${Form} fields=${fields} action="Create user" submit=${submit}>
      <p class="muted">This gateway has no user yet. Enter the code that is printed on its console; it works once, for 15 minutes.</p>
    <//>
  <//>`;
}

export function Toasts({ link }) {
  return html`<div class="toasts" role="alert">
    ${link.toasts.map((toast) => html`<div class="toast ${toast.kind}">${icon("alert")}<span>${toast.text}</span>
      <button class="round" type="button" aria-label="Dismiss" onClick=${() => link.dismiss(toast)}>${icon("close")}</button></div>`)}
  </div>`;
}
