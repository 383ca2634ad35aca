// Stepping, looking up and "what if". All there is to read can be read without this script; it calculates with
// the case's own equations, which the page carries as data, and knows nothing of layers.
"use strict";

// --- numbers, in double precision -------------------------------------------------------------------------

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹", LOWERED = "₀₁₂₃₄₅₆₇₈₉";

function double(text) { // what the page writes: −0.5, 1.5·10⁻⁹, 1/3, 25%
  const power = (_, up) => "e" + up.replace("⁻", "-").replace(/[^-]/g, (digit) => RAISED.indexOf(digit));
  const [above, below = "1"] = text.trim().replace(/−/g, "-").replace(/·10(.+)/, power).split("/");
  if (!above.trim() || !below.trim()) return NaN;
  return (above.endsWith("%") ? Number(above.slice(0, -1)) / 100 : Number(above)) / Number(below);
}

function brief(value, digits) { // to so many digits, as people write it
  const power = (_, sign, size) => "·10" + (sign && "⁻") + size.replace(/\d/g, (digit) => RAISED[digit]);
  const text = String(Number(value.toPrecision(digits)) || 0);
  return text.replace(/e\+?(-?)(\d+)/, power).replace(/-/g, "−");
}

// --- tensors and equations --------------------------------------------------------------------------------

