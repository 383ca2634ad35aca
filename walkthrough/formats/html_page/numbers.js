// Numbers as they are written, and arithmetic as with a pencil.
// Nothing here knows of tensors, or of a page.

// --- numbers ----------------------------------------------------------------------------------------------

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹", LOWERED = "₀₁₂₃₄₅₆₇₈₉";
const raised = (digits) => digits.replace("-", "⁻").replace(/\d/g, (digit) => RAISED[digit]);
const level = (text) => text.replace(/[⁰¹²³⁴-⁹]/g, (digit) => RAISED.indexOf(digit)).replace(/[₀-₉]/g, (digit) => LOWERED.indexOf(digit));

function double(text) { // what the page writes: −0.5, 1.5·10⁻⁹, 1/3, 25%
  const quickly = text.trim() ? Number(text.replace("−", "-")) : NaN; // there may be 48,000 of them
  if (!Number.isNaN(quickly)) return quickly;
  const plain = text.trim().replace(/−/g, "-").replace(/·10(.+)/, (_, up) => `e${level(up).replace("⁻", "-")}`);
  const [above, below = "1"] = plain.split("/"), size = above.endsWith("%") ? Number(above.slice(0, -1)) / 100 : Number(above);
  return above.trim() && below.trim() ? size / Number(below) : NaN;
}
const people = (text) => text.replace(/e\+?(.+)/, (_, power) => `·10${raised(power)}`).replace(/-/g, "−"); // not 1e-9
const brief = (value, digits) => (value ? people(value.toPrecision(digits)) : "0"); // rounded to so many digits
const full = (value) => people(String(value || 0));
const ended = (value, decimals) => full(Number(value.toFixed(decimals))); // which has no more of them
const short = (size, decimals) => Math.abs(size) * 10 ** decimals < 1e12 && decimals <= 100;
const bare = (text) => text.replace(/(max\(0, |\||e\^\()\((−[\d.]+)\)(?=\)|\|)/g, "$1$2"); // max(0, −3)
function decimals(text) { // with how many a number ends that somebody wrote
  const value = double(text), found = [...Array(13).keys()].find((count) => Number(value.toFixed(count)) === value);
  return text.length > 17 ? Infinity : found ?? Infinity;
}
// a formula's number ends with some decimals of its own, and so many times as many as its entries have at most
const ending = (ends, entries) => (ends ? ends[0] + (ends[1] && ends[1] * most(entries)) : Infinity);
const BEYOND = "beyond double precision";
const bounded = (text) => (/^−|·|\//.test(text) ? `(${text})` : text);
function joined(terms) { // a + b − c
  const text = terms.map((term) => (term[0] === "−" ? ` − ${term.slice(1)}` : ` + ${term}`)).join("");
  return text.replace(/^ \+ (\(([^()]*)\)(?= |$))?/, "$2").replace(/^ − /, "−");
}
const total = (numbers) => numbers.reduce((sum, each) => sum + each, 0);
const most = (numbers) => numbers.reduce((found, each) => Math.max(found, each), 0);

// --- decimals ---------------------------------------------------------------------------------------------

// A decimal is m·10^e, and `exact` if nothing of the number is left out. Whatever is worked out with decimals is
// rounded half-up to 40 digits. Python does the same (page/records/decimal_readings.py), so that what a page works
// out is what it was found to work out when it was written.

const KEPT = 40n, FULL = 20;
const positive = (whole) => (whole < 0n ? -whole : whole);
function rounded({ m, e, exact }, digits = Number(KEPT)) {
  const length = String(positive(m)).length;
  if (length <= digits) return { m, e, exact };
  const unit = 10n ** BigInt(length - digits), half = (2n * positive(m) + unit) / (2n * unit);
  return { m: m < 0n ? -half : half, e: e + length - digits, exact };
}
function decimal(text, digits) { // what the page carries: rounded if it has exactly so many digits
  const [, sign, whole, part = "", power = "0"] = /^(−?)(\d+)(?:\.(\d+))?(?:·10(.+))?$/.exec(text);
  const figures = (whole + part).replace(/^0+/, "");
  return { m: BigInt((sign && "-") + whole + part), e: Number(level(power).replace("⁻", "-")) - part.length, exact: figures.length !== digits || !figures };
}
const times = (one, other) => ([one, other].some(({ m, exact }) => !m && exact) ? { m: 0n, e: 0, exact: true }
  : rounded({ m: one.m * other.m, e: one.e + other.e, exact: one.exact && other.exact }));
function plus(one, other) {
  const e = Math.min(one.e, other.e), lifted = (of) => of.m * 10n ** BigInt(of.e - e);
  return rounded({ m: lifted(one) + lifted(other), e, exact: one.exact && other.exact });
}
const fraction = (text) => over(...`${text}/1`.replace("-", "−").split("/").map((each) => decimal(each, 0))); // −1/2
const negative = (of) => ({ ...of, m: -of.m });
function over(above, below) { // more digits than are kept, cut off: half-up does not mind
  const lift = KEPT + 2n + BigInt(String(below.m).length), m = (above.m * 10n ** lift) / below.m;
  return rounded({ m, e: above.e - below.e - Number(lift), exact: above.exact && below.exact });
}
function root({ m, e, exact }) {
  const lift = 2n * KEPT + 4n + BigInt(Math.abs(e % 2)), lifted = m * 10n ** lift;
  let found = 10n ** BigInt(Math.ceil(String(lifted).length / 2)), next = found; // from above, as Newton does
  do { found = next; next = (found + (found ? lifted / found : 0n)) / 2n; } while (next < found);
  return rounded({ m: found, e: (e - Number(lift)) / 2, exact });
}
function shownAs(of, digits, more) { // what is shown of a decimal, taken as it stands
  const ended = String(positive(of.m)).replace(/0+$/, "").length <= Math.max(FULL, digits) + more;
  return of.exact && ended ? of : { ...rounded(of, digits + more), exact: true };
}
function sizeOf({ m, e, exact }, digits, more = 0) { // its text without a sign: in full if it ends
  if (!m) return "0";
  const text = String(positive(m)), ended = text.replace(/0+$/, "");
  if (exact && ended.length <= Math.max(FULL, digits) + more) return positional(ended, e + text.length - ended.length, true);
  const cut = rounded({ m, e }, digits + more), figures = String(positive(cut.m)).slice(0, digits + more).padEnd(digits + more, "0");
  return positional(figures, cut.e + String(positive(cut.m)).length - figures.length, false);
}
function positional(figures, exponent, complete) {
  const power = figures.length - 1 + exponent, point = figures.length + exponent;
  if (power <= -7 || power >= 21 || (exponent > 0 && !complete)) return `${figures[0]}${figures[1] ? "." : ""}${figures.slice(1)}·10${raised(String(power))}`;
  if (exponent >= 0) return figures + "0".repeat(exponent);
  return point > 0 ? `${figures.slice(0, point)}.${figures.slice(point)}` : `0.${"0".repeat(-point)}${figures}`;
}
const decimalOf = { // the words of a formula
  sum: (...terms) => terms.reduce(plus), product: (...factors) => factors.reduce(times), negative, quotient: over, sqrt: root,
};

