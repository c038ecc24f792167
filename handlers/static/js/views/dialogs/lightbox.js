/*
 * A picture, as large as the window, and from it to the others of the session: ← and →, + and - or the wheel, Esc, R turns
 * it, or the buttons; what is larger than the window is dragged. A click beside it closes, and focus goes back to where it was.
 */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { picturesOf } from "../../state/pictures.js";
import { words } from "../../texts/texts.js";

const NOTCH = 100; // px of a wheel that are one step; a touchpad tells of few at a time
const ZOOMS = [1, 1.5, 2, 3, 4]; // of the size at which it fits

export function mount(element, actions) {
  const image = h("img", { class: "lightbox-picture", draggable: "false", on: { load: fit, dblclick: () => zoomBy(zoom ? -zoom : 2) } });
  const stage = h("div", { class: "lightbox-stage", on: { click: beside, pointermove: drag } }, image);
  stage.addEventListener("wheel", wheel, { passive: false });
  const name = h("span", { class: "lightbox-name" });
  const place = h("span", { class: "muted lightbox-place" });
  const button = (sign, act) => h("button", { type: "button", class: "icon-button", on: { click: act } }, icon(sign));
  const before = button("left", () => go(-1));
  const after = button("right", () => go(1));
  const smaller = button("minus", () => zoomBy(-1));
  const larger = button("plus", () => zoomBy(1));
  const turn = button("rotate", () => turnRight());
  const save = h("a", { class: "button" }, icon("download"), h("span"));
  const close = h("button", { type: "button", class: "lightbox-close", on: { click: shut } },
    icon("close"), h("span"));
  const bar = h("div", { class: "lightbox-bar" }, name, place, before, after, smaller, larger, turn, save, close);
  const dialog = h("dialog", { class: "lightbox", on: { cancel: shut, close: shut, keydown } }, bar, stage);
  element.append(dialog);
  addEventListener("resize", fit);

  let zoom = 0; // place in ZOOMS
  let turned = 0; // quarters
  let around = []; // pictures of the session
  let at = -1;
  let id = null;
  let wheeled = 0;

  function wheel(event) {
    event.preventDefault();
    wheeled += event.deltaY;
    if (Math.abs(wheeled) < NOTCH) return;
    zoomBy(wheeled < 0 ? 1 : -1);
    wheeled = 0;
  }

  function drag({ buttons, movementX, movementY, pointerType }) {
    if (buttons === 1 && pointerType === "mouse" && zoom > 0) stage.scrollBy(-movementX, -movementY);
  }

  function shut() {
    actions.look(null);
  }

  function go(step) {
    const next = around[at + step];
    if (!next) return;
    at += step; // now: the next key may come before the next frame
    actions.look({ id, key: next.key });
  }

  function zoomBy(step) {
    zoom = Math.max(0, Math.min(ZOOMS.length - 1, zoom + step));
    fit();
  }

  function turnRight() {
    turned = (turned + 1) % 4;
    fit();
  }

  /** It fits at first; larger than that, what does not fit is scrolled to, from the middle on. */
  function fit() {
    if (!dialog.open || !image.naturalWidth) return;
    const { clientWidth, clientHeight } = stage;
    const lies = turned % 2 === 1;
    const [across, down] = lies ? [image.naturalHeight, image.naturalWidth] : [image.naturalWidth, image.naturalHeight];
    const size = Math.min(1, (clientWidth - 32) / across, (clientHeight - 32) / down) * ZOOMS[zoom];
    const [width, height] = [image.naturalWidth * size, image.naturalHeight * size].map(Math.round);
    const beside = lies ? (height - width) / 2 : 0; // a turned box keeps its old room: what is too wide, and too low
    Object.assign(image.style, {
      width: `${width}px`, height: `${height}px`, rotate: `${turned * 90}deg`, margin: `${-beside}px ${beside}px`,
    });
    if (!lies) image.style.margin = "";
    set(stage, { "data-zoomed": zoom > 0 });
    stage.scrollTo((stage.scrollWidth - clientWidth) / 2, (stage.scrollHeight - clientHeight) / 2);
    set(smaller, { disabled: zoom === 0 });
    set(larger, { disabled: zoom === ZOOMS.length - 1 });
  }

  function beside({ target }) {
    if (target === stage && zoom === 0) shut();
  }

  function keydown(event) {
    const act = {
      ArrowLeft: () => go(-1), ArrowRight: () => go(1), "+": () => zoomBy(1), "=": () => zoomBy(1), "-": () => zoomBy(-1),
      r: turnRight,
    }[event.key];
    if (event.key === "Tab") keepFocus(event);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  /** Round and round: beyond the last of the buttons would be the browser's own bars. */
  function keepFocus(event) {
    const stops = [...bar.querySelectorAll("button:enabled, a")].filter((stop) => !stop.hidden);
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (document.activeElement !== from) return;
    event.preventDefault();
    to.focus();
  }

  function show(picture, w) {
    const called = picture.name || w("types.image");
    set(dialog, { "aria-label": called });
    set(name, { text: picture.name });
    set(place, { text: w("place", { n: at + 1, all: around.length }), hidden: around.length < 2 });
    if (image.getAttribute("src") !== picture.src) [zoom, turned] = [0, 0];
    set(image, { src: picture.src, alt: called });
    for (const [node, key, step] of [[before, "before", -1], [after, "after", 1]]) {
      set(node, { "aria-label": w(key), title: w(key), hidden: around.length < 2, disabled: !around[at + step] });
    }
    set(smaller, { "aria-label": w("zoomOut"), title: w("zoomOut") });
    set(larger, { "aria-label": w("zoomIn"), title: w("zoomIn") });
    set(turn, { "aria-label": w("turnRight"), title: w("turnRight") });
    set(save, { hidden: !picture.save, href: picture.save, download: picture.name || true });
    set(save.lastChild, { text: w("download") });
    set(close.lastChild, { text: w("closePicture") });
  }

  return {
    update(state) {
      const { looking } = state;
      around = looking?.id ? picturesOf(state, looking.id) : [];
      at = around.findIndex(({ key }) => key === looking?.key);
      id = looking?.id;
      const picture = around[at] ?? (looking?.src ? looking : null);
      if (!picture) {
        if (dialog.open) dialog.close();
        image.removeAttribute("src");
        return;
      }
      show(picture, words(state.prefs.lang));
      if (!dialog.open) {
        dialog.showModal();
        close.focus();
      }
      fit();
    },
  };
}