class Tensor {
  constructor(it) {
    Object.assign(this, it);
    this.size = it.shape.reduce((size, extent) => size * extent, 1);
    const first = it.shape.findIndex((extent) => extent !== 1); // leading axes of size 1 are left out
    this.first = first < 0 ? Math.max(it.shape.length - 1, 0) : first;
    this.special = new Map(it.special);
    this.id = idOf(this.name);
  }
  cell(place) { // counted from 0
    const cell = [];
    for (let axis = this.shape.length - 1; axis >= 0; place = Math.floor(place / this.shape[axis--])) {
      cell.unshift(place % this.shape[axis]);
    }
    return cell;
  }
  kept(place) { return this.cell(place).slice(this.first).map((at) => at + 1); }
  named(place) { return this.shape.length ? `${this.name}[${this.kept(place)}]` : this.name; }
  symbol(place, letter = this.letter) {
    if (!this.shape.length) return letter;
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

const extentsOf = (tensor, rules) => (rules.length === tensor.shape.length ? tensor.shape : [tensor.size]);

function valueOf(rule, at) {
  let value = rule[0];
  for (let k = 1; k < rule.length; k += 2) value += rule[k + 1] * at[rule[k]];
  return value;
}

function placeOf(tensor, rules, at) {
  const extents = extentsOf(tensor, rules);
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
  for (const [rule, goal] of wanted) {
    let left = goal - rule[0], own = 0, last = -1;
    for (let k = 1; k < rule.length; k += 2) {
      last = Math.max(last, rule[k]);
      if (rule[k] === index) own += rule[k + 1];
      else if (rule[k] < index) left -= rule[k + 1] * at[rule[k]];
    }
    if (last !== index) continue; // not decided yet, or before
    if (!Number.isInteger(left / own)) return;
    [low, high] = [Math.max(low, left / own), Math.min(high, left / own)];
  }
  for (at[index] = low; at[index] <= high; at[index]++) solve(wanted, extents, count, visit, at, index + 1);
}

function places(tensor, rules, place, extents, count, visit) { // the places of a loop where an entry is this one
  const goal = rules.length === tensor.shape.length ? tensor.cell(place) : [place];
  const wanted = rules.map((rule, axis) => [rule, goal[axis]]);
  if (wanted.every(([rule, value]) => rule.length > 1 || rule[0] === value)) solve(wanted, extents, count, visit);
}

const FUNCTIONS = { exp: Math.exp, ln: Math.log, ln1p: Math.log1p, tanh: Math.tanh, sqrt: Math.sqrt };

class Equations {
  constructor(it) {
    this.digits = it.digits;
    this.tensors = it.quantities.map((each) => new Tensor(each));
    this.named = new Map(this.tensors.map((tensor) => [tensor.name, tensor]));
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
      case "sum": return (at) => { let sum = 0; for (const part of parts) sum += part(at); return sum; };
      case "product": return (at) => { let value = 1; for (const part of parts) value *= part(at); return value; };
      case "negative": return (at) => -a(at);
      case "quotient": return (at) => a(at) / b(at);
      case "power": return (at) => a(at) ** b(at);
      case "piecewise": return (at) => { // sign, above, below, and what share of above holds at exactly 0
        const sign = a(at);
        return sign > 0 ? b(at) : sign < 0 ? c(at) : (1 - d(at)) * c(at) + d(at) * b(at);
      };
    }
    return (at) => FUNCTIONS[word](a(at));
  }
  window([, index, rules], over, extents, at) { // value and place of each entry of a window that is no padding
    const tensor = this.tensors[index], values = this.doubles(tensor), found = [], here = [...at];
    loop(over, extents, here, () => {
      const place = placeOf(tensor, rules, here);
      if (place >= 0) found.push([values[place], place]);
    });
    return found;
  }
  share(entry, over, tie, extents, at) { // of the gradient that goes back to this entry of a window
    const window = this.window(entry, over, extents, at), best = Math.max(...window.map(([value]) => value));
    const winners = window.filter(([value]) => value === best).map(([, place]) => place);
    const own = placeOf(this.tensors[entry[1]], entry[2], at);
    if (tie === "first") return Number(winners[0] === own);
    return winners.includes(own) ? (tie === "all" ? 1 : 1 / winners.length) : 0;
  }

  doubles(tensor) { // its numbers: as the case gives them, or from its equations
    if (tensor.values) return tensor.values;
    if (tensor.given) return (tensor.values = Float64Array.from(tensor.numbers, double));
    const values = new Float64Array(tensor.size);
    for (const { target, extents, formula, outer } of tensor.readings) {
      const value = this.compiled(formula, extents), at = [];
      loop([...Array(outer).keys()], extents, at, () => {
        const place = placeOf(tensor, target, at);
        if (place >= 0) values[place] += value(at);
      });
    }
    return (tensor.values = values);
  }
  change(tensor, place, value) { // everything anew with one number changed; what was before is kept
    for (const each of this.tensors) each.before ??= this.doubles(each).slice();
    tensor.values[place] = value;
    for (const each of this.tensors) if (!each.given) each.values = null;
    for (const each of this.tensors) this.doubles(each);
  }
  restore() { for (const each of this.tensors) if (each.before) each.values = each.before.slice(); }
  isChanged(tensor, place) {
    const [now, before] = [tensor.values, tensor.before].map((values) => values && brief(values[place], this.digits));
    return Boolean(tensor.before) && now !== before;
  }

  terms(tensor, place) { // what a number is made of: the entries at each place of its loops, in order
    const found = [];
    for (const { target, extents, formula, outer } of tensor.readings) {
      places(tensor, target, place, extents, outer, (at) => found.push([...this.entries(formula, extents, at)]));
    }
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
    const inside = (of) => of.tensor.operands[of.place] ?? bounded(of.tensor.numbers[of.place]);
    const number = (each) => (each.place < 0 ? "0" : inside(each));
    const short = (letter) => (tensor.short && letter.startsWith("∂L/∂") ? "g" : letter);
    const symbol = (each) => (each.place < 0 ? "0" : each.tensor.symbol(each.place, short(each.tensor.letter)));
    const terms = this.terms(tensor, place), [operands, ended] = tensor.relations[place];
    const symbols = terms.map((term) => term.map(symbol).join(tensor.between)).join(" + ");
    const numbers = terms.map((term) => term.map(number).join("·")).join(" + ");
    const copied = terms.length === 1 && terms[0].length === 1;
    const said = copied ? "" : `${operands} ${numbers} `;
    return `${tensor.symbol(place)} = ${symbols} ${said}${ended} ${tensor.numbers[place]}`;
  }
}

// --- the page ---------------------------------------------------------------------------------------------

function math(text) { // a line of working as MathML; its signs are where a line may break
  const token = /(?<mn>[0-9]+(?:[.,][0-9]+)*)|(?<below>[₀-₉]+|(?<=[\p{L}])\[[^\]]*\])|(?<above>[⁻⁰¹²³⁴-⁹]+)|(?<mi>\p{L}+)|(?<mo>\S)/gu;
  const made = (name, ...inner) => {
    const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", name);
    element.append(...inner);
    return element;
  };
  const lines = text.split(/ (?=[=≈+−←] )/).map((piece, number) => {
    const atoms = [];
    for (const { 0: said, groups } of piece.matchAll(token)) {
      if (groups.below) atoms.push(made("msub", atoms.pop(), made("mn", said.replace(/[₀-₉]/g, (d) => LOWERED.indexOf(d)).replace(/[[\]]/g, ""))));
      else if (groups.above) atoms.push(made("msup", atoms.pop(), made("mn", said.replace("⁻", "−").replace(/[⁰-⁹¹²³]/g, (d) => RAISED.indexOf(d)))));
      else if (groups.mi) atoms.push(made(said.length > 2 && said !== "max" ? "mtext" : "mi", said));
      else atoms.push(made(groups.mn ? "mn" : "mo", said));
    }
    if (number && atoms[0].tagName === "mo") atoms[0].setAttribute("form", "infix");
    return made("math", ...atoms);
  });
  return lines.flatMap((line) => [line, " "]);
}

