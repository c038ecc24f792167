/* Which rows of the list are ticked, to do one thing to them all; and whose tags are being changed. Pure. */

/** The ticked rows that are still listed, in their order. */
export const checkedOf = ({ checked }, ids) => ids.filter((id) => checked[id]);

export const CHECKING_REDUCERS = {
  checked: (state, { ids, on }) => {
    const checked = { ...state.checked };
    for (const id of ids) {
      if (on) checked[id] = true;
      else delete checked[id];
    }
    return { ...state, checked };
  },
  labelling: (state, { ids }) => ({ ...state, labelling: ids }),
};
