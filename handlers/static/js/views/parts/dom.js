/*
 * The few things views need of the DOM. Text goes in as text, never as markup, and a node is touched only where
 * something changed, so that selections, focus and the reader's place survive an update.
 */

/** A new element: `h("button", {class: "quiet", on: {click}}, icon, "text")`. */
export function h(tag, props = {}, ...children) {
  const { on = {}, ...rest } = props;
  const node = document.createElement(tag);
  for (const [name, listener] of Object.entries(on)) node.addEventListener(name, listener);
  set(node, rest);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** `text`, `value` and attributes as given: false, null and undefined take an attribute away, true leaves it empty. */
export function set(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") {
      if (node.textContent !== value) node.textContent = value;
    } else if (name === "value") {
      if (node.value !== value) node.value = value;
    } else if (value === false || value === null || value === undefined) {
      node.removeAttribute(name);
    } else {
      const text = value === true ? "" : String(value);
      if (node.getAttribute(name) !== text) node.setAttribute(name, text);
    }
  }
  return node;
}

const KEPT = new WeakMap(); // parent → its views by key

/**
 * Makes the children of `parent` those of `items`, in their order. `make(item)` gives a view `{element, update(item)}`,
 * which is kept as long as its key is.
 */
export function each(parent, items, keyOf, make) {
  const before = KEPT.get(parent) ?? new Map();
  const after = new Map(items.map((item) => [keyOf(item), before.get(keyOf(item)) ?? make(item)]));
  for (const [key, view] of before) if (!after.has(key)) view.element.remove();
  let place = parent.firstChild;
  for (const item of items) {
    const view = after.get(keyOf(item));
    view.update(item);
    if (view.element === place) place = place.nextSibling;
    else parent.insertBefore(view.element, place);
  }
  KEPT.set(parent, after);
  return after;
}

/** Runs `work` only when one of `things` is another than last time. */
export function whenChanged(work) {
  let last = null;
  return (...things) => {
    if (last && things.length === last.length && things.every((thing, index) => thing === last[index])) return;
    last = things;
    work(...things);
  };
}
