/*
 * Looks at the page from inside, before any of its scripts runs, and by what a reader sees: links to sessions in the
 * list, messages in the log. A moment counts as shown when the animation frame after the one that changed the page
 * begins: by then that frame was laid out, painted and handed on.
 */

(() => {
  const Native = window.WebSocket;
  const heard = new Map(); // words we wait for → when the frame with them came
  let told = null; // how long what is expected took
  let frames = 0;
  let tasks = [];
  const MARKS = ["#list a[href*='/s/']", "#thread [role=log] .message"];

  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });

  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (data.includes('"new_message"')) frames += 1;
        for (const words of heard.keys()) if (data.includes(words)) heard.set(words, performance.now());
      });
    }
  };

  const frame = () => new Promise(requestAnimationFrame);
  const shown = async () => {
    await frame();
    return performance.now();
  };

  /** Resolves in the frame that makes it true, if it is not. */
  const becomes = (isSo) => new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      watcher.disconnect();
      resolve();
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { childList: true, subtree: true, characterData: true });
    look();
  });

  const items = () => document.querySelector("#thread [role=log] ol");
  const found = (item, next) => (!item || item.classList.contains("message") ? item : found(item[next], next));
  const lastSays = (words) => () => found(items()?.lastElementChild, "previousElementSibling")?.textContent.includes(words);
  const firstSays = (words) => found(items()?.firstElementChild, "nextElementSibling")?.textContent.includes(words);

  const firsts = MARKS.map((mark) => becomes(() => document.querySelector(mark)).then(shown));

  const percentile = (all, percent) => all.sort((one, other) => one - other)[Math.floor(all.length * percent / 100)];

  window.watching = {
    /** When the first row and the first message were there, since the page was asked for. */
    firsts: () => Promise.all(firsts),
    frames: () => frames,
    tasks() {
      const seen = tasks;
      tasks = [];
      return seen;
    },
    /** Opens a session as a click on its link does; how long until its last words are shown. */
    async opens([id, words]) {
      const began = performance.now();
      location.hash = `#/s/${id}${/\?.*|$/.exec(location.hash)[0]}`; // with what narrows the list, as in its link
      await becomes(lastSays(words));
      return (await shown()) - began;
    },
    /** From now on waits for a frame on the socket with these words, and until they are the last ones shown. */
    expects(words) {
      heard.set(words, 0);
      told = becomes(() => heard.get(words) && lastSays(words)()).then(shown).then((at) => {
        const took = at - heard.get(words);
        heard.delete(words);
        return took;
      });
    },
    took: () => told,
    /** Down until nothing more comes, and up again. */
    async scrollsToEnd(selector) {
      const element = document.querySelector(selector);
      await becomes(() => {
        element.scrollTop = element.scrollHeight;
        return element.textContent.includes("没有更多了");
      });
      element.scrollTop = 0;
      await shown();
    },
    /** Up until these words are the first, and down again. */
    async readsAll([selector, first, last]) {
      const element = document.querySelector(selector);
      while (!firstSays(first)) {
        element.scrollTop = 0;
        await frame();
      }
      document.querySelector("#thread .to-bottom").click();
      await becomes(lastSays(last));
    },
    /** Scrolls this element, a screen's quarter in each frame, and the time between frames. */
    async scrolls([selector, up]) {
      const element = document.querySelector(selector);
      const taken = [];
      let before = await frame();
      for (let place = -1; place !== element.scrollTop;) {
        place = element.scrollTop;
        element.scrollTop += (up ? -1 : 1) * element.clientHeight / 4;
        const now = await frame();
        taken.push(now - before);
        before = now;
      }
      return { frames: taken.length, p95: percentile(taken, 95), longest: Math.max(...taken) };
    },
  };
})();
