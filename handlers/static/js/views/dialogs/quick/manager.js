/* Where quick replies are kept in order: found, written, shared, brought in and taken out. */

import { exportOf } from "../../../actions/quick.js";
import { mayEdit, ranked } from "../../../state/quick.js";
import { words } from "../../../texts/texts.js";
import { each, h, set } from "../../parts/dom.js";
import { icon } from "../../parts/icons.js";
import { editor } from "./editor.js";
import { importing } from "./importing.js";

const SCOPES = ["", "personal", "group", "all"];
const SHOWN = 200; // rows at once; the rest is found by seeking

/** It is made once somebody opens it: most never do. */
export function mount(element, actions) {
  let view = null;
  return {
    update(state) {
      if (state.quick.managing) view ??= manager(element, actions);
      view?.update(state);
    },
  };
}

function manager(element, actions) {
  const title = h("h2", { id: "quick-title" });
  const count = h("span", { class: "muted" });
  const make = h("button", { type: "button", class: "primary", on: { click: () => choose({ content: "" }) } },
    icon("plus"), h("span"));
  const bring = h("button", { type: "button", on: { click: () => turn({ imports: true }) } });
  const out = h("a", { class: "button", download: "" });
  const close = h("button", { type: "button", class: "icon-button", on: { click: () => edit.mayLeave() && shut() } }, icon("close"));
  const seek = h("input", { type: "search", autocomplete: "off", on: { input: () => show() } });
  const scopes = h("div", { class: "quick-scopes", role: "group" });
  const list = h("ul", { class: "quick-list" });
  const failed = h("button", { type: "button", on: { click: () => actions.loadQuick() } });
  const empty = h("p", { class: "muted" });
  const back = h("button", { type: "button", class: "quiet quick-back", on: { click: () => turn({}) } },
    icon("back"), h("span"));
  const nothing = h("p", { class: "muted quick-nothing" });
  const edit = editor(actions, { saved: (id) => actions.manageQuick({ edits: id }), gone: () => actions.manageQuick({}) });
  const imported = importing(actions);
  const dialog = h("dialog", { class: "quick", "aria-labelledby": "quick-title", on: { cancel, close: shut } },
    h("header", { class: "quick-head" }, title, count, h("div", { class: "spacer" }), make, bring, out, close),
    h("div", { class: "quick-body" },
      h("div", { class: "quick-side" }, seek, scopes, list, empty, failed),
      h("div", { class: "quick-main" }, back, nothing, edit.element, imported.element)));
  element.append(dialog);

  function shut() {
    actions.leaveQuick();
  }

  /** Esc; of a file's own window, too. */
  function cancel(event) {
    if (event.target !== dialog) return;
    if (edit.mayLeave()) shut();
    else event.preventDefault();
  }

  let latest = null;
  let scope = "";

  const w = (...args) => words(latest.prefs.lang)(...args);
  const turn = (managing) => edit.mayLeave() && actions.manageQuick(managing);
  const choose = (edits) => turn({ edits });

  function show() {
    const { quick, me } = latest;
    const { edits, imports } = quick.managing;
    const isSeen = (reply) => !scope || reply.scope === scope;
    const found = ranked(quick.replies, seek.value.trim().toLowerCase(), null).filter(isSeen);
    const rows = found.slice(0, SHOWN);
    head(me, quick.replies.filter(isSeen).length);
    each(scopes, SCOPES, (each) => each, makeScope);
    each(list, inFolders(rows).map((row) => ({ ...row, chosen: row.reply?.id === edits })), ({ key }) => key, makeRow);
    const more = found.length > rows.length;
    const why = more ? "quickMore" : quick.phase !== "ready" ? "loading" : quick.replies.length ? "quickNoneFits" : "quickNoneYet";
    set(empty, { text: w(why, { n: SHOWN }), hidden: (rows.length > 0 && !more) || quick.phase === "failed" });
    set(failed, { text: `${w("quickFailed")} · ${w("retry")}`, hidden: quick.phase !== "failed" });
    const reply = typeof edits === "string" ? quick.replies.find(({ id }) => id === edits) : edits;
    set(dialog, { "data-open": Boolean(reply || imports) });
    set(nothing, { text: w("quickChoose"), hidden: Boolean(reply || imports) });
    edit.update(latest, imports ? null : reply ?? null, w);
    imported.update(latest, Boolean(imports), w);
  }

  function head(me, n) {
    set(title, { text: w("quickReplies") });
    set(count, { text: w("quickCount", { n }) });
    set(make.lastChild, { text: w("quickNew") });
    set(bring, { text: w("quickImport") });
    set(out, { text: w("quickExport"), href: exportOf(me.csId) });
    set(close, { "aria-label": w("quickClose"), title: w("quickClose") });
    set(seek, { placeholder: w("quickSeek"), "aria-label": w("quickSeek") });
    set(back.lastChild, { text: w("quickBack") });
    set(scopes, { "aria-label": w("quickFields.scope") });
  }

  function makeScope(name) {
    const button = h("button", {
      type: "button", class: "chip",
      on: {
        click: () => {
          scope = name;
          show();
        },
      },
    });
    return {
      element: button,
      update: () => set(button, {
        text: w(name ? `quickScopes.${name}` : "quickAll"), "aria-pressed": String(scope === name),
      }),
    };
  }

  function makeRow({ reply, folder }) {
    if (!reply) {
      const element = h("li", { class: "quick-folder muted" });
      return { element, update: () => set(element, { text: folder }) };
    }
    const name = h("span", { class: "quick-title" });
    const shortcut = h("kbd");
    const content = h("span", { class: "quick-content muted" });
    const locked = icon("lock");
    const button = h("button", { type: "button", class: "quiet", on: { click: () => choose(reply.id) } },
      h("span", { class: "quick-line" }, name, locked, shortcut), content);
    return {
      element: h("li", {}, button),
      update({ reply: now, chosen }) {
        set(name, { text: now.title });
        set(content, { text: now.content.replace(/\s+/g, " ") });
        set(shortcut, { text: now.shortcut ? `/${now.shortcut}` : "", hidden: !now.shortcut });
        locked.toggleAttribute("hidden", mayEdit(now, latest.me, latest.auth));
        set(button, { "aria-current": chosen ? "true" : null });
      },
    };
  }

  return {
    update(state) {
      latest = state;
      if (!state.quick.managing || !state.me) {
        if (dialog.open) dialog.close();
        return;
      }
      if (state.quick.phase === "idle") actions.loadQuick();
      show();
      if (dialog.open) return;
      dialog.showModal();
      if (!state.quick.managing.edits) seek.focus();
    },
  };
}

/** Rows with the name of their folder above the first of it; those in no folder first. */
function inFolders(replies) {
  const folders = new Map();
  for (const reply of replies) {
    const folder = reply.folder ?? "";
    if (!folders.has(folder)) folders.set(folder, []);
    folders.get(folder).push(reply);
  }
  return [...folders].sort(([one], [other]) => one.localeCompare(other, "zh")).flatMap(([folder, all]) => [
    ...(folder ? [{ key: `folder-${folder}`, folder }] : []), ...all.map((reply) => ({ key: reply.id, reply })),
  ]);
}
