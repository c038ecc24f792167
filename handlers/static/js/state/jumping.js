/* The message an address leads to: `#/s/{id}?m={seq}`. Pure. */

/** Its seq; null where the address names none. */
export function seqIn(hash) {
  const [, query = ""] = hash.split("?");
  const seq = Number(new URLSearchParams(query).get("m"));
  return Number.isInteger(seq) && seq > 0 ? seq : null;
}

export const addressOf = (id, seq = null) => `#/s/${encodeURIComponent(id)}${seq === null ? "" : `?m=${seq}`}`;
