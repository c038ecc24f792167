/*
 * Finding by a few letters: what is typed must come in the text in its order, or in the initials of its pinyin, so
 * that `jrxyg` finds 接入下一个. Pure, but for the browser's knowledge of how Chinese is ordered.
 */

const LETTERS = "abcdefghjklmnopqrstwxyz";
const FIRST_OF_LETTER = [..."阿丷嚓咑妸发旮哈丌咔垃呣拏喔妑七呥仨他屲夕丫帀"]; // in the order of pinyin
const HAN = /\p{Script=Han}/u;
const order = new Intl.Collator("zh-Hans-u-co-pinyin");
const known = new Map(); // text → its initials
const KNOWN = 5000;

/** The first letter of each Chinese character's pinyin; what is not Chinese stays. */
export function initialsOf(text) {
  if (known.size > KNOWN) known.clear();
  if (!known.has(text)) {
    known.set(text, Array.from(text.toLowerCase(), (each) => (HAN.test(each) ? letterOf(each) : each)).join(""));
  }
  return known.get(text);
}

function letterOf(character) {
  let [low, high] = [0, LETTERS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order.compare(FIRST_OF_LETTER[middle], character) <= 0) low = middle + 1;
    else high = middle;
  }
  return LETTERS[low - 1] ?? character;
}

/** How well `typed` fits: the greater the better, 0 not at all. What stands together and at the start fits best. */
export function fit(text, typed) {
  const wanted = typed.toLowerCase().replace(/\s+/g, "");
  if (!wanted) return 1;
  return Math.max(...[text.toLowerCase(), initialsOf(text)].map((each) => fitIn(each, wanted)));
}

function fitIn(text, wanted) {
  const place = text.indexOf(wanted);
  if (place >= 0) return (place ? 50 : 100) + wanted.length / text.length;
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return 0;
  }
  return wanted.length / text.length;
}