const made = (name, properties, ...inner) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inner);
  return element;
};
const part = (id) => document.getElementById(id);

class Page {
  constructor(equations) {
    this.equations = equations;
    this.order = equations.tensors.filter((tensor) => !tensor.given);
    this.byId = [...equations.tensors].sort((one, other) => other.id.length - one.id.length);
    this.cells = new Map(); // every element that shows a number, by the number's name
    for (const element of document.querySelectorAll("[data-cell]")) this.keep(element);
    part("open").hidden = false;
    const at = (id, event, act) => part(id).addEventListener(event, (it) => { it.preventDefault(); act(); });
    at("open", "click", () => this.show(this.active ?? { tensor: this.order[0], place: 0 }));
    at("back", "click", () => this.step(-1));
    at("next", "click", () => this.step(1));
    at("part", "click", () => this.skip());
    at("close", "click", () => this.close());
    at("goto", "submit", () => this.go(part("cell").value));
    at("change", "submit", () => this.change(double(part("value").value)));
    at("undo", "click", () => { this.equations.restore(); this.refresh(); });
    addEventListener("hashchange", () => this.go(location.hash.slice(1)));
    addEventListener("keydown", (event) => this.key(event));
    for (const event of ["pointerover", "focusin"]) document.addEventListener(event, (it) => this.look(it.target));
    document.addEventListener("pointerout", () => this.active && this.mark(this.active));
    document.addEventListener("click", (it) => this.pick(it));
    if (location.hash) this.go(location.hash.slice(1));
  }
  keep(element) {
    const name = element.dataset.cell;
    this.cells.set(name, [...(this.cells.get(name) ?? []).filter((each) => each.isConnected), element]);
  }
  find(name) { // what a name or an address means: conv[2,3], conv-2-3, dense.weight
    const id = idOf(name.trim());
    for (const tensor of this.byId) {
      if (id === tensor.id) return { tensor, place: 0 };
      const indices = id.startsWith(tensor.id + "-") ? id.slice(tensor.id.length + 1).split("-").map(Number) : [];
      const place = indices.length ? tensor.find(indices) : -1;
      if (place >= 0) return { tensor, place };
    }
    return null;
  }
  go(name) {
    const found = this.find(decodeURIComponent(name));
    if (found) this.show(found);
    else if (name && !document.getElementById(name)) part("hint").textContent = `nothing here is called ${name}`;
  }
  step(by) {
    if (!this.active) return this.show({ tensor: this.order[by > 0 ? 0 : this.order.length - 1], place: 0 });
    const { tensor, place } = this.active, next = place + by;
    if (next >= 0 && next < tensor.size && !tensor.given) return this.show({ tensor, place: next });
    const other = this.order[this.order.indexOf(tensor) + by];
    if (other) this.show({ tensor: other, place: by > 0 ? 0 : other.size - 1 });
  }
  skip() {
    const next = this.order[this.order.indexOf(this.active.tensor) + 1];
    if (next) this.show({ tensor: next, place: 0 });
  }
  close() { part("bench").hidden = true; part("open").hidden = false; part("open").focus(); this.mark(null); }
  key(event) {
    if (event.target.matches("input") || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = { ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), Escape: () => this.close() }[event.key];
    const cell = event.key === "Enter" && event.target.closest("td[data-cell]");
    if (cell) this.go(cell.dataset.cell);
    else if (act && !(event.key === "Escape" && part("bench").hidden)) act();
    else return;
    event.preventDefault();
  }
  look(target) {
    const name = target.closest?.("td[data-cell], .line[data-cell], .rows p[data-cell]")?.dataset.cell;
    const found = name && this.find(name);
    if (found) this.mark(found);
  }
  pick(event) {
    const name = event.target.closest("td[data-cell]")?.dataset.cell;
    if (name) return this.go(name);
    const board = event.target.closest("canvas");
    if (board) this.show(board.find(event));
  }

