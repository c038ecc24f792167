/* Line icons on a 16×16 grid, drawn here so that nothing is fetched. They are ornaments: words stand beside them. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  angry: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM5 5.5l2 1M11 5.5l-2 1M5.5 11c1-2 4-2 5 0",
  at: "M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM10.5 5.5V9c0 2 3 2 3-1a5.5 5.5 0 1 0-2.2 4.4",
  attach: "M12.5 7 7.6 11.9a2.7 2.7 0 0 1-3.8-3.8L9 2.9a1.8 1.8 0 0 1 2.6 2.6L6.6 10.4a.9.9 0 0 1-1.3-1.3L9.8 4.7",
  back: "M10 3 5 8l5 5",
  bag: "M3.5 5.5h9l.8 8H2.7zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM6.5 14h3",
  bellOff: "M4 11V7a4 4 0 0 1 6.5-3.1M12 7v4l1 1H5M6.5 14h3M2.5 2.5l11 11",
  block: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM3.8 3.8l8.4 8.4",
  book: "M3 3h4.2a1 1 0 0 1 .8.8V13H4a1 1 0 0 1-1-1zM13 3H8.8a1 1 0 0 0-.8.8V13h4a1 1 0 0 0 1-1zM10.5 6.5v2.5M9.2 7.8h2.6",
  calm: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6 6.5v.2M10 6.5v.2M5.5 9.5c1 2 4 2 5 0",
  card: "M2 3.5h12v9H2zM2 6.5h12M4.5 9.5h4",
  check: "M3 8.5 6.5 12 13 4.5",
  clock: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 5v3l2 1.5",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2",
  down: "M4 6l4 4 4-4",
  download: "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M3 13h10",
  eye: "M1.5 8C4 3.5 12 3.5 14.5 8 12 12.5 4 12.5 1.5 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z",
  earlier: "M4 10l4-4 4 4",
  emoji: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6 6.2v.4M10 6.2v.4M5 9c.8 3 5.2 3 6 0z",
  edit: "M3 13l.7-3L10.5 3.2a1.2 1.2 0 0 1 1.7 0l.6.6a1.2 1.2 0 0 1 0 1.7L6 12.3z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  filter: "M2.5 3.5h11L9.5 8.5v4l-3 1.5V8.5z",
  help: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6.3 6.3c.2-2.3 3.6-2.2 3.5 0C9.8 7.7 8 7.6 8 9.2M8 11.4v.2",
  image: "M2.5 3h11v10h-11zM5.6 5.6a.9.9 0 1 1 0 1.8.9.9 0 0 1 0-1.8zM2.5 11.5 6 8.5l2.2 2 2.3-2.5 3 3",
  impatient: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6 6.5v.2M10 6.5v.2M5.5 10.5h5",
  inbox: "M2.5 9 4 3h8l1.5 6v4h-11zM2.5 9H6l.7 1.5h2.6L10 9h3.5",
  left: "M10 3 5 8l5 5",
  link: "M7 4H3.5v8.5H12V9M9 3h4v4M13 3 7.5 8.5",
  list: "M3.5 2.5h9v11h-9zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  lock: "M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  minus: "M3.5 8h9",
  moon: "M12.5 10.5A5.5 5.5 0 0 1 6 3a5.3 5.3 0 1 0 6.5 7.5z",
  pause: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM5.5 8h5",
  pen: "M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.7 4l2.3 2.3",
  more: "M3.5 8h.2M8 8h.2M12.5 8h.2",
  note: "M3 2.5h10v7.5L9.5 13.5H3zM13 10H9.5v3.5M5.5 5.5h5M5.5 8h3",
  panel: "M2 3h12v10H2zM10 3v10",
  pin: "M8 14s4.5-4 4.5-7.3a4.5 4.5 0 0 0-9 0C3.5 10 8 14 8 14zM8 5.2a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2",
  play: "M5 3.2v9.6L12.5 8z",
  plus: "M3.5 8h9M8 3.5v9",
  pulse: "M1.5 8.5h3L6.5 4l3 8.5L11.5 8.5h3",
  quick: "M8.8 2 4 9h3.4l-.6 5L12 6.8H8.4z",
  quote: "M3 11V7.5A3.5 3.5 0 0 1 6 4M3 8h3.5v3.5H3zM9.5 11V7.5a3.5 3.5 0 0 1 3-3.5M9.5 8H13v3.5H9.5z",
  right: "M6 3l5 5-5 5",
  rotate: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3l3.2 3.2",
  send: "M2.5 8 13.5 3 10 13.5 7.5 9z",
  sliders: "M2.5 4.5h6M12 4.5h1.5M8.5 4.5a1.7 1.7 0 1 1 3.5 0 1.7 1.7 0 0 1-3.5 0zM2.5 11.5H4M7.5 11.5h6M4 11.5a1.7 1.7 0 1 1 3.5 0 1.7 1.7 0 0 1-3.5 0z",
  sort: "M4.5 3v10M2.5 11l2 2 2-2M9 4.5h5M9 8h3.5M9 11.5h2",
  spark: "M8 2l1.5 4.5L14 8 9.5 9.5 8 14 6.5 9.5 2 8l4.5-1.5z",
  stop: "M5.5 3.5v9M10.5 3.5v9",
  tag: "M2.5 2.5h5l6 6-5 5-6-6zM5.3 5.3v.2",
  talk: "M2.5 3.5h11v7.5H7L4 13.5V11H2.5z",
  thumbDown: "M5 9.5V3h6.2a1 1 0 0 1 1 .8l.8 4.2a1 1 0 0 1-1 1.2H9l.4 3a1.1 1.1 0 0 1-2.1.6L5 9.5H2.5V3H5",
  thumbUp: "M5 6.5V13h6.2a1 1 0 0 0 1-.8l.8-4.2a1 1 0 0 0-1-1.2H9l.4-3a1.1 1.1 0 0 0-2.1-.6L5 6.5H2.5V13H5",
  undo: "M3 6.5h6.5a3.3 3.3 0 0 1 0 6.5H6M5.5 3.5l-3 3 3 3",
  unread: "M2.5 4h7M13.5 7v5.5h-11V4l5.5 4.5 2-1.6M12.5 3.5v.2",
  up: "M8 13V3.5M4 7.5 8 3.5l4 4",
  warn: "M8 2.5 14 13H2zM8 6.5V9.5M8 11.3v.2",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** An icon that may become another: `update(name)`. */
export function changingIcon(name) {
  const element = icon(name);
  return {
    element,
    update(name) {
      element.setAttribute("class", `icon icon-${name}`);
      element.firstChild.setAttribute("d", PATHS[name]);
    },
  };
}
