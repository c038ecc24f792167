/* Logging in, or choosing who I am: a dialog over an empty page, or over the page as it was when a login ended. */

import { each, h, set } from "../parts/dom.js";
import { words } from "../../texts/texts.js";

const AGENT_ID = "[A-Za-z0-9_.@\\-]{1,64}"; // as config.toml takes them
const FORMS = ["login", "expired", "choose"];

export function mount(element, actions) {
  const title = h("h1", { id: "entrance-title" });
  const explained = h("p", { class: "muted" });
  const agents = h("div", { class: "agents" });
  const idLabel = h("span");
  const id = h("input", { name: "csId", autocomplete: "username", required: true, maxlength: 64, spellcheck: "false" });
  const rule = h("small", { class: "muted" });
  const passwordLabel = h("span");
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", maxlength: 256 });
  const passwordField = h("label", {}, passwordLabel, password);
  const error = h("p", { class: "error", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary" });
  const fields = h("div", { class: "fields" }, h("label", {}, idLabel, id, rule), passwordField, submit);
  const form = h("form", { on: { submit: send } }, title, explained, agents, fields, error);
  const dialog = h("dialog", {
    class: "entrance", "aria-labelledby": "entrance-title",
    on: { cancel: (event) => event.preventDefault(), close: keepOpen },
  }, form);
  element.append(dialog);
  let latest = null;

  function send(event) {
    event.preventDefault();
    if (latest.auth.phase === "choose") actions.choose(id.value);
    else actions.logIn(id.value, password.value);
  }

  function keepOpen() {
    if (latest.auth.phase !== "in") view.update(latest);
  }

  function choices(state, w) {
    each(agents, state.auth.phase === "choose" ? state.agents : [], (agent) => agent.csId, ({ csId }) => {
      const name = h("span", { class: "agent-name" });
      const about = h("span", { class: "muted" });
      const element = h("button", { type: "button", on: { click: () => actions.choose(csId) } }, name, about);
      return {
        element,
        update(agent) {
          set(name, { text: agent.name });
          set(about, { text: `${agent.csId} · ${w(`roles.${agent.role}`)}` });
        },
      };
    });
  }

  const view = {
    update(state) {
      const { auth } = latest = state;
      const w = words(state.prefs.lang);
      if (auth.phase === "in" || auth.phase === "starting") {
        if (dialog.open) dialog.close();
        return;
      }
      const login = auth.phase === "login" || auth.phase === "expired";
      const free = auth.phase === "choose" && state.agents.length === 0;
      const wait = Math.ceil((auth.retryAt - state.now) / 1000);
      set(dialog, { "data-over": auth.phase === "expired" });
      set(title, { text: w(login ? "loginTitle" : auth.phase === "choose" ? "chooseTitle" : "product") });
      set(explained, { text: said(auth, free, w) });
      choices(state, w);
      fields.hidden = !login && !free;
      passwordField.hidden = !login;
      password.required = login;
      set(id, { pattern: free ? AGENT_ID : null, title: free ? w("chooseRule") : null });
      set(idLabel, { text: w("csId") });
      set(rule, { text: free ? w("chooseRule") : "" });
      set(passwordLabel, { text: w("password") });
      set(submit, { text: w(login ? "login" : "enter"), disabled: auth.busy || wait > 0 });
      set(error, { text: wait > 0 ? w("tooManyTries", { n: wait }) : errorOf(auth, w) });
      if (auth.phase === "expired" && !id.value && state.me) id.value = state.me.csId;
      if (!dialog.open) open();
    },
  };

  function open() {
    password.value = "";
    dialog.showModal();
    if (FORMS.includes(latest.auth.phase)) (agents.querySelector("button") ?? (id.value ? password : id)).focus();
  }

  return view;
}

function said(auth, free, w) {
  if (auth.phase === "unreachable") return w("unreachable");
  if (auth.phase === "expired") return w("loginAgain");
  if (auth.phase === "choose") return w(free ? "chooseFree" : "chooseHint");
  return "";
}

function errorOf({ phase, error }, w) {
  return phase === "choose" && error ? w("notKnown", { id: error }) : error ?? "";
}
