/*
 * What the channel of a session takes from us, as the server tells at `hello`; nothing where it told of none. Pure.
 *
 * An entry of `takes` is `{msgType, largest, smallest, mimes}`: sizes of its file in bytes, absent where it has none, and
 * `mimes` absent where any will do.
 */

const NOTHING = { takes: [], recalls: false, looksUp: false };
const FILES = ["image", "voice", "video", "file"]; // kinds that are a file and nothing else
const CARDS = ["product", "order", "link"];

export const abilitiesTold = (channels = []) =>
  Object.fromEntries(channels.map((each) => [`${each.channelType}/${each.via}`, each]));

export const abilityOf = ({ abilities }, session) =>
  abilities[`${session?.channelType}/${session?.via}`] ?? NOTHING;

export const takenAs = (ability, msgType) => ability.takes.find((taken) => taken.msgType === msgType);

/** The kinds of file that can be sent. */
export const filesTaken = ({ takes }) => takes.filter(({ msgType }) => FILES.includes(msgType));

/** The kinds of card that can be sent, in the order they are offered. */
export const cardsTaken = (ability) => CARDS.filter((kind) => takenAs(ability, kind));

/** What a browser's choice of files is narrowed to; null where any will do. */
export function choosable(ability) {
  const mimes = filesTaken(ability).map((taken) => taken.mimes);
  return mimes.every(Boolean) ? mimes.flat().join(",") : null;
}
