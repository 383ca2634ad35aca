// Stepping, looking up and "what if". All there is to read can be read without this script; it calculates with
// the case's own equations, which the page carries as data, and knows nothing of layers.
// --- numbers, in double precision -------------------------------------------------------------------------

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹", LOWERED = "₀₁₂₃₄₅₆₇₈₉";

function double(text) { // what the page writes: −0.5, 1.5·10⁻⁹, 1/3, 25%
  const power = (_, up) => "e" + up.replace("⁻", "-").replace(/[^-]/g, (digit) => RAISED.indexOf(digit));
  const [above, below = "1"] = text.trim().replace(/−/g, "-").replace(/·10(.+)/, power).split("/");
  const size = above.endsWith("%") ? Number(above.slice(0, -1)) / 100 : Number(above);
  return above.trim() && below.trim() ? size / Number(below) : NaN;
}
function people(text) { // 1.5e-9 as people write it
  const power = (_, sign, size) => "·10" + (sign && "⁻") + size.replace(/\d/g, (digit) => RAISED[digit]);
  return text.replace(/e\+?(-?)(\d+)/, power).replace(/-/g, "−");
}
const brief = (value, digits) => (value ? people(value.toPrecision(digits)) : "0"); // rounded to so many digits
const full = (value) => people(String(value || 0));
const bounded = (text) => (/^−|·|\//.test(text) ? `(${text})` : text);
const joined = (terms) => terms.reduce((text, term) => text + (term[0] === "−" ? ` − ${term.slice(1)}` : ` + ${term}`));
const total = (numbers) => numbers.reduce((sum, each) => sum + each, 0);

// --- tensors and equations --------------------------------------------------------------------------------

class Tensor {
  constructor(it) { Object.assign(this, it, { special: new Map(it.special) }); }
  cell(place) { return this.shape.map((extent, axis) => Math.floor(place / this.steps[axis]) % extent); } // from 0
  kept(place) { return this.cell(place).slice(this.first).map((at) => at + 1); }
  named(place) { return this.shape.length ? this.name.replace(/(?=#|$)/, `[${this.kept(place)}]`) : this.name; }
  symbol(place, letter = this.letter) {
    const long = this.shape.slice(this.first).some((extent) => extent > 9), kept = this.kept(place);
    return letter + (long ? `[${kept}]` : kept.map((at) => LOWERED[at]).join(""));
  }
  find(indices) { // the place of a cell counted from 1, leading axes left out or not; −1 if there is none
    const left = this.shape.length - indices.length;
    if (left < 0 || this.shape.slice(0, left).some((extent) => extent !== 1)) return -1;
    const inside = indices.every((at, axis) => at >= 1 && at <= this.shape[left + axis]);
    return inside ? indices.reduce((place, at, axis) => place * this.shape[left + axis] + at - 1, 0) : -1;
  }
}
const idOf = (name) => name.replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-|-$/g, "");

// An equation reads `target += formula` at every place of its loop. A rule is a position that depends on the
// loop's indices: [constant, index, coefficient, …]. An entry is a tensor and a rule for each axis, or a single
// one that counts through it in reading order; outside its tensor it is padding, place −1.

function valueOf(rule, at) {
  let value = rule[0];
  for (let k = 1; k < rule.length; k += 2) value += rule[k + 1] * at[rule[k]];
  return value;
}
function placeOf(tensor, rules, at) {
  const extents = rules.length === tensor.shape.length ? tensor.shape : [tensor.size];
  let place = 0;
  for (let axis = 0; axis < rules.length; axis++) {
    const value = valueOf(rules[axis], at);
    if (value < 0 || value >= extents[axis]) return -1;
    place = place * extents[axis] + value;
  }
  return place;
}
function loop(indices, extents, at, visit, depth = 0) {
  if (depth === indices.length) return visit(at);
  for (let value = 0; value < extents[indices[depth]]; value++) {
    at[indices[depth]] = value;
    loop(indices, extents, at, visit, depth + 1);
  }
}
function spread(indices, extents, at, each) { // what there is at every place of a loop, in order
  const found = [];
  loop(indices, extents, [...at], (here) => found.push(each([...here])));
  return found;
}

function solve(wanted, extents, count, visit, at = [], index = 0) { // where in a loop the rules have these values
  if (index === count) return visit(at);
  let low = 0, high = extents[index] - 1;
  for (const [rule, goal] of wanted.filter(([, , last]) => last === index)) {
    const [none, one] = [0, 1].map((value) => { at[index] = value; return valueOf(rule, at); });
    const value = (goal - none) / (one - none);
    if (!Number.isInteger(value)) return;
    [low, high] = [Math.max(low, value), Math.min(high, value)];
  }
  for (at[index] = low; at[index] <= high; at[index]++) solve(wanted, extents, count, visit, at, index + 1);
}
function places(tensor, rules, place, extents, count, visit) { // the places of a loop where an entry is this one
  const goal = rules.length === tensor.shape.length ? tensor.cell(place) : [place];
  const last = (rule) => Math.max(-1, ...rule.filter((_, k) => k % 2)); // the index that decides
  const wanted = rules.map((rule, axis) => [rule, goal[axis], last(rule)]);
  if (wanted.every(([rule, value]) => rule.length > 1 || rule[0] === value)) solve(wanted, extents, count, visit);
}

class Equations {
  constructor(it) {
    this.digits = it.digits;
    this.tensors = it.quantities.map((each) => new Tensor(each));
    this.loss = this.tensors.find(({ name }) => name === "loss");
  }
  compiled([word, ...of], extents, read) { // a formula as a function of the loop's place; `read` gives other numbers
    if (word === "number") return ((value) => () => value)(double(of[0]));
    if (word === "entry") {
      const tensor = this.tensors[of[0]], values = this.doubles(tensor);
      return read ? (at) => read(this.entry(of, at)) : (at) => values[placeOf(tensor, of[1], at)] ?? 0;
    }
    if (word === "same") return (at) => Number(valueOf(of[0][0], at) === valueOf(of[0][1], at));
    if (word === "largest") return (at) => Math.max(...this.window(of, extents, at).map(read ?? this.worth));
    if (word === "share") return (at) => this.share(of, extents, at);
    if (word === "total") {
      const body = this.compiled(of[0], extents, read);
      return (at) => { let sum = 0; loop(of[1], extents, at, () => { sum += body(at); }); return sum; };
    }
    const parts = of.map((each) => this.compiled(each, extents, read)), [a, b, c, d] = parts;
    switch (word) {
      case "sum": return (at) => { // 0.1 + 0.2 − 0.3 is 0, though not in double precision
        const terms = parts.map((part) => part(at)), sum = total(terms);
        return Math.abs(sum) < 4e-16 * total(terms.map(Math.abs)) ? 0 : sum;
      };
      case "product": return (at) => { let value = 1; for (const part of parts) value *= part(at); return value; };
      case "negative": return (at) => -a(at);
      case "quotient": return (at) => a(at) / b(at);
      case "power": return (at) => a(at) ** b(at);
      case "piecewise": return (at) => { // sign, above, below, and what share of above holds at exactly 0
        const sign = a(at);
        return sign > 0 ? b(at) : sign < 0 ? c(at) : (1 - d(at)) * c(at) + d(at) * b(at);
      };
    }
    return (at) => Math[{ ln: "log", ln1p: "log1p" }[word] ?? word](a(at));
  }
  entry([number, rules], at) { return { tensor: this.tensors[number], place: placeOf(this.tensors[number], rules, at) }; }
  entries([word, ...of], extents, at) { // all entries of a formula
    if (word === "entry") return [this.entry(of, at)];
    const inner = (each, here) => this.entries(each, extents, here);
    if (["total", "largest", "share"].includes(word)) return spread(of[1], extents, at, (here) => inner(of[0], here)).flat();
    return word === "same" ? [] : of.filter(Array.isArray).flatMap((each) => inner(each, at));
  }
  worth = ({ tensor, place }) => this.doubles(tensor)[place] ?? 0;
  window([entry, over], extents, at) { return this.entries(["total", entry, over], extents, at).filter(({ place }) => place >= 0); }
  winners(of, extents, at) { // the largest entries of a window, or the first of them
    const window = this.window(of, extents, at), best = Math.max(...window.map(this.worth));
    const equal = window.filter((each) => Math.abs(this.worth(each) - best) <= 1e-14 * Math.abs(best));
    return of[2] === "first" ? equal.slice(0, 1) : equal;
  }
  share(of, extents, at) { // of the gradient that goes back to this entry of a window
    const winners = this.winners(of, extents, at), own = this.entry(of[0].slice(1), at).place;
    return winners.some(({ place }) => place === own) ? (of[2] === "all" ? 1 : 1 / winners.length) : 0;
  }
  doubles(tensor) { // its numbers: as the case gives them, or from its equations
    if (tensor.values) return tensor.values;
    if (tensor.given) return (tensor.values = Float64Array.from(tensor.said ?? tensor.numbers, double));
    const values = new Float64Array(tensor.size), sizes = (tensor.sizes = new Float64Array(tensor.size)), at = [];
    for (const { target, extents, formula, outer } of tensor.readings) {
      const value = this.compiled(formula, extents);
      loop([...Array(outer).keys()], extents, at, () => {
        const place = placeOf(tensor, target, at), term = value(at);
        values[place] += term; // outside, this does nothing
        sizes[place] += Math.abs(term);
      });
    }
    return (tensor.values = values.map((value, place) => (Math.abs(value) < 1e-14 * sizes[place] ? 0 : value)));
  }
  change({ tensor, place }, text) { // everything anew with one number changed; what was before is kept
    const before = tensor.said;
    for (const each of this.tensors) each.before ??= this.doubles(each);
    this.anew(tensor, Object.assign([...(before ?? tensor.numbers)], { [place]: text }));
    const lost = this.tensors.find((each) => !this.doubles(each).every(Number.isFinite)); // the logarithm of 0
    if (lost) this.anew(tensor, before);
    return lost;
  }
  anew(tensor, said) {
    tensor.said = said;
    for (const each of this.tensors) Object.assign(each, each.given && each !== tensor ? {} : { values: null }, { ends: [] });
  }
  restore() { for (const each of this.tensors) Object.assign(each, { values: each.before ?? each.values, before: null, said: null }); }
  addends(tensor, place) { // what a number is the sum of: formulas, each as it is written and at its place of a loop
    if (this.last?.tensor === tensor && this.last.place === place) return this.last.found;
    const found = [];
    for (const { target, extents, formula, forms, outer, row, ...how } of tensor.readings) {
      const parts = forms.length > 1 ? formula.slice(1) : [formula];
      places(tensor, target, place, extents, outer, (at) => parts.forEach((part, number) => {
        found.push({ part, form: forms[number], extents, at: [...at], row: String(row.map((rule) => valueOf(rule, at))), ...how });
      }));
    }
    this.last = { tensor, place, found };
    return found;
  }
  terms(tensor, place) { return this.addends(tensor, place).map(({ part, extents, at }) => this.entries(part, extents, at)); }
  uses(tensor, place) { // the numbers that are worked out with this one
    const found = new Map(), index = this.tensors.indexOf(tensor);
    const entries = (formula) => (formula[0] === "entry" ? (formula[1] === index ? [formula[2]] : [])
      : formula.filter((each) => Array.isArray(each) && typeof each[0] === "string").flatMap(entries));
    for (const other of this.tensors) for (const { target, extents, formula } of other.readings) {
      for (const rules of entries(formula)) places(tensor, rules, place, extents, extents.length, (at) => {
        const use = { tensor: other, place: placeOf(other, target, at) };
        if (use.place >= 0) found.set(other.named(use.place), use);
      });
    }
    return [...found.values()];
  }

  // A line: symbols, numbers, what they come to. As long as nothing is changed, its digits are the program's.

  written(tensor, place, say) { // the symbols or numbers of each addend; `say` has the words for an entry
    const piece = (part, extents, at) => {
      const [word, ...of] = part, again = (form, here = at) => form.map((each) => piece(each, extents, here)).join("");
      if (typeof part === "string") return part;
      if (word === "entry") return say.entry(this.entry(of, at));
      if (word === "letter") return of[say.numeric ? 1 : 0];
      if (word === "beside") return say.numeric ? "·" : tensor.between;
      if (word === "each") return spread(of[1], extents, at, (here) => again(of[0], here)).join(" + ");
      if (word === "same") return String(this.compiled(part, extents)(at));
      if (word === "piecewise") {
        const [sign, above, below, kink, formula] = of, value = this.compiled(formula, extents)(at);
        say.because?.add(`${again(sign)} ${value > 0 ? ">" : value < 0 ? "<" : "="} 0`);
        return again(value > 0 ? above : value < 0 ? below : kink);
      }
      say.because?.add(`the largest: ${this.winners(of, extents, at).map((each) => this.symbol(each)).join(", ")}`);
      return word === "share" ? full(this.share(of, extents, at)) : `max(${this.window(of, extents, at).map(say.entry).join(", ")})`;
    };
    return this.addends(tensor, place).map(({ form, extents, at }) => form.map((each) => piece(each, extents, at)).join(""));
  }
  symbol({ tensor, place }, short) {
    return place < 0 ? "0" : tensor.symbol(place, short && tensor.letter.startsWith("∂L/∂") ? "g" : tensor.letter);
  }
  line(tensor, place) { // the line of a large tensor, with the digits that the program prints
    if (tensor.lines.length) return tensor.lines[place];
    if (tensor.special.has(place)) return tensor.special.get(place);
    const number = ({ tensor: of, place: at }) => (at < 0 ? "0" : of.operands[at] ?? bounded(of.numbers[at]));
    const symbols = this.written(tensor, place, { entry: (each) => this.symbol(each, tensor.short) });
    const numbers = this.written(tensor, place, { entry: number, numeric: true }), [operands, ended] = tensor.relations[place];
    const said = this.terms(tensor, place).flat().length === 1 ? "" : `${operands} ${numbers.join(" + ")} `; // a copy has none
    return `${tensor.symbol(place)} = ${symbols.join(" + ")} ${said}${ended} ${tensor.numbers[place]}`;
  }
  decimals({ tensor, place }) { // with how many a number ends; Infinity where it does not, or where nobody knows
    if (place < 0) return 0;
    return (tensor.ends[place] ??= (() => {
      const text = tensor.given && (tensor.said ?? tensor.numbers)[place], value = this.worth({ tensor, place });
      if (text && text.length > 17) return Infinity;
      if (text) return [...Array(13).keys()].find((count) => Number(value.toFixed(count)) === value) ?? Infinity;
      const each = this.addends(tensor, place).map(({ part, extents, at, ends }) => {
        const most = Math.max(0, ...this.entries(part, extents, at).map((entry) => this.decimals(entry)));
        return ends ? ends[0] + (ends[1] && ends[1] * most) : Infinity;
      });
      const found = Math.max(0, ...each), size = tensor.sizes[place]; // double precision leaves no doubt of 12 digits
      return !size ? 0 : size * 10 ** found < 1e12 ? found : Infinity;
    })());
  }
  said(of, digits) { // a number as it stands in a line: all of it where it ends, or so many digits
    if (of.tensor.given && of.place >= 0) return (of.tensor.said ?? of.tensor.numbers)[of.place];
    const ends = this.decimals(of), value = this.worth(of);
    return ends < Infinity ? full(Number(value.toFixed(ends))) : brief(value, digits);
  }
  working(tensor, place) { // a line anew: its sides, each after its sign, and what holds for them
    const because = new Set(), of = { tensor, place }, value = this.worth(of), exact = this.decimals(of) < Infinity, { digits } = this;
    const symbols = this.written(tensor, place, { entry: (each) => this.symbol(each, tensor.short), because });
    const rounds = (own) => (value ? own.toPrecision(digits) === value.toPrecision(digits) : Math.abs(own) <= 1e-12 * tensor.sizes[place]);
    const addends = this.addends(tensor, place), result = this.said(of, digits);
    const each = (read) => addends.map(({ part, extents, at }) => this.compiled(part, extents, read)(at));
    const terms = each().filter((term) => term), sign = exact ? "=" : "≈";
    let numbers, products;
    for (let more = digits; more <= 17; more++) { // until the line, redone with what it shows, gives its result
      const entry = (entry) => this.said(entry, more);
      numbers = this.written(tensor, place, { entry: (each) => bounded(entry(each)), numeric: true });
      products = terms.map((term) => (exact ? full(Number(term.toFixed(this.decimals(of)))) : brief(term, more)));
      if ([each((one) => double(entry(one))), products.map(double)].every((sides) => rounds(total(sides)))) break;
    }
    const complete = this.terms(tensor, place).flat().every((entry) => this.decimals(entry) < Infinity);
    const sides = [["value", sign, [result]]], [only] = addends;
    if (addends.length > 1 && terms.length > 1 && joined(products) !== joined(numbers)) sides.unshift(["between", sign, products]);
    if (only?.part[0] !== "entry" || addends.length > 1) sides.unshift(["numbers", complete ? "=" : "≈", numbers]);
    if (joined(symbols) === joined(numbers)) sides.shift(); // there is no entry in it
    if (joined(symbols) !== result) sides.unshift(["symbols", tensor.sign, symbols]);
    return { sides, because: [...because], rows: addends.map(({ row }) => row) };
  }
}

// --- the page ---------------------------------------------------------------------------------------------

const part = (id) => document.getElementById(id);
const made = (name, attributes, ...inner) => {
  const language = `http://www.w3.org/${name.startsWith("m") ? "1998/Math/MathML" : "1999/xhtml"}`;
  const element = document.createElementNS(language, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inner);
  return element;
};
const TOKEN = /([0-9]+(?:\.[0-9]+)?)|([₀-₉]+|(?<=\p{L})\[[^\]]*\])|([⁻⁰¹²³⁴-⁹]+)|(e\^\(|[\p{L}\p{M}]+|∂)|(\S)/gu;
function formula(text, continued) { // a formula as MathML; `continued` if something stands before it
  const digits = (said, signs) => said.replace("⁻", "−").replace(/[^−,0-9]/g, (sign) => signs.indexOf(sign));
  let atoms = [];
  const open = []; // what stands before each parenthesis that is an exponent's
  for (const [said, figures, below, above, word] of text.matchAll(TOKEN)) {
    const alone = /^$|[(·=≈,]/.test(atoms.at(-1)?.textContent ?? (continued && !open.length ? "0" : "")); // a sign of its own
    const form = alone ? "prefix" : "()".includes(said) ? "" : "infix";
    if ("e^(".includes(said)) open.push(said === "(" ? null : atoms);
    const before = said === ")" && open.pop();
    if (said === "e^(") atoms = [];
    else if (before) atoms = [...before, made("msup", {}, made("mi", {}, "e"), made("mrow", {}, ...atoms))];
    else if (below) atoms.push(made("msub", {}, atoms.pop(), made("mn", {}, digits(below.replace(/[[\]]/g, ""), LOWERED))));
    else if (above) atoms.push(made("msup", {}, atoms.pop(), made("mn", {}, digits(above, RAISED))));
    else if (figures || word) atoms.push(made(figures ? "mn" : word.length > 3 ? "mtext" : "mi", {}, said));
    else atoms.push(made("mo", { stretchy: false, form, ..."/·".includes(said) && { lspace: 0, rspace: 0 } }, said));
  }
  return made("math", {}, ...atoms);
}
function math(text) { // formulas between which a line may break: before a sign that stands in no parentheses
  if (text.length > 2000) return [text]; // a browser takes long over so many formulas
  const whole = (piece) => piece.split("(").length === piece.split(")").length, pieces = [];
  for (const piece of text.split(/ (?=[=≈+−←] )/)) {
    if (pieces.length && !whole(pieces.at(-1))) pieces.push(`${pieces.pop()} ${piece}`);
    else pieces.push(piece);
  }
  return pieces.flatMap((piece, number) => [formula(piece, number), " "]);
}
function laid(sign, terms, rows) { // the terms of a sum in rows under each other, if they come in several
  const short = terms.join("").length < 2000, several = new Set(rows.slice(0, -1)).size > 1;
  if (terms.length !== rows.length || !several || !short) return math(`${sign} ${joined(terms)}`);
  const first = rows.map((row, at) => row !== rows[at - 1]), longest = Math.max(...rows.map((row) => rows.filter((each) => each === row).length));
  const cells = terms.map((term, at) => {
    const cell = formula(`${first[at] && at ? "+ " : ""}${term}${first[at + 1] === false ? " +" : ""}`, first[at] && at);
    if (first[at]) cell.setAttribute("class", "first");
    return cell;
  });
  return [made("span", { class: "laid" }, formula(sign), made("span", { class: "lattice", style: `--columns: ${longest}` }, ...cells))];
}

class Page {
  constructor(equations) {
    this.equations = equations;
    this.order = equations.tensors.filter((tensor) => tensor.told);
    this.byId = [...equations.tensors].sort((one, other) => other.id.length - one.id.length || one.end.length - other.end.length);
    this.elements = new Map(); // what shows a number, by the number's name
    this.printed = new Map(); // what stood in it before something was changed
    this.known = new Map(); // names that have been looked up
    for (const element of document.querySelectorAll("[data-cell]")) this.keep(element);
    part("open").hidden = false;
    const on = (id, event, act) => part(id).addEventListener(event, (it) => { it.preventDefault(); act(); });
    on("open", "click", () => this.show(this.active ?? { tensor: this.order[0], place: 0 }));
    on("back", "click", () => this.step(-1));
    on("next", "click", () => this.step(1));
    on("part", "click", () => this.step(this.active.tensor.size - this.active.place));
    on("close", "click", () => this.close());
    on("goto", "submit", () => this.go(part("cell").value));
    on("change", "submit", () => this.change(part("value").value.trim().replace(/-/g, "−")));
    on("undo", "click", () => { this.equations.restore(); this.restore(); this.show(this.active); });
    addEventListener("hashchange", () => location.hash && this.go(decodeURIComponent(location.hash.slice(1))));
    addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => this.pick(event));
    for (const event of ["pointerover", "focusin"]) document.addEventListener(event, ({ target }) => {
      const name = target.closest?.("td[data-cell], .line[data-cell], .rows [data-cell]")?.dataset.cell;
      if (name ?? this.active) this.mark(name ? this.find(name) : this.active);
    });
    dispatchEvent(new Event("hashchange"));
  }
  keep(element, name = element.dataset.cell) {
    if (element.tagName === "TD") element.tabIndex = 0;
    this.elements.set(name, [...(this.elements.get(name) ?? []).filter((each) => each.isConnected), element]);
  }
  find(name) { // what a name or an address means: conv[2,3], conv-2-3, dense.weight
    if (!this.known.has(name)) this.known.set(name, this.sought(name));
    return this.known.get(name);
  }
  sought(name) {
    const id = idOf(name), exact = this.byId.filter((tensor) => tensor.name === name.replace(/\[.*\]/, ""));
    for (const tensor of exact.length ? exact : this.byId) {
      const rest = id.slice(tensor.id.length);
      if (!id.startsWith(tensor.id) || !/^(-|$)/.test(rest) || !rest.endsWith(tensor.end)) continue;
      const indices = rest.slice(1, rest.length - tensor.end.length);
      const place = indices ? tensor.find(indices.split("-").map(Number)) : 0;
      if (place >= 0) return { tensor, place };
    }
    return null;
  }
  go(name) {
    if (this.find(name)) return this.show(this.find(name));
    if (!part(name)) part("effect").textContent = `Nothing here is called ${name}.`;
  }
  step(by) { // along the lines of a tensor, and on to the next one
    const { tensor, place } = this.active ?? { tensor: this.order[0], place: -1 }, next = place + by;
    if (!tensor.given && next >= 0 && next < tensor.size) return this.show({ tensor, place: next });
    const other = this.order[this.order.indexOf(tensor) + Math.sign(by)];
    if (other) this.show({ tensor: other, place: by > 0 ? 0 : other.size - 1 });
  }
  close() { [part("bench").hidden, part("open").hidden] = [true, false]; }
  key(event) {
    if (event.target.matches("input") || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) this.step(by);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target.matches("td[data-cell]")) event.target.click();
    else return;
    event.preventDefault();
  }
  pick({ target, offsetX, offsetY }) {
    const cell = target.closest("td[data-cell]");
    if (cell) this.go(cell.dataset.cell);
    else if (target.place) this.show({ tensor: target.tensor, place: target.place(offsetX, offsetY) });
  }
  mark(of) { // the window that a number is made of, and where it goes
    const marked = document.querySelectorAll(".here, .window, .used");
    for (const element of marked) element.classList.remove("here", "window", "used");
    const put = ({ tensor, place }, kind) => place >= 0
      && this.elements.get(tensor.named(place))?.forEach((element) => element.classList.add(kind));
    const uses = this.equations.uses(of.tensor, of.place);
    for (const use of uses) put(use, "used");
    for (const entry of this.equations.terms(of.tensor, of.place).flat()) put(entry, "window");
    put(of, "here");
    const names = uses.slice(0, 12).map((use) => use.tensor.symbol(use.place)).join(", ") || "nothing more";
    const more = uses.length > 12 ? ` and ${uses.length - 12} more.` : ".";
    part("hint").textContent = `${of.tensor.named(of.place)} goes into ${names}${more}`;
  }
  show(of) {
    const { tensor, place } = (this.active = of), name = tensor.named(place), line = this.line(tensor, place);
    [part("bench").hidden, part("open").hidden, part("change").hidden] = [false, true, !tensor.given];
    history.replaceState(null, "", `#${idOf(name)}`);
    document.querySelector(".active")?.classList.remove("active");
    line?.classList.add("active");
    line?.scrollIntoView({ block: "center" });
    part("where").textContent = `${name}, ${place + 1} of ${tensor.size}`;
    this.refresh();
    const given = math(`${tensor.symbol(place)} = ${this.equations.said(of)}`), now = tensor.said && this.before(of);
    const copy = line?.cloneNode(true) ?? made("div", { class: "line" }, ...given, now || "given");
    copy.removeAttribute("id");
    part("line").replaceChildren(copy);
    part("boards").replaceChildren(...this.boards(tensor, place));
    part("value").value = tensor.given ? this.equations.said(of) : "";
    part("changed").textContent = name;
    this.mark(of);
  }
  line(tensor, place) { // its line in the page; that of a large tensor is put there when it is opened
    const name = tensor.named(place), found = part(idOf(name));
    const room = document.querySelector(`[data-tensor="${CSS.escape(tensor.name)}"]`);
    if (!room || found) return found;
    const [working, because] = this.equations.line(tensor, place).split("     ");
    const inner = [made("div", {}, ...math(working)), made("div", { class: "because" }, because ?? "")];
    const line = made("div", { class: "line", id: idOf(name), "data-cell": name }, ...inner);
    room.append(line);
    this.keep(line);
    return line;
  }
  boards(own, place) { // the images that a number and its window lie in
    const kinds = new Map(own.given ? [[own, new Map()]] : []);
    const put = (tensor, at, kind) => kinds.set(tensor, (kinds.get(tensor) ?? new Map()).set(at, kind));
    for (const each of own.given ? this.equations.uses(own, place) : this.equations.terms(own, place).flat()) {
      if (each.place >= 0) put(each.tensor, each.place, own.given ? "used" : "window");
    }
    put(own, place, "here");
    return [...kinds].filter(([tensor]) => tensor.numbers.length).flatMap(([tensor, marks]) => {
      const columns = tensor.shape.at(-1) ?? 1, size = (tensor.shape.at(-2) ?? 1) * columns;
      const images = [...new Set([...marks.keys()].map((at) => Math.floor(at / size)))].slice(0, 8);
      const draw = columns <= 14 && size <= 200 && size * images.length <= 400 ? this.table : this.picture;
      return images.sort((a, b) => a - b).map((image) => made("figure", { class: "grid" },
        made("figcaption", {}, [tensor.name, ...tensor.kept(image * size).slice(0, -2)].join(" ")),
        draw.call(this, tensor, image * size, size, columns, marks)));
    });
  }
  table(tensor, start, size, columns) {
    const cell = (text, at) => made("td", { "data-cell": tensor.named(start + at) }, text);
    const cells = tensor.numbers.slice(start, start + size).map(cell), row = (_, y) => cells.slice(y * columns, (y + 1) * columns);
    for (const each of cells) this.keep(each);
    return made("table", {}, ...Array.from({ length: size / columns }, row).map((inner) => made("tr", {}, ...inner)));
  }
  picture(tensor, start, size, columns, marks) { // black is the smallest; a long row is folded
    const wide = size === columns ? 20 : columns, high = Math.ceil(size / wide);
    const label = { role: "img", "aria-label": `${tensor.name} in grey`, style: `width: ${Math.min(8 * wide, 400)}px` };
    const canvas = Object.assign(made("canvas", { width: wide, height: high, ...label }), { tensor });
    const pen = canvas.getContext("2d"), kept = (tensor.doubles ??= {}), cut = (of) => of.slice(start, start + size);
    const values = tensor.before ? cut(tensor.values) : (kept[start] ??= cut(tensor.numbers).map((text) => double(String(text))));
    const low = Math.min(...values), room = Math.max(...values) - low || 1, image = pen.createImageData(wide, high);
    const pixels = new Uint32Array(image.data.buffer), style = getComputedStyle(document.body);
    values.forEach((value, at) => { pixels[at] = 0xff000000 + 0x10101 * Math.round((255 * (value - low)) / room); });
    pen.putImageData(image, 0, 0);
    for (const [at, mark] of [...marks].map(([place, kind]) => [place - start, kind])) {
      pen.fillStyle = style.getPropertyValue(`--${mark}-picture`);
      if (at >= 0 && at < size) pen.fillRect(at % wide, Math.floor(at / wide), 1, 1);
    }
    const across = (x) => Math.floor((x / canvas.clientWidth) * wide), down = (y) => Math.floor((y / canvas.clientHeight) * high);
    canvas.place = (x, y) => start + Math.min(down(y) * wide + across(x), size - 1);
    return canvas;
  }
  change(text) { // what if
    const value = double(text), of = this.active;
    if (!Number.isFinite(value)) return part("effect").replaceChildren("That is not a number: −0.5, 1/3 or 2e-3 is one.");
    const lost = this.equations.change(of, /[/%]/.test(text) ? text : full(value));
    this.restore();
    this.show(of);
    if (lost) part("effect").textContent = `With ${text} there would be no ${lost.name}: it is left as it was.`;
  }
  restore() { // what stood in the page before
    for (const [element, nodes] of this.printed) if (nodes) element.replaceChildren(...nodes);
    for (const remark of document.querySelectorAll("p.because[hidden]")) remark.hidden = false;
    this.printed.clear();
  }
  before({ tensor, place }) { return made("span", { class: "now" }, `(before: ${tensor.numbers[place] ?? brief(tensor.before[place], this.equations.digits)})`); }
  refresh() { // every line and number that follows anew, the old value beside the new one
    const { digits, loss } = this.equations, on = Boolean(this.equations.tensors[0].before);
    document.body.toggleAttribute("data-changed", on);
    for (const [name, elements] of on ? this.elements : []) for (const element of elements) {
      if (!this.printed.has(element)) this.printed.set(element, this.redone(element, this.find(name)));
    }
    const said = loss?.before && [loss.before, loss.values].map(([value]) => brief(value, digits)).join(" → ");
    part("effect").textContent = said ? `loss ≈ ${said}` : "";
  }
  redone(element, of) { // puts in an element what is so now; gives what stood there, if that was something else
    const changed = ({ tensor, place }) => place >= 0 && tensor.before[place] !== tensor.values[place];
    const { tensor, place } = of, { equations } = this, cell = element.tagName === "TD", nodes = [...element.childNodes];
    if (!changed(of) && (cell || !equations.terms(tensor, place).flat().some(changed))) return null;
    const sign = tensor.given || equations.decimals(of) < Infinity ? "" : "≈ ";
    if (cell) return element.append(made("span", { class: "now" }, ` → ${sign}${equations.said(of, equations.digits)}`)) ?? nodes;
    const { sides, because, rows } = equations.working(tensor, place);
    const shown = sides.map(([kind, sign, terms]) => made("span", { class: kind }, ...laid(sign, terms, rows)));
    const old = changed(of) ? [this.before(of)] : [], why = because.slice(0, 3).join("; ");
    element.replaceChildren(made("span", { class: "left" }, formula(tensor.symbol(place))), ...shown, ...old, made("span", { class: "because" }, why));
    const remark = element.parentElement?.previousElementSibling; // it was made of the case as given
    if (remark?.matches("p.because")) remark.hidden = true;
    return nodes;
  }
}

async function carried({ dataset, textContent }) { // the data that the page carries, packed where it is long
  if (dataset.packed === undefined) return JSON.parse(textContent);
  const bytes = Uint8Array.from(atob(textContent), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}
carried(part("equations")).then((it) => { globalThis.walkthrough = new Page(new Equations(it)); });
