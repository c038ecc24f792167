/* A picture, as large as the window: Esc, the button and a click beside it close, and focus goes back to where it was. */

import { h, set } from "../dom.js";
import { icon } from "../icons.js";
import { words } from "../texts.js";

export function mount(element, actions) {
  const image = h("img", { class: "lightbox-picture" });
  const save = h("a", { class: "button" }, icon("download"), h("span"));
  const close = h("button", { type: "button", class: "lightbox-close", on: { click: () => dialog.close() } },
    icon("close"), h("span"));
  const bar = h("div", { class: "lightbox-bar" }, h("span", { class: "lightbox-name" }), save, close);
  const dialog = h("dialog", {
    class: "lightbox",
    on: { close: () => actions.look(null), click: ({ target }) => target === dialog && dialog.close() },
  }, bar, image);
  element.append(dialog);

  return {
    update({ looking, prefs }) {
      if (!looking) {
        if (dialog.open) dialog.close();
        image.removeAttribute("src");
        return;
      }
      const w = words(prefs.lang);
      set(dialog, { "aria-label": looking.name || w("types.image") });
      set(bar.firstChild, { text: looking.name });
      set(image, { src: looking.src, alt: looking.name || w("types.image") });
      set(save, { hidden: !looking.save, href: looking.save, download: looking.name || true });
      set(save.lastChild, { text: w("download") });
      set(close.lastChild, { text: w("closePicture") });
      if (!dialog.open) {
        dialog.showModal();
        close.focus();
      }
    },
  };
}
