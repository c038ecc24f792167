/* What agents think of the assistant's answers, as told with each message in `feedback`. Pure. */

/** Whether an agent has sent what the assistant had written, as it was. */
export const isDrafted = ({ senderType, fields }) => senderType === "manual" && Boolean(fields?.assistant?.drafted);

/** Whatever the assistant said or wrote, but that the customer should wait. */
export const canBeJudged = (told) =>
  Boolean(told.msgId) && (isDrafted(told) || (told.senderType === "ai" && !told.fields?.assistant?.holding));

/** This agent's verdict on a message, with what is on its way as if it were told. */
export function verdictOf(state, told) {
  const given = state.judging[told.msgId] ?? verdicts(told).find(({ csId }) => csId === state.me.csId);
  return { verdict: given?.verdict ?? "none", note: given?.note ?? "" };
}

/** What the others think. */
export const othersOn = ({ me }, told) => verdicts(told).filter(({ csId }) => csId !== me.csId);

const verdicts = ({ feedback }) => feedback?.verdicts ?? [];

export const JUDGING_REDUCERS = {
  judging: (state, { msgId, given }) => {
    const { [msgId]: _, ...others } = state.judging;
    return { ...state, judging: given ? { ...others, [msgId]: given } : others };
  },
};
