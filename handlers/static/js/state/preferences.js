/*
 * What an agent wants, wherever she sits: kept by the server under her name, and in this browser while there is no
 * line. How the page looks (language, theme, density) stays with the browser, since screens differ. Pure.
 */

export const PREFERENCE_REDUCERS = {
  /** All of it, as the server has it, and with what it does not know of yet. */
  ownLoaded: (state, { values }) => {
    const own = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
    return same(state.own, own) ? state : { ...state, own };
  },
  ownKept: (state, { name, value }) => {
    const { [name]: _, ...others } = state.own;
    return { ...state, own: value === null || value === undefined ? others : { ...others, [name]: value } };
  },
  "told:preferences": (state, { frame }) => PREFERENCE_REDUCERS.ownLoaded(state, { values: frame.data }),
};

/** Whether two values say the same, as JSON has them. */
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
