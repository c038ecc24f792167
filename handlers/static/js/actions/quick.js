/* What an agent can do with quick replies: use them, and keep them in order. */

import * as api from "../outside/api.js";
import { words } from "../texts/texts.js";

const PATH = "/api/quick-replies";
const of = (id, ...more) => [PATH, encodeURIComponent(id), ...more].join("/");

/** Where the picture of a quick reply is found; `updatedAt`, so that a new one is not the old one. */
export const pictureOf = ({ id, updatedAt }, csId) =>
  `${of(id, "image")}?${new URLSearchParams({ csId, of: updatedAt ?? "" })}`;
export const exportOf = (csId) => `${PATH}/export?${new URLSearchParams({ csId })}`;

export function createQuick(store, { toast, onExpired, attach }) {
  const { dispatch } = store;
  const csId = () => store.state.me.csId;
  const w = (...args) => words(store.state.prefs.lang)(...args);
  const again = () => dispatch({ type: "told:quick_replies", frame: {}, now: Date.now() });

  /** `{data}`, or `{error, data}` in words. */
  function told(answer) {
    if (answer.status === 401) onExpired();
    return answer.ok ? { data: answer.data } : { error: answer.message || w("noAnswer"), data: answer.data };
  }

  const quick = {
    manageQuick: (managing = {}) => dispatch({ type: "quickManaged", managing }),
    leaveQuick: () => dispatch({ type: "quickManaged", managing: null }),
    /** Begins a new one with these words. */
    newQuick: ({ content }) => quick.manageQuick({ edits: { content } }),
    loadQuick: () => dispatch({ type: "quickWanted" }),
    /** It was put into a reply; its picture is attached. */
    async useQuick(id, reply) {
      dispatch({ type: "quickUsed", id: reply.id, at: new Date().toISOString() });
      api.post(of(reply.id, "used"), { csId: csId() });
      if (!reply.image) return;
      const picture = await fetch(pictureOf(reply, csId())).then((answer) => (answer.ok ? answer.blob() : null), () => null);
      if (picture) attach(id, [new File([picture], reply.image.name, { type: reply.image.mime })]);
      else toast(w("quickNoPicture"), "warn");
    },
    /** `picture` is a file, null to take it away, undefined to leave it. */
    async saveQuick(id, fields, picture) {
      const body = { ...fields, csId: csId() };
      const saved = told(id ? await api.put(of(id), body) : await api.post(PATH, body));
      if (!saved.error && picture !== undefined) Object.assign(saved, await quick.pictureQuick(saved.data.id, picture));
      again();
      return saved;
    },
    async pictureQuick(id, picture) {
      if (!picture) return told(await api.remove(of(id, "image"), { csId: csId() }));
      const headers = { "Content-Type": picture.type, "X-File-Name": encodeURIComponent(picture.name) };
      const path = `${of(id, "image")}?${new URLSearchParams({ csId: csId() })}`;
      return told(await api.upload(path, picture, headers, () => {}, "PUT").answer);
    },
    async deleteQuick(id) {
      const gone = told(await api.remove(of(id), { csId: csId() }));
      again();
      return gone;
    },
    /** `{data: {added, changed, faults}}`. */
    async importQuick(csv, { scope, group }) {
      const brought = told(await api.post(`${PATH}/import`, { csv, scope, group, csId: csId() }));
      again();
      return brought;
    },
  };
  return quick;
}
