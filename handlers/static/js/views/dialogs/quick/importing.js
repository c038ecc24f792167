/* Where quick replies are brought in from a table: all of them, or none and what is wrong with which line. */

import { mayShare } from "../../../state/quick.js";
import { each, h, set } from "../../parts/dom.js";
import { scopeChoice } from "./scope.js";

export function importing(actions) {
  const label = h("span", { class: "asking-label" });
  const file = h("input", { type: "file", accept: ".csv,text/csv", on: { change: () => clear() } });
  const hint = h("p", { class: "muted" });
  const who = scopeChoice();
  const said = h("p", { role: "status" });
  const faults = h("ol", { class: "quick-faults" });
  const go = h("button", { type: "submit", class: "primary" });
  const form = h("form", { class: "quick-editor", on: { submit } },
    h("label", { class: "asking-field" }, label, file), hint, who.element, said, faults,
    h("div", { class: "asking-foot" }, go));
  let latest = null;
  let busy = false;
  let result = null;

  function clear() {
    result = null;
    show();
  }

  async function submit(event) {
    event.preventDefault();
    const [csv] = file.files;
    if (!csv || busy) return;
    busy = true;
    show();
    result = await actions.importQuick(await textOf(csv), who.value());
    busy = false;
    if (!result.error && !result.data.faults?.length) file.value = "";
    show();
  }

  function show() {
    const { state, w } = latest;
    const wrong = result?.data?.faults ?? [];
    const { added = 0, changed = 0 } = result?.data ?? {};
    set(label, { text: w("quickCsv") });
    set(hint, { text: w("quickCsvHint") });
    who.update(state, mayShare(state.me, state.auth), w);
    const told = () => (wrong.length ? w("quickFaults", { n: wrong.length })
      : result.error ?? w("quickImported", { added, changed }));
    set(said, { text: result ? told() : "", hidden: !result, class: wrong.length || result?.error ? "error" : "done" });
    each(faults, wrong.map((fault, place) => ({ ...fault, place })), ({ place }) => place, makeFault);
    faults.hidden = !wrong.length;
    set(go, { text: w("quickImport"), disabled: busy || !file.files.length });
  }

  function makeFault() {
    const element = h("li");
    return { element, update: ({ line, message }) => set(element, { text: latest.w("quickFault", { line, message }) }) };
  }

  return {
    element: form,
    update(state, shown, w) {
      latest = { state, w };
      if (!shown) result = null;
      form.hidden = !shown;
      if (shown) show();
    },
  };
}

/** A table as Excel saves it in China is GB 18030; one that is UTF-8 is so for sure. */
async function textOf(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
