/* Where one quick reply is written: its words with what is filled by itself, who may use it, and its picture. */

import { pictureOf } from "../../../actions/quick.js";
import { VARIABLES, mayEdit, mayShare } from "../../../state/quick.js";
import { CHANNELS } from "../../../state/sessions.js";
import { each, h, set } from "../../parts/dom.js";
import { scopeChoice } from "./scope.js";

const LONGEST = { title: 60, shortcut: 20, folder: 40, content: 2000 };
const PICTURES = "image/jpeg,image/png,image/gif,image/webp";

/** `saved(id)` is told what was saved, `gone()` that it was deleted. */
export function editor(actions, { saved, gone }) {
  const names = {};
  const field = (name, ...controls) => {
    names[name] = h("span", { class: "asking-label" });
    return h("label", { class: "asking-field" }, names[name], ...controls);
  };
  const line = (name) => h("input", { maxlength: LONGEST[name], autocomplete: "off" });
  const title = line("title");
  const shortcut = line("shortcut");
  const folder = line("folder");
  const content = h("textarea", { rows: 6, maxlength: LONGEST.content });
  const variables = h("div", { class: "quick-variables", role: "group" });
  const who = scopeChoice();
  const channels = h("div", { class: "quick-channels", role: "group" });
  const boxes = Object.fromEntries(CHANNELS.map((name) => [name, h("input", { type: "checkbox" })]));
  const labels = CHANNELS.map((name) => h("label", {}, boxes[name], h("span")));
  channels.append(...labels);
  const picture = h("img", { class: "quick-picture", alt: "" });
  const file = h("input", { type: "file", accept: PICTURES, on: { change: () => show() } });
  const drop = h("button", { type: "button", class: "quiet", on: { click: dropPicture } });
  const readOnly = h("p", { class: "muted" });
  const said = h("p", { role: "status" });
  const away = h("button", { type: "button", class: "danger", on: { click: remove } });
  const save = h("button", { type: "submit", class: "primary" });
  const channelName = h("span", { class: "asking-label" });
  const fields = h("fieldset", { class: "quick-fields" }, field("title", title),
    h("div", { class: "quick-pair" }, field("shortcut", shortcut), field("folder", folder)),
    field("content", content), variables, who.element,
    h("div", { class: "asking-field" }, channelName, channels),
    field("image", h("div", { class: "quick-pictured" }, picture, file, drop)));
  const form = h("form", { class: "quick-editor", novalidate: true, on: { submit, input: () => { asked = false; } } }, fields, readOnly, said,
    h("div", { class: "asking-foot" }, away, h("div", { class: "spacer" }), save));
  let latest = null;
  let reply = null; // that is in the fields
  let dropped = false;
  let sure = false; // she was asked whether it is to be deleted
  let busy = false;
  let filled = ""; // the fields as they were kept
  let asked = false; // she was told that what she wrote is not kept

  function fill(next) {
    reply = next;
    [dropped, sure, asked] = [false, false, false];
    title.value = next.title ?? "";
    shortcut.value = next.shortcut ?? "";
    folder.value = next.folder ?? "";
    content.value = next.content ?? "";
    file.value = "";
    who.fill(next);
    for (const name of CHANNELS) boxes[name].checked = next.channels?.includes(name) ?? false;
    say("");
  }

  function say(text, bad = false) {
    set(said, { text, hidden: !text, class: bad ? "error" : "muted" });
  }

  function dropPicture() {
    file.value = "";
    dropped = true;
    show();
  }

  const inFields = () => ({
    title: title.value.trim(), content: content.value.trim(), shortcut: shortcut.value.trim().replace(/^[/／]/, ""),
    folder: folder.value.trim(), channels: CHANNELS.filter((name) => boxes[name].checked), ...who.value(),
  });
  const snapshot = () => JSON.stringify([inFields(), file.value, dropped]);

  async function submit(event) {
    event.preventDefault();
    const { w } = latest;
    const written = inFields();
    if (busy || !written.title || !written.content) {
      say(w("quickMissing"), true);
      (written.title ? content : title).focus();
      return;
    }
    busy = true;
    show();
    const { data, error } = await actions.saveQuick(reply.id, written, file.files[0] ?? (dropped ? null : undefined));
    busy = false;
    if (data?.id) saved(data.id);
    if (data?.id) reply = { ...reply, ...data };
    file.value = "";
    dropped = false;
    if (!error) filled = snapshot();
    say(error ?? w("quickSaved"), Boolean(error));
    show();
  }

  async function remove() {
    if (!sure) {
      sure = true;
      show();
      return;
    }
    const { error } = await actions.deleteQuick(reply.id);
    if (error) say(error, true);
    else gone();
  }

  function show() {
    const { state, w } = latest;
    const may = mayEdit({ scope: "personal", ...reply }, state.me, state.auth);
    for (const [name, node] of Object.entries(names)) set(node, { text: w(`quickFields.${name}`) });
    set(channelName, { text: w("quickFields.channels") });
    set(channels, { "aria-label": w("quickFields.channels") });
    labels.forEach((label, place) => set(label.lastChild, { text: w(`channels.${CHANNELS[place]}`) }));
    set(variables, { "aria-label": w("quickVariables"), title: w("quickVariables") });
    each(variables, VARIABLES, (name) => name, makeVariable);
    who.update(state, mayShare(state.me, state.auth), w);
    const pictured = reply.image && !dropped && !file.files[0];
    picture.hidden = !pictured;
    if (pictured) set(picture, { src: pictureOf(reply, state.me.csId) });
    set(drop, { text: w("quickDropPicture"), hidden: !pictured && !file.files[0] });
    set(fields, { disabled: !may });
    set(readOnly, { text: w("quickReadOnly"), hidden: may });
    set(away, { text: w(sure ? "quickDeleteSure" : "quickDelete"), hidden: !reply.id || !may });
    set(save, { text: w("quickSave"), hidden: !may, disabled: busy });
  }

  function makeVariable(name) {
    const put = () => {
      content.setRangeText(`{${name}}`, content.selectionStart, content.selectionEnd, "end");
      content.focus();
    };
    const element = h("button", { type: "button", class: "chip", text: `{${name}}`, on: { click: put } });
    return { element, update() {} };
  }

  return {
    element: form,
    /** Whether nothing would be lost, or she has been told and wants it so. */
    mayLeave() {
      if (!reply || asked || snapshot() === filled) return true;
      asked = true;
      say(latest.w("quickUnsaved"), true);
      return false;
    },
    /** `next` is a quick reply, or what a new one begins with; null if none is edited. */
    update(state, next, w) {
      latest = { state, w };
      form.hidden = !next;
      if (!next) {
        reply = null;
        return;
      }
      const fresh = !reply || (reply.id ?? reply) !== (next.id ?? next);
      if (fresh) fill(next);
      else if (next.id) reply = next; // its picture may have changed; what is being written stays
      show();
      if (fresh) filled = snapshot();
      if (fresh && !next.id) title.focus();
    },
  };
}
