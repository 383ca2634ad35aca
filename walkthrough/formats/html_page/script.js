// Stepping, looking up and "what if". All there is to read can be read without this script.

const part = (id) => document.getElementById(id);
function made(name, attributes, ...inner) {
  const language = `http://www.w3.org/${name.startsWith("m") ? "1998/Math/MathML" : "1999/xhtml"}`;
  const element = document.createElementNS(language, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inner);
  return element;
}
const TOKEN = /([0-9]+(?:\.[0-9]+)?)|([₀-₉]+|(?<=\p{L})\[[^\]]*\])|([⁻⁰¹²³⁴-⁹]+)|(e\^\(|[\p{L}\p{M}]+|∂)( ?)|\S/gu;
function formula(text, continued) { // a formula as MathML; `continued` if something stands before it
  const figures = (said) => made("mn", {}, level(said).replace("⁻", "−").replace(/[[\]]/g, ""));
  let atoms = [];
  const open = []; // what stands before each parenthesis that is an exponent's
  for (const [said, number, below, above, word, space] of text.matchAll(TOKEN)) {
    const alone = /^$|[(·=≈,]/.test(atoms.at(-1)?.textContent ?? (continued && !open.length ? "0" : "")); // a sign of its own
    const form = alone ? "prefix" : "()".includes(said) ? "" : "infix";
    if (said.endsWith("(")) open.push(said === "(" ? null : atoms);
    const before = said === ")" && open.pop();
    if (said === "e^(") atoms = [];
    else if (before) atoms = [...before, made("msup", {}, made("mi", {}, "e"), made("mrow", {}, ...atoms))];
    else if (below || above) atoms.push(made(below ? "msub" : "msup", {}, atoms.pop(), figures(said)));
    else if (number || word) atoms.push(made(number ? "mn" : word.length > 4 ? "mtext" : "mi", {}, number ?? word));
    else atoms.push(made("mo", { stretchy: false, form, ..."/·".includes(said) && { lspace: 0, rspace: 0 } }, said));
    if (space && word.length > 1) atoms.push(made("mspace", { width: "0.17em" })); // ln 2
  }
  return made("math", {}, ...atoms);
}
function math(text) { // formulas between which a line may break: before a sign that stands in no exponent
  if (text.length > 2000) return [text]; // a browser takes long over so many formulas
  const pieces = text.length > 36 ? text.split(/ (?=[=≈+−←] )/) : [text];
  const torn = (piece) => piece.replace(/e\^\((?:[^()]|\([^()]*\))*\)/g, "").includes("e^(");
  for (let at = pieces.length - 2; at >= 0; at--) if (torn(pieces[at])) pieces.splice(at, 2, `${pieces[at]} ${pieces[at + 1]}`);
  return pieces.flatMap((piece, number) => [formula(piece, number), " "]);
}
function laid(sign, terms, rows) { // a side of a line, the terms of a sum in rows under each other if they come in rows
  const lines = [];
  for (const [at, term] of terms.entries()) {
    if (at && rows[at] === rows[at - 1]) lines.at(-1).push(term);
    else lines.push([term]);
  }
  const several = lines.length > (lines.at(-1).length > 1 ? 1 : 2), whole = terms.length === rows.length && several;
  if (!whole || terms.join("").length > 2000) return math(`${sign} ${joined(terms)}`);
  const cells = lines.flatMap((line, y) => line.map((term, x) => {
    const cell = formula(`${y && !x ? "+ " : ""}${term}${x < line.length - 1 ? " +" : ""}`, y && !x);
    if (!x) cell.setAttribute("class", "first");
    return cell;
  }));
  const columns = Math.max(...lines.map((line) => line.length));
  return [made("span", { class: "laid" }, formula(sign), made("span", { class: "lattice", style: `--columns: ${columns}` }, ...cells))];
}

class Page {
  constructor(equations) {
    this.equations = equations;
    this.order = equations.tensors.filter((tensor) => tensor.told);
    this.byId = [...equations.tensors].sort((one, other) => other.id.length - one.id.length || one.end.length - other.end.length);
    this.elements = new Map(); // what shows a number, by the number's name
    this.printed = new Map(); // what stood in it before something was changed
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
    on("undo", "click", () => this.restore(this.equations.restore()));
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
    const { target, key } = event, by = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (target.matches("input") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (by) this.step(by);
    else if (key === "Escape") this.close();
    else if (key === "Enter" && target.matches("td[data-cell]")) target.click();
    else return;
    event.preventDefault();
  }
  pick({ target, offsetX, offsetY }) {
    const cell = target.closest("td[data-cell]");
    if (cell) this.go(cell.dataset.cell);
    else if (target.place) this.show({ tensor: target.tensor, place: target.place(offsetX, offsetY) });
  }
  mark(of) { // the window that a number is made of, and where it goes
    for (const element of document.querySelectorAll(".here, .window, .used")) element.classList.remove("here", "window", "used");
    const put = (kind) => ({ tensor, place }) => place >= 0
      && this.elements.get(tensor.named(place))?.forEach((element) => element.classList.add(kind));
    const uses = this.equations.uses(of.tensor, of.place);
    uses.forEach(put("used"));
    this.equations.terms(of.tensor, of.place).flat().forEach(put("window"));
    put("here")(of);
    const names = uses.slice(0, 12).map((use) => use.tensor.symbol(use.place)).join(", ") || "nothing more";
    part("hint").textContent = `${of.tensor.named(of.place)} goes into ${names}${uses.length > 12 ? ` and ${uses.length - 12} more.` : "."}`;
  }
  show(of) {
    const { tensor, place } = (this.active = of), name = tensor.named(place), line = this.line(tensor, place);
    [part("bench").hidden, part("open").hidden, part("change").hidden] = [false, true, !tensor.given];
    history.replaceState(null, "", `#${idOf(name)}`);
    document.querySelector(".active")?.classList.remove("active");
    line?.classList.add("active");
    line?.scrollIntoView({ block: "center" });
    part("where").textContent = `${name}, ${place + 1} of ${tensor.size}`;
    part("boards").replaceChildren(...this.boards(tensor, place));
    this.refresh();
    const own = tensor.before ? this.equations.said(of) : this.equations.number(tensor, place), old = tensor.said ? this.now(of) : " given";
    const copy = line?.cloneNode(true) ?? made("div", { class: "line" }, ...math(`${tensor.symbol(place)} = ${own}`), old);
    copy.removeAttribute("id");
    part("line").replaceChildren(copy);
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
    return [...kinds].filter(([tensor]) => tensor.numbers.length || tensor.worked).flatMap(([tensor, marks]) => {
      const columns = tensor.shape.at(-1) ?? 1, size = (tensor.shape.at(-2) ?? 1) * columns;
      const images = [...new Set([...marks.keys()].map((at) => Math.floor(at / size)))].slice(0, 8).sort((a, b) => a - b);
      const draw = columns <= 14 && size <= 200 && size * images.length <= 400 ? this.table : this.picture;
      return images.map((image) => made("figure", { class: "grid" },
        made("figcaption", {}, [tensor.name, ...tensor.kept(image * size).slice(0, -2)].join(" ")),
        draw.call(this, tensor, image * size, size, columns, marks)));
    });
  }
  table(tensor, start, size, columns) {
    const number = (_, at) => made("td", { "data-cell": tensor.named(start + at) }, this.equations.number(tensor, start + at));
    const cells = Array.from({ length: size }, number);
    for (const each of cells) this.keep(each);
    const rows = Array.from({ length: size / columns }, (_, y) => made("tr", {}, ...cells.slice(y * columns, (y + 1) * columns)));
    return made("table", {}, ...rows);
  }
  drawn(tensor) { // the numbers of a picture, as they are printed; what the page does not carry follows from them
    this.prints ??= new Equations(this.equations.it, 0, true);
    return this.prints.doubles(this.prints.tensors[this.equations.tensors.indexOf(tensor)]);
  }
  picture(tensor, start, size, columns, marks) { // black is the smallest; a long row is folded
    const wide = size === columns ? 20 : columns, high = Math.ceil(size / wide);
    const label = { role: "img", "aria-label": `${tensor.name} in grey`, style: `width: ${Math.min(8 * wide, 400)}px` };
    const canvas = Object.assign(made("canvas", { width: wide, height: high, ...label }), { tensor });
    const pen = canvas.getContext("2d");
    const values = (tensor.before ? tensor.values : this.drawn(tensor)).slice(start, start + size);
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
    this.equations.change(of, /[/%]/.test(text) ? text : full(value));
    this.restore();
  }
  restore() { // what stood in the page before, and then what is so now
    for (const [element, nodes] of this.printed) if (nodes) element.replaceChildren(...nodes);
    for (const remark of document.querySelectorAll("p.because[hidden]")) remark.hidden = false;
    this.printed.clear();
    this.show(this.active);
  }
  refresh() { // every line and number that follows, the old value beside the new one
    const { loss } = this.equations, on = Boolean(this.active.tensor.before);
    document.body.toggleAttribute("data-changed", on);
    for (const [name, elements] of on ? this.elements : []) for (const element of elements) {
      if (this.printed.has(element)) continue;
      const of = this.find(name); // a large page has no equations of what comes after its last update
      element.classList.toggle("given", !of);
      this.printed.set(element, of && this.redone(element, of));
    }
    part("effect").textContent = loss?.before ? `loss ≈ ${loss.numbers[0]} → ${this.equations.said({ tensor: loss, place: 0 })}` : "";
  }
  now({ tensor, place }) { // the old value
    return made("span", { class: "now" }, `(before: ${this.equations.number(tensor, place) ?? brief(tensor.before[place], this.equations.digits)})`);
  }
  redone(element, of) { // puts in an element what is so now; gives what stood there, if that was something else
    const { tensor, place } = of, { equations } = this, cell = element.tagName === "TD", nodes = [...element.childNodes];
    const changed = ({ tensor, place }) => place >= 0 && tensor.before[place] !== tensor.values[place];
    if (!changed(of) && (cell || !equations.terms(tensor, place).flat().some(changed))) return null;
    if (cell) {
      const about = equations.exact(of) ? "" : "≈ ";
      element.append(made("span", { class: "now" }, ` → ${about}${equations.said(of)}`));
      return nodes;
    }
    const { sides, rows, why } = equations.working(tensor, place), left = made("span", { class: "left" }, formula(tensor.symbol(place)));
    const shown = sides.map(([kind, sign, terms]) => made("span", { class: kind }, ...laid(sign, terms, /s$/.test(kind) ? rows : [])));
    if (changed(of)) shown.at(-1)?.append(" ", this.now(of));
    element.replaceChildren(left, ...shown, made("span", { class: "because" }, why));
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
