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

function brief(value, digits) { // to so many digits, as people write it
  const power = (_, sign, size) => "·10" + (sign && "⁻") + size.replace(/\d/g, (digit) => RAISED[digit]);
  const text = String(Number(value.toPrecision(digits)) || 0);
  return text.replace(/e\+?(-?)(\d+)/, power).replace(/-/g, "−");
}

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
  if (depth === indices.length) return visit();
  for (let value = 0; value < extents[indices[depth]]; value++) {
    at[indices[depth]] = value;
    loop(indices, extents, at, visit, depth + 1);
  }
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

const total = (numbers) => numbers.reduce((sum, each) => sum + each, 0);
class Equations {
  constructor(it) {
    this.digits = it.digits;
    this.tensors = it.quantities.map((each) => new Tensor(each));
    this.loss = this.tensors.find(({ name }) => name === "loss");
  }
  compiled([word, ...of], extents) { // a formula as a function of the loop's place
    if (word === "number") return ((value) => () => value)(double(of[0]));
    if (word === "entry") {
      const tensor = this.tensors[of[0]], values = this.doubles(tensor);
      return (at) => values[placeOf(tensor, of[1], at)] ?? 0;
    }
    if (word === "same") return (at) => Number(valueOf(of[0][0], at) === valueOf(of[0][1], at));
    if (word === "largest") return (at) => Math.max(...this.window(...of, extents, at).map(([value]) => value));
    if (word === "share") return (at) => this.share(...of, extents, at);
    if (word === "total") {
      const body = this.compiled(of[0], extents);
      return (at) => { let sum = 0; loop(of[1], extents, at, () => { sum += body(at); }); return sum; };
    }
    const parts = of.map((each) => this.compiled(each, extents)), [a, b, c, d] = parts;
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
  window(entry, over, extents, at) { // value and place of each entry of a window that is no padding
    const inside = [...this.entries(["total", entry, over], extents, at)].filter(({ place }) => place >= 0);
    return inside.map(({ tensor, place }) => [this.doubles(tensor)[place], place]);
  }
  share(entry, over, tie, extents, at) { // of the gradient that goes back to this entry of a window
    const window = this.window(entry, over, extents, at), best = Math.max(...window.map(([value]) => value));
    const equal = window.filter(([value]) => Math.abs(value - best) <= 1e-14 * Math.abs(best)).map(([, place]) => place);
    const winners = tie === "first" ? equal.slice(0, 1) : equal, own = placeOf(this.tensors[entry[1]], entry[2], at);
    return winners.includes(own) ? (tie === "all" ? 1 : 1 / winners.length) : 0;
  }
  doubles(tensor) { // its numbers: as the case gives them, or from its equations
    if (tensor.values) return tensor.values;
    if (tensor.given) return (tensor.values = Float64Array.from(tensor.numbers, double));
    const values = new Float64Array(tensor.size), sizes = new Float64Array(tensor.size), at = [];
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
  change(tensor, place, value) { // everything anew with one number changed; what was before is kept
    for (const each of this.tensors) each.before ??= this.doubles(each).slice();
    tensor.values[place] = value;
    for (const each of this.tensors) if (!each.given) each.values = null;
    for (const each of this.tensors) this.doubles(each);
  }
  restore() { for (const each of this.tensors) each.values = each.before?.slice(); }
  terms(tensor, place) { // what a number is made of: the entries at each place of its loops, in order
    if (this.last?.tensor === tensor && this.last.place === place) return this.last.found;
    const found = [];
    for (const { target, extents, formula, outer } of tensor.readings) {
      places(tensor, target, place, extents, outer, (at) => found.push([...this.entries(formula, extents, at)]));
    }
    this.last = { tensor, place, found };
    return found;
  }
  *entries([word, ...of], extents, at) {
    if (word === "entry") yield { tensor: this.tensors[of[0]], place: placeOf(this.tensors[of[0]], of[1], at) };
    else if (["total", "largest", "share"].includes(word)) {
      const inner = [], here = [...at];
      loop(of[1], extents, here, () => inner.push(...this.entries(of[0], extents, here)));
      yield* inner;
    } else for (const each of of) if (Array.isArray(each) && word !== "same") yield* this.entries(each, extents, at);
  }
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
  line(tensor, place) { // the line of a large tensor, with the digits that the program prints
    if (tensor.lines.length) return tensor.lines[place];
    if (tensor.special.has(place)) return tensor.special.get(place);
    const bounded = (text) => (/^−|·|\//.test(text) ? `(${text})` : text);
    const number = ({ tensor: of, place: at }) => (at < 0 ? "0" : of.operands[at] ?? bounded(of.numbers[at]));
    const short = (letter) => (tensor.short && letter.startsWith("∂L/∂") ? "g" : letter);
    const symbol = ({ tensor: of, place: at }) => (at < 0 ? "0" : of.symbol(at, short(of.letter)));
    const terms = this.terms(tensor, place), [operands, ended] = tensor.relations[place];
    const symbols = terms.map((term) => term.map(symbol).join(tensor.between)).join(" + ");
    const numbers = terms.map((term) => term.map(number).join("·")).join(" + ");
    const said = terms.flat().length === 1 ? "" : `${operands} ${numbers} `; // of a copy only what it is
    return `${tensor.symbol(place)} = ${symbols} ${said}${ended} ${tensor.numbers[place]}`;
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
const TOKEN = /([0-9]+(?:\.[0-9]+)?)|([₀-₉]+|(?<=\p{L})\[[^\]]*\])|([⁻⁰¹²³⁴-⁹]+)|(\p{L}+|∂)|(\S)/gu;
function math(text) { // a line of working as MathML, in formulas between which it may break; a long sum as text
  if (text.length > 2000) return [text]; // a browser takes long over so many formulas
  const digits = (said, signs) => said.replace("⁻", "−").replace(/[^−,0-9]/g, (sign) => signs.indexOf(sign));
  return text.split(/ (?=[=≈+−←] )/).flatMap((piece, number) => {
    const atoms = [];
    for (const [said, figures, below, above, word] of piece.matchAll(TOKEN)) {
      const alone = /^$|[(·=≈]/.test(atoms.at(-1)?.textContent ?? (number ? "0" : "")); // a sign of its own
      const form = alone ? "prefix" : "()".includes(said) ? "" : "infix";
      if (below) atoms.push(made("msub", {}, atoms.pop(), made("mn", {}, digits(below.replace(/[[\]]/g, ""), LOWERED))));
      else if (above) atoms.push(made("msup", {}, atoms.pop(), made("mn", {}, digits(above, RAISED))));
      else if (figures || word) atoms.push(made(figures ? "mn" : word.length > 3 ? "mtext" : "mi", {}, said));
      else atoms.push(made("mo", { stretchy: false, form, ..."/·".includes(said) && { lspace: 0, rspace: 0 } }, said));
    }
    return [made("math", {}, ...atoms), " "];
  });
}

class Page {
  constructor(equations) {
    this.equations = equations;
    this.order = equations.tensors.filter((tensor) => tensor.told);
    this.byId = [...equations.tensors].sort((one, other) => other.id.length - one.id.length || one.end.length - other.end.length);
    this.elements = new Map(); // what shows a number, by the number's name
    for (const element of document.querySelectorAll("[data-cell]")) this.keep(element);
    part("open").hidden = false;
    const on = (id, event, act) => part(id).addEventListener(event, (it) => { it.preventDefault(); act(); });
    on("open", "click", () => this.show(this.active ?? { tensor: this.order[0], place: 0 }));
    on("back", "click", () => this.step(-1));
    on("next", "click", () => this.step(1));
    on("part", "click", () => this.step(this.active.tensor.size - this.active.place));
    on("close", "click", () => this.close());
    on("goto", "submit", () => this.go(part("cell").value));
    on("change", "submit", () => this.change(double(part("value").value)));
    on("undo", "click", () => { this.equations.restore(); this.show(this.active); });
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
    const given = math(`${tensor.symbol(place)} = ${tensor.numbers[place]}`);
    const copy = line?.cloneNode(true) ?? made("div", { class: "line" }, ...given, " given");
    copy.removeAttribute("id");
    part("line").replaceChildren(copy);
    part("boards").replaceChildren(...this.boards(tensor, place));
    part("value").value = tensor.before ? brief(tensor.values[place], 17) : tensor.numbers[place];
    part("changed").textContent = name;
    this.refresh();
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
  change(value) { // what if
    if (!Number.isFinite(value)) return part("effect").replaceChildren("That is not a number: −0.5, 1/3 or 2e-3 is one.");
    this.equations.change(this.active.tensor, this.active.place, value);
    this.refresh();
  }
  refresh() { // the old value beside the new one, wherever it stands
    const { digits, loss } = this.equations;
    for (const [name, elements] of this.equations.tensors[0].before ? this.elements : []) {
      const { tensor, place } = this.find(name);
      const [before, now] = [tensor.before, tensor.values].map((values) => brief(values[place], digits));
      for (const element of elements) {
        element.querySelector(":scope > .now")?.remove();
        if (before !== now) element.append(made("span", { class: "now" }, ` → ≈ ${now}`));
      }
    }
    const said = loss?.before && [loss.before, loss.values].map(([value]) => brief(value, digits)).join(" → ");
    part("effect").textContent = said ? `loss ≈ ${said}` : "";
  }
}

async function carried({ dataset, textContent }) { // the data that the page carries, packed where it is long
  if (dataset.packed === undefined) return JSON.parse(textContent);
  const bytes = Uint8Array.from(atob(textContent), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}
carried(part("equations")).then((it) => { globalThis.walkthrough = new Page(new Equations(it)); });
