/*
 * What an agent wants to be reminded of later. Pure. `state.reminders` is id → {at, due}, `at` in ms. What is due stays so until she dismisses it; its row then stands where its time puts it.
 */

const AT_ONCE = 3; // sessions that are asked for beside the list's

/** The list of them, and the sessions they are about where no list brought those. */
export function wantedReminders({ reminders, remembered, sessions, missing }) {
  if (!remembered) return [{ kind: "reminders" }];
  return Object.keys(reminders).filter((id) => !sessions[id] && !missing[id]).slice(0, AT_ONCE)
    .map((id) => ({ kind: "session", id }));
}

/** When she can choose to be reminded, of what lies ahead: `{name, at}`. */
export function laterOf(now) {
  const on = (days, hour) => new Date(now).setHours(hour, 0, 0, 0) + days * DAY;
  return [
    { name: "minutes", at: now + 30 * MINUTE }, { name: "hour", at: now + 60 * MINUTE },
    { name: "hours", at: now + 180 * MINUTE }, { name: "evening", at: on(0, 18) }, { name: "morning", at: on(1, 9) },
  ].filter(({ at }) => at > now);
}

/** What a field for a moment holds, where the reader is: 2026-12-01T09:30. */
export function fieldOf(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Of what stands in it: `{at}`, or the `fault` as a key. */
export function chosenTime(text, now) {
  const at = new Date(text).getTime();
  if (Number.isNaN(at)) return { fault: "remindNoTime" };
  if (at <= now) return { fault: "remindPast" };
  return at > now + FURTHEST ? { fault: "remindFar" } : { at };
}

export const FURTHEST = 30 * 86_400_000; // ms; who needs to be reminded later than that keeps a diary
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

export const REMINDER_REDUCERS = {
  /** `rows` are `{sessionId, at}`. */
  remindersLoaded: (state, { rows, now }) => ({
    ...state, remembered: true, reminders: Object.fromEntries(rows.map(({ sessionId, at }) => [sessionId, noted(Date.parse(at), now)])),
  }),
  /** `at` is null when there is none any more. */
  reminded: (state, { id, at, now }) => {
    const { [id]: _, ...others } = state.reminders;
    return { ...state, reminders: at === null ? others : { ...others, [id]: noted(at, now) } };
  },
  reminding: (state, { id }) => ({ ...state, reminding: id }),
  timing: (state, { id }) => ({ ...state, timing: id }),
  "told:reminder_due": (state, { frame: { sessionId, data } }) => ({
    ...state, reminders: { ...state.reminders, [sessionId]: { at: Date.parse(data.at), due: true } },
  }),
};

const noted = (at, now) => ({ at, due: at <= now });