  mark(of) { // the window that a number is made of, and where it goes
    for (const kind of ["here", "window", "used"]) {
      for (const element of document.querySelectorAll(`.${kind}`)) element.classList.remove(kind);
    }
    if (!of) return;
    const put = ({ tensor, place }, kind) => place >= 0 &&
      this.cells.get(tensor.named(place))?.forEach((element) => element.classList.add(kind));
    const uses = this.equations.uses(of.tensor, of.place);
    for (const use of uses) put(use, "used");
    for (const entry of this.equations.terms(of.tensor, of.place).flat()) put(entry, "window");
    put(of, "here");
    const names = uses.slice(0, 12).map((use) => use.tensor.symbol(use.place)).join(", ");
    const more = uses.length > 12 ? ` and ${uses.length - 12} more` : "";
    part("hint").textContent = of.tensor.named(of.place) + (uses.length ? ` goes into ${names}${more}` : " goes into nothing more");
  }
  show(of) {
    const { tensor, place } = (this.active = of), name = tensor.named(place);
    part("bench").hidden = false;
    part("open").hidden = true;
    history.replaceState(null, "", `#${idOf(name)}`);
    for (const element of document.querySelectorAll(".active")) element.classList.remove("active");
    const line = this.line(tensor, place);
    part("where").textContent = `${name}, ${place + 1} of ${tensor.size}`;
    if (line) {
      line.classList.add("active");
      line.scrollIntoView({ block: "nearest" });
    }
    const copy = line?.cloneNode(true) ?? made("div", {}, ...math(`${tensor.symbol(place)} = ${tensor.numbers[place]}`), "  given");
    copy.removeAttribute("id");
    part("line").replaceChildren(copy);
    const marks = new Map([[tensor, new Map()]]);
    const entries = tensor.given ? this.equations.uses(tensor, place) : this.equations.terms(tensor, place).flat();
    for (const each of entries) if (each.place >= 0) {
      marks.set(each.tensor, (marks.get(each.tensor) ?? new Map()).set(each.place, tensor.given ? "used" : "window"));
    }
    marks.get(tensor).set(place, "here");
    const drawn = [...marks].sort(([one], [other]) => this.equations.tensors.indexOf(one) - this.equations.tensors.indexOf(other));
    part("boards").replaceChildren(...drawn.flatMap(([each, kinds]) => this.boards(each, kinds)));
    part("change").hidden = !tensor.given;
    part("value").value = tensor.given ? this.number(tensor, place) : "";
    part("changed").textContent = name;
    this.mark(of);
    this.refresh();
  }
  number(tensor, place) {
    return tensor.before ? brief(tensor.values[place], this.equations.digits) : tensor.numbers[place];
  }
  line(tensor, place) { // its line in the page; that of a large tensor is put there when it is opened
    const name = tensor.named(place), found = document.getElementById(idOf(name));
    const room = document.querySelector(`[data-tensor="${CSS.escape(tensor.name)}"]`);
    if (found?.dataset.cell === name || !room) return found;
    const [working, because] = this.equations.line(tensor, place).split("     ");
    const line = made("div", { className: "line", id: idOf(name) }, made("div", {}, ...math(working)));
    if (because) line.append(made("div", { className: "because" }, because));
    line.dataset.cell = name;
    room.append(line);
    this.keep(line);
    return line;
  }

