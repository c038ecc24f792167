/* The files that lie ready to be sent: what each is, how far it has come, what is wrong with it, and away with it. */

import { abilityOf, filesTaken } from "../../state/abilities.js";
import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { attachedTo } from "../../state/files.js";

export function chips(actions) {
  const element = h("ul", { class: "attached", hidden: true });

  function make({ id, file: { key, preview } }) {
    const face = preview ? h("img", { class: "attached-picture", src: preview, alt: "" }) : icon("file");
    const name = h("span", { class: "attached-name" });
    const about = h("span", { class: "attached-about" });
    const progress = h("progress", { max: 1 });
    const again = h("button", { type: "button", class: "quiet", on: { click: () => actions.uploadAgain(key) } });
    const away = h("button", {
      type: "button", class: "icon-button", on: { click: () => actions.detach(id, key) },
    }, icon("close"));
    const element = h("li", { class: "attached-file" }, face,
      h("div", { class: "attached-text" }, name, about, progress), again, away);
    return {
      element,
      update({ file, taken, w }) {
        set(element, { "data-phase": file.phase });
        set(name, { text: file.name, title: file.name });
        set(about, { text: saying(file, taken, w) });
        set(progress, { hidden: file.phase !== "uploading", value: file.progress, "aria-label": w("deliveries.uploading") });
        set(again, { hidden: file.phase !== "failed", text: w("retry") });
        set(away, { "aria-label": w("detach", { name: file.name }), title: w("detach", { name: file.name }) });
      },
    };
  }

  return {
    element,
    update(state, id, w) {
      const files = attachedTo(state, id);
      const taken = takenInWords(abilityOf(state, state.sessions[id]), w);
      element.hidden = files.length === 0;
      set(element, { "aria-label": w("attached") });
      each(element, files.map((file) => ({ id, file, taken, w })), ({ file }) => file.key, make);
    },
  };
}

/** Which files can be sent here, and how large: 图片（JPG、PNG）10 MB、文件 20 MB. */
export function takenInWords(ability, w) {
  return filesTaken(ability).map(({ msgType, mimes, largest }) => {
    const kind = w(`types.${msgType}`);
    const kinds = mimes?.map((mime) => mimeInWords(mime.split("/")[1], w)).join(w("comma"));
    return w("takenUpTo", { kind: kinds ? w("takenAs", { kind, kinds }) : kind, size: w.size(largest) });
  }).join(w("comma"));
}

const mimeInWords = (kind, w) => (w.knows(`mimes.${kind}`) ? w(`mimes.${kind}`) : kind);

function saying({ phase, trouble, reason, msgType, size, most, kept }, taken, w) {
  if (phase === "refused") return w(trouble, { size: w.size(most), taken });
  if (phase === "failed") return reason;
  const about = `${w(`types.${msgType}`)} · ${w.size(size)}`;
  return kept === false ? `${about} · ${w("notKeptHere")}` : about;
}
