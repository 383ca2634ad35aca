// The case's own equations, which the page carries as data, read twice more: in double precision for "what if", and in
// decimals for what the page does not carry of large tensors. Nothing here knows of layers, or of a page.

// --- tensors and equations --------------------------------------------------------------------------------

class Tensor {
  constructor(it) { Object.assign(this, it, { special: new Map(it.special), others: new Map(it.special_numbers) }); }
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
function placer(tensor, rules, extents) { // the same as a function; where nothing is padding, a place is a sum
  const single = rules.length === 1, room = single ? [tensor.size] : tensor.shape, steps = single ? [1] : tensor.steps;
  const pairs = rules.map((rule) => rule.slice(1).flatMap((index, k) => (k % 2 ? [] : [[index, rule[k + 2]]])));
  const reaches = (axis, sign) => total(pairs[axis].map(([index, by]) => (by * sign > 0 ? by * (extents[index] - 1) : 0)));
  if (!rules.every(([from], axis) => from + reaches(axis, -1) >= 0 && from + reaches(axis, 1) < room[axis])) return (at) => placeOf(tensor, rules, at);
  const first = total(rules.map(([from], axis) => from * steps[axis]));
  const indices = pairs.flat().map(([index]) => index), by = pairs.flatMap((of, axis) => of.map(([, step]) => step * steps[axis]));
  return (at) => { let place = first; for (let k = 0; k < by.length; k++) place += by[k] * at[indices[k]]; return place; };
}
function loop(indices, extents, at, visit, depth = 0) {
  if (depth === indices.length) return visit(at);
  const index = indices[depth];
  for (at[index] = 0; at[index] < extents[index]; at[index]++) loop(indices, extents, at, visit, depth + 1);
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
  const wanted = rules.map((rule, axis) => [rule, goal[axis], Math.max(-1, ...rule.filter((_, k) => k % 2))]); // which index decides
  if (wanted.every(([rule, value]) => rule.length > 1 || rule[0] === value)) solve(wanted, extents, count, visit);
}

const nodes = ([word, ...of]) => [[word, ...of], ...(["entry", "number"].includes(word) ? [] : of.filter(Array.isArray).flatMap(nodes))];

class Equations {
  constructor(it, shaken = 0, printed = false) { // a second reading, each number shaken in its last bit, tells which digits are certain
    Object.assign(this, { it, shaken, printed, digits: Math.min(it.digits, 15), tensors: it.quantities.map((each) => new Tensor(each)) });
    this.loss = this.tensors.find(({ name }) => name === "loss");
  }
  compiled([word, ...of], extents, read) { // a formula as a function of the loop's place; `read` gives other numbers
    if (word === "number") return ((value) => () => value)(double(of[0]));
    if (word === "entry") {
      const tensor = this.tensors[of[0]], values = this.doubles(tensor), where = placer(tensor, of[1], extents);
      return read ? (at) => read(this.entry(of, at)) : (at) => values[where(at)] ?? 0;
    }
    if (word === "same") return (at) => Number(valueOf(of[0][0], at) === valueOf(of[0][1], at));
    if (word === "largest") return (at) => Math.max(...this.window(of, extents, at).map(read ?? this.worth));
    if (word === "share") return (at) => this.share(of, extents, at);
    const parts = (word === "total" ? of.slice(0, 1) : of).map((each) => this.compiled(each, extents, read)), [a, b, c, d] = parts;
    switch (word) {
      case "total": return (at) => { let sum = 0; loop(of[1], extents, at, () => { sum += a(at); }); return sum; };
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
    const shaken = (value, place) => value * (1 + (place % 2 ? this.shaken : -this.shaken));
    if (tensor.given || (this.printed && tensor.numbers.length)) return (tensor.values = Float64Array.from(tensor.said ?? tensor.numbers, double).map(shaken));
    const values = new Float64Array(tensor.size), sizes = (tensor.sizes = new Float64Array(tensor.size)), at = [];
    for (const { target, extents, formula, outer } of tensor.readings) {
      const value = this.compiled(formula, extents), where = placer(tensor, target, extents);
      loop([...Array(outer).keys()], extents, at, () => {
        const place = where(at), term = value(at);
        values[place] += term; // outside, this does nothing
        sizes[place] += Math.abs(term);
      });
    }
    return (tensor.values = values.map((value, place) => (Math.abs(value) < 1e-14 * sizes[place] ? 0 : shaken(value, place))));
  }
  change({ tensor, place }, text) { // everything anew with one number changed; what was before is kept
    for (const each of this.tensors) each.before ??= this.doubles(each);
    this.other ??= new Equations(this.it, 1.1e-16);
    const number = this.tensors.indexOf(tensor), said = Object.assign([...(tensor.said ?? tensor.numbers)], { [place]: text });
    for (const { tensors } of [this, this.other]) {
      for (const each of tensors) Object.assign(each, { ends: null, values: each.given ? each.values : null });
      Object.assign(tensors[number], { said, values: null });
    }
    for (const each of this.tensors) this.doubles(each);
  }
  restore() {
    for (const each of this.tensors) Object.assign(each, { values: each.before ?? each.values, before: null, said: null, ends: null });
    this.other = null;
  }
  certain({ tensor, place }, most = this.digits) { // so many digits, or fewer where they are the rest of larger numbers
    const value = tensor.values[place], other = this.other.doubles(this.other.tensors[this.tensors.indexOf(tensor)])[place];
    return Math.max(1, Math.min(most, Math.floor(Math.log10(Math.abs(value / (value - other)))) - 1));
  }
  addends(tensor, place) { // what a number is the sum of: formulas, as they are written, each at its place of a loop
    return tensor.readings.flatMap(({ target, extents, formula, forms, outer, row, ends }) => {
      const parts = forms.length > 1 ? formula.slice(1) : [formula], found = [];
      places(tensor, target, place, extents, outer, (here) => {
        const at = [...here], own = { extents, at, ends, row: String(row.map((rule) => valueOf(rule, at))) };
        found.push(...parts.map((part, number) => ({ ...own, part, form: forms[number] })));
      });
      return found;
    });
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

  // A line is symbols, numbers, what they come to. As long as nothing is changed, its digits are the program's.

  written(tensor, place, say) { // the symbols or numbers of each addend; `say` has the words for an entry
    const winner = (symbols) => `the largest ${symbols.length > 1 ? "are" : "is"} ${symbols.join(" and ")}`;
    const piece = (form, extents, at) => form.map((each) => {
      if (typeof each === "string") return each;
      const [word, ...of] = each, again = (form, here = at) => piece(form, extents, here), worth = (of) => this.compiled(of, extents)(at);
      switch (word) {
        case "entry": return say.entry(this.entry(of, at));
        case "letter": return of[say.numeric ? 1 : 0];
        case "beside": return say.numeric ? "·" : tensor.between;
        case "each": return spread(of[1], extents, at, (here) => again(of[0], here)).join(" + ");
        case "piecewise": {
          const [sign, above, below, kink, formula] = of, value = worth(formula);
          say.because?.add(`${again(sign)} ${value > 0 ? ">" : value < 0 ? "<" : "="} 0`);
          return again(value > 0 ? above : value < 0 ? below : kink);
        }
      }
      if (word !== "same") say.because?.add(winner(this.winners(of, extents, at).map((one) => this.symbol(one))));
      return word === "largest" ? `max(${this.window(of, extents, at).map(say.entry).join(", ").replace(/[()]/g, "")})` : full(worth(each));
    }).join("");
    return this.addends(tensor, place).map(({ form, extents, at }) => piece(form, extents, at));
  }
  symbol({ tensor, place }, short) {
    return place < 0 ? "0" : tensor.symbol(place, short && tensor.letter.startsWith("∂L/∂") ? "g" : tensor.letter);
  }
  line(tensor, place) { // the line of a large tensor, with the digits that the program prints
    if (tensor.lines.length) return tensor.lines[place];
    if (tensor.special.has(place)) return tensor.special.get(place);
    if (tensor.patterns.length) return this.patterned(tensor, place);
    const number = ({ tensor: of, place: at }) => (at < 0 ? "0" : of.operands[at] ?? bounded(of.numbers[at]));
    const symbols = this.written(tensor, place, { entry: (each) => this.symbol(each, tensor.short) });
    const numbers = this.written(tensor, place, { entry: number, numeric: true }), [operands, ended] = tensor.relations[place];
    const said = this.terms(tensor, place).flat().length === 1 ? "" : `${operands} ${numbers.join(" + ")} `; // a copy has none
    return `${tensor.symbol(place)} = ${symbols.join(" + ")} ${said}${ended} ${this.number(tensor, place)}`;
  }
  patterned(tensor, place) { // a formula's line: what differs from line to line are its numbers
    const at = tensor.cell(place), parts = nodes(tensor.readings[0].formula), { digits } = this.it;
    const said = ([number, more, shown]) => { // of a part of the formula; a given number stands as the case writes it
      const part = parts[number], given = part[0] === "entry" && this.tensors[part[1]].given;
      const read = (one) => (shown ? shownAs(this.precise(one), digits, more) : this.precise(one));
      return given ? this.tensors[part[1]].numbers[place].replace(/^−/, "") : sizeOf(this.pencil(part, at, read), digits, more);
    };
    const pattern = tensor.patterns[tensor.codes.charCodeAt(place) - 35];
    return pattern.map((piece) => (Array.isArray(piece) ? said(piece) : piece || tensor.symbol(place, ""))).join("");
  }
  number(tensor, place) { // as it is printed: the page carries it, or works it out
    if (!tensor.worked) return tensor.numbers[place];
    const found = this.precise({ tensor, place });
    return tensor.others.get(place) ?? (found.m < 0n ? "−" : "") + sizeOf(found, this.it.digits);
  }
  precise({ tensor, place }) { // with as many digits as there are of it
    if (tensor.worked) return this.addends(tensor, place).map(({ part, at }) => this.pencil(part, at, (one) => this.precise(one))).reduce(plus);
    const { digits, guard } = this.it, { given, operands, numbers } = tensor;
    return decimal(operands[place]?.replace(/[()]/g, "") ?? numbers[place], given ? 0 : digits + (operands.length && guard));
  }
  pencil([word, ...of], at, read) { // a formula over decimals
    const again = (each) => this.pencil(each, at, read);
    if (word === "entry") return read(this.entry(of, at));
    if (word === "number") return fraction(of[0]);
    if (word === "power") return Array(Number(of[1][1])).fill(again(of[0])).reduce(times);
    if (word !== "piecewise") return decimalOf[word](...of.map(again));
    const [sign, above, below, share] = of, { m } = again(sign);
    return m ? again(m > 0n ? above : below) : plus(times(plus(fraction("1"), negative(again(share))), again(below)), times(again(share), again(above)));
  }
  decimals(tensor) { // with how many its numbers end at most; Infinity where they do not, or where nobody knows
    return (tensor.ends ??= most(tensor.given ? (tensor.said ?? tensor.numbers).map(decimals) : tensor.readings.map((each) => {
      const used = [...JSON.stringify(each.formula).matchAll(/\["entry",(\d+)/g)].map(([, number]) => this.tensors[number]);
      return ending(each.ends, used.map((of) => this.decimals(of)));
    })));
  }
  exact({ tensor, place }) { // double precision leaves no doubt of twelve digits, nor that a product with 0 is 0
    if (place < 0 || tensor.given || short(tensor.sizes[place], this.decimals(tensor))) return true;
    return !tensor.sizes[place] && this.addends(tensor, place).every(({ part, ...where }) => this.nothing(part, where));
  }
  nothing([word, ...of], { extents, at }) { // whether a product is 0 whatever its other factors are
    if (word === "product") return of.some((factor) => this.nothing(factor, { extents, at }));
    if (word === "negative" || word === "quotient") return this.nothing(of[0], { extents, at });
    const known = word === "entry" ? this.exact(this.entry(of, at)) : ["share", "piecewise", "number", "same"].includes(word);
    return known && !this.compiled([word, ...of], extents)(at);
  }
  said(of, digits) { // a number as it stands in a line: all of it where it ends, or so many digits
    if (of.tensor.given && of.place >= 0) return (of.tensor.said ?? of.tensor.numbers)[of.place];
    const value = this.worth(of);
    if (!Number.isFinite(value)) return BEYOND;
    return !this.exact(of) ? brief(value, digits ?? this.certain(of)) : value ? ended(value, this.decimals(of.tensor)) : "0";
  }
  working(tensor, place) { // a line anew: its sides, each after its sign, and what holds for them
    const entries = this.terms(tensor, place).flat();
    if (![{ tensor, place }, ...entries].every((one) => Number.isFinite(this.worth(one)))) return { sides: [], why: BEYOND };
    const of = { tensor, place }, digits = this.certain(of), value = this.worth(of), because = new Set();
    const addends = this.addends(tensor, place), each = (read) => addends.map(({ part, extents, at }) => this.compiled(part, extents, read)(at));
    const symbols = this.written(tensor, place, { entry: (one) => this.symbol(one, tensor.short), because });
    const rounds = (own) => (value ? [own, own * (1 + 1e-15), own * (1 - 1e-15)].every((near) => near.toPrecision(digits) === value.toPrecision(digits))
      : Math.abs(own) <= 1e-12 * tensor.sizes[place]);
    const result = [this.said(of)], terms = each(), sign = this.exact(of) ? "=" : "≈";
    const end = ({ tensor, place }) => (place < 0 ? 0 : tensor.given ? decimals(this.said({ tensor, place })) : this.decimals(tensor));
    const ends = addends.map(({ part, extents, at, ends }) => ending(part[0] === "entry" ? [0, 1] : ends, this.entries(part, extents, at).map(end)));
    let numbers, products;
    for (let tried = 0, right = false; !right && tried < 16; tried++) { // until its numbers, worked out, give its result
      const more = this.digits + (tried % 8), said = (one) => this.said(one, tried < 8 && one.place >= 0 ? this.certain(one, more) : more);
      numbers = this.written(tensor, place, { entry: (one) => bounded(said(one)), numeric: true }).map(bare);
      products = terms.map((term, at) => (short(term, ends[at]) ? ended(term, ends[at]) : brief(term, more)));
      products = terms.filter(Boolean).length > 1 ? products.filter((_, at) => terms[at]) : result;
      right = [each((one) => double(said(one))), products.map(double)].every((side) => rounds(total(side)));
    }
    const complete = entries.every((one) => this.exact(one));
    const sides = [["symbols", tensor.sign, symbols], ["numbers", complete ? "=" : "≈", numbers], ["between", sign, products], ["value", sign, result]];
    const reads = ([, , terms] = [, , [""]]) => joined(terms), rows = addends.map(({ row }) => row);
    return { sides: sides.filter((side, at) => reads(side) !== reads(sides[at + 1])), rows, why: [...because].slice(0, 3).join("; ") };
  }
}