  boards(tensor, kinds) { // the images that marked numbers lie in: as numbers, or in grey where they are many
    const columns = tensor.shape.at(-1) ?? 1, rows = tensor.shape.at(-2) ?? 1, size = rows * columns;
    const images = [...new Set([...kinds.keys()].map((place) => Math.floor(place / size)))].sort((a, b) => a - b);
    return images.slice(0, 16).map((image) => {
      const outer = tensor.kept(image * size).slice(0, -2), name = outer.length ? `${tensor.name}[${outer}]` : tensor.name;
      const draw = columns <= 14 && size <= 200 ? this.table : this.picture;
      return made("figure", { className: "grid" }, made("figcaption", {}, name), draw.call(this, tensor, image * size, rows, columns, kinds));
    });
  }
  table(tensor, start, rows, columns) {
    const cell = (place) => {
      const element = made("td", { tabIndex: 0 }, tensor.numbers[place]);
      element.dataset.cell = tensor.named(place);
      this.keep(element);
      return element;
    };
    const row = (y) => made("tr", {}, ...Array.from({ length: columns }, (_, x) => cell(start + y * columns + x)));
    return made("table", {}, ...Array.from({ length: rows }, (_, y) => row(y)));
  }
  picture(tensor, start, rows, columns, kinds) {
    const wide = rows === 1 ? 20 : columns, high = Math.ceil((rows * columns) / wide), unit = Math.max(1, Math.min(8, Math.floor(400 / wide)));
    const canvas = made("canvas", { width: wide * unit, height: high * unit, tabIndex: 0 }), pen = canvas.getContext("2d");
    const values = this.equations.doubles(tensor).subarray(start, start + rows * columns);
    const low = values.reduce((a, b) => Math.min(a, b)), room = values.reduce((a, b) => Math.max(a, b)) - low || 1;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${tensor.name} from ${brief(low, 3)} (black) to ${brief(low + room, 3)} (white)`);
    values.forEach((value, at) => {
      const kind = kinds.get(start + at), grey = Math.round((255 * (value - low)) / room);
      pen.fillStyle = `rgb(${grey} ${grey} ${grey})`;
      pen.fillRect((at % wide) * unit, Math.floor(at / wide) * unit, unit, unit);
      if (!kind) return;
      pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${kind}-picture`);
      pen.fillRect((at % wide) * unit, Math.floor(at / wide) * unit, unit, unit);
    });
    canvas.find = ({ offsetX, offsetY }) => {
      const scale = canvas.width / canvas.clientWidth / unit;
      const at = Math.floor(offsetY * scale) * wide + Math.floor(offsetX * scale);
      return { tensor, place: start + Math.min(at, values.length - 1) };
    };
    return canvas;
  }

  change(value) { // what if
    if (!Number.isFinite(value)) return void (part("hint").textContent = "this is not a number");
    this.equations.change(this.active.tensor, this.active.place, value);
    this.refresh();
  }
  refresh() { // the old value beside the new one, wherever it stands
    const { equations } = this, loss = equations.named.get("loss");
    for (const [name, elements] of this.cells) {
      const { tensor, place } = this.find(name), is = equations.isChanged(tensor, place);
      for (const element of elements) {
        const now = is && made("ins", {}, brief(tensor.values[place], equations.digits));
        if (element.tagName === "TD") {
          element.shown ??= [...element.childNodes];
          element.replaceChildren(...(is ? [made("del", {}, ...element.shown.map((each) => each.cloneNode(true))), " ", now] : element.shown));
        } else {
          element.querySelector(":scope > .now")?.remove();
          if (is) element.append(made("div", { className: "now" }, "now ≈ ", now));
        }
      }
    }
    const before = loss?.before && brief(loss.before[0], equations.digits);
    part("effect").textContent = before ? `loss ≈ ${before} → ${brief(loss.values[0], equations.digits)}` : "";
  }
}

async function carried() { // the data that the page carries; much of it is packed
  const source = part("equations");
  if (!source.hasAttribute("data-packed")) return JSON.parse(source.textContent);
  const bytes = Uint8Array.from(atob(source.textContent.trim()), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

carried().then((it) => { globalThis.walkthrough = new Page(new Equations(it)); });
