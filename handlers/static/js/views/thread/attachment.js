/*
 * The file of a message: a picture to look at, a voice or video to play, or a file to keep; and while it is not here, that
 * it is being fetched, or why it is not and what to do.
 */

import { h, set } from "../parts/dom.js";
import { changingIcon, icon } from "../parts/icons.js";
import { fileAddress, isPicture, kindOf } from "../../state/pictures.js";
import { wordsIn } from "./card.js";
import { voice } from "./voice.js";

const AMR = ["audio/amr", "audio/amr-wb"]; // which no browser plays; the server gives it as WAV

export function attachment({ actions }) {
  const sign = changingIcon("clock");
  const words = h("span");
  const waiting = h("div", { class: "file-waiting" }, sign.element, words);
  const progress = h("progress", { max: 1 });
  const name = h("span", { class: "file-name" });
  const about = h("span", { class: "muted file-about" });
  const save = h("a", { class: "button file-save" }, icon("download"), h("span"));
  const row = h("div", { class: "file-row" }, icon("file"), h("div", { class: "file-text" }, name, about), save);
  const spoken = h("span", { class: "muted transcript-mark" });
  const besideWords = h("span", { class: "content" });
  const beside = h("div", {}, spoken, besideWords);
  const stage = h("div", { class: "file-stage" });
  const element = h("div", { class: "attachment" }, stage, waiting, row, beside, progress);
  let shown = null; // {kind, key, broken}: what stands on the stage
  let latest = null;

  return { element, update };

  function update(told, { w, sending = null }) {
    latest = [told, { w, sending }];
    const file = told.attachment ?? sending ?? {};
    const state = sending ? "ready" : file.state ?? "failed";
    const kind = state === "ready" ? playable(told.msgType, file, sending) : null;
    const src = kind && (sending ? sending.preview : addressOf(told, kind, file));
    stageFor(kind, src, told, file, w);
    const plain = state === "ready" && (!kind || shown.broken);
    set(element, { "data-state": state });
    set(waiting, { hidden: state === "ready" && !shown?.broken });
    const trouble = state === "failed" || shown?.broken;
    sign.update(trouble ? "warn" : "clock");
    const kindWord = called(told.msgType, w);
    set(words, { text: saying(state, kindWord, file, w) });
    set(row, { hidden: !plain });
    set(name, { text: file.name || kindWord, title: file.name || null });
    set(about, { text: file.size === undefined ? "" : w.size(file.size), hidden: file.size === undefined });
    set(save, { hidden: Boolean(sending), href: told.msgId ? fileAddress(told, "download=1") : null, download: file.name || true });
    set(save.lastChild, { text: w("download") });
    const said = wordsIn(told.content);
    const isVoice = told.msgType === "voice";
    set(beside, { class: isVoice ? "transcript" : null, hidden: !said || said === file.name });
    set(besideWords, { text: said });
    set(spoken, { text: isVoice ? w("transcript") : "", hidden: !isVoice });
    set(progress, {
      hidden: !(sending?.phase === "uploading"), value: sending?.progress ?? 0, "aria-label": w("deliveries.uploading"),
    });
  }

  function saying(state, kind, file, w) {
    if (state === "fetching") return w("fetching", { kind });
    if (state === "failed") return w("because", { note: w("notFetched", { kind }), reason: file.reason || w("fetchHint") });
    return shown?.broken ? w("notShown") : "";
  }

  /** Makes the picture or player anew only when it is another one: playing goes on through an update. */
  function stageFor(kind, src, told, file, w) {
    if (shown?.kind !== kind) {
      stage.replaceChildren();
      shown = kind && { kind, src: null, broken: false, ...MADE[kind]({ look, broke }) };
      if (shown) stage.append(shown.element);
    }
    stage.hidden = !shown || shown.broken;
    if (!shown) return;
    if (shown.src !== src) shown.show(src);
    shown.src = src;
    const seconds = Number(told.fields?.duration ?? told.fields?.seconds); // gateways call it so
    const lasts = Math.round(seconds) > 0 ? w("seconds", { n: Math.round(seconds) }) : "";
    shown.name([file.name || called(told.msgType, w), lasts].filter(Boolean).join(" · "), w, seconds);
  }

  function look() {
    const [told] = latest;
    actions.look(told.msgId ? { id: told.sessionId, key: told.msgId } : { src: shown.src, name: "" });
  }

  function broke() {
    shown.broken = true;
    update(...latest);
  }
}

const MADE = { image: picture, audio: voice, video };

function picture({ look, broke }) {
  const image = h("img", { class: "picture", decoding: "async", on: { error: broke } });
  const element = h("button", { type: "button", class: "picture-button", on: { click: look } }, image);
  return {
    element,
    /** What was being sent stays until the server's own has come, so that nothing jumps. */
    show(src) {
      if (!image.src) {
        image.src = src;
        return;
      }
      const next = new Image();
      next.onload = () => { image.src = src; };
      next.src = src;
    },
    name: (name, w) => {
      set(image, { alt: name });
      set(element, { "aria-label": w("lookAt", { name }) });
    },
  };
}

function video({ broke }) {
  const element = h("video", { class: "video", controls: true, preload: "metadata", on: { error: broke } });
  return {
    element,
    show: (src) => { element.src = src; },
    name: (name) => set(element, { "aria-label": name, title: name }),
  };
}

/** How a browser can show it; null where it can only be kept. */
export function playable(msgType, { mime = "" }, sending = null) {
  const type = kindOf(msgType);
  if (sending) return sending.preview && type === "image" ? "image" : null;
  if (type === "image") return isPicture(mime) ? "image" : null;
  if (type === "voice") return mime.startsWith("audio/") ? "audio" : null;
  return type === "video" && mime.startsWith("video/") ? "video" : null;
}

const called = (msgType, w) => w(w.knows(`types.${kindOf(msgType)}`) ? `types.${kindOf(msgType)}` : "types.file");

const addressOf = (told, kind, { mime }) =>
  fileAddress(told, kind === "audio" && AMR.includes(mime) ? "as=wav" : "");
