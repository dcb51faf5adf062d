// The flame graph and the table of a page made by Helioscope. All text of the profile reaches the page as text.
"use strict";
(() => {
  const ROW = 20, NARROW = 1.5, LABEL_ROOM = 26, CHARACTER = 12 * 1233 / 2048;
  // Stripes every so many pixels, where there is room for them; a name's part that is worth more than a change beside it.
  const STRIPE_STEP = 7, STRIPES_ROOM = 6, NAME_FIRST = 12;
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const { functions, nodes, texts, themes, sum, sums, extent, growth } = JSON.parse(byId("profile").textContent);
  const annotations = JSON.parse(byId("annotations")?.textContent ?? "[]");
  const flame = byId("flame"), about = byId("about"), search = byId("search"), regex = byId("regex");
  const count = nodes.parent.length;

  // Levels and children from parents, which stand before their children.
  const depth = new Uint32Array(count), levels = [], children = nodes.parent.map(() => []);
  for (let n = 0; n < count; n++) {
    const parent = nodes.parent[n];
    if (parent >= 0) {
      depth[n] = depth[parent] + 1;
      children[parent].push(n);
    }
    (levels[depth[n]] ||= []).push(n);
  }

  // One theme, or a light and a dark one that follow the reader's system.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = () => themes[themes.length > 1 && dark.matches ? 1 : 0];

  let zoomed = -1, current = -1, selected = -1, matches = null;

  // As the program writes shares: only all of it is 100 %, and only nothing is 0 %.
  function percent(share) {
    const p = Math.abs(share * 100 - 100) < 1e-9 ? 100 : share * 100;
    if (p < 1e-12) return "0 %";
    if (p < 0.005) return "<0.01 %";
    if (p < 0.995) return p.toFixed(2) + " %";
    if (p < 99.95) return p.toFixed(1) + " %";
    return p < 100 ? ">99.9 %" : "100 %";
  }

  const width = (text) => Array.from(text).length;

  // A name, with what changed beside it where both have room.
  function label(n, room) {
    const f = nodes.function[n], fits = Math.floor(room / CHARACTER);
    const change = nodes.change ? texts[nodes.change[n]] : "", left = fits - width(change) - 2;
    if (!change || left < Math.min(width(functions.name[f]), NAME_FIRST)) return named(f, fits);
    const name = named(f, left);
    return name && name + "  " + change;
  }

  // `package.module.function`, shorter and shorter, and at last cut.
  function named(f, fits) {
    if (fits < 3) return null;
    const name = functions.name[f];
    for (let module = functions.module[f]; module; module = module.split(".").slice(1).join(".")) {
      if (width(module) + 1 + width(name) <= fits) return module + "." + name;
    }
    if (width(name) <= fits) return name;
    // `<built-in method time.sleep>` → `time.sleep`; `<method 'append' of 'list' objects>` → `list.append`.
    const bare = name.replace(/^<built-in (?:method|function) (.*)>$/, "$1").replace(/^<method '([^']*)' of '(.*)' objects>$/, "$2.$1");
    return lastPart(bare, fits);
  }

  // The last part of a name stays: `…filter` of `QuerySet.filter`; where not even that fits, `fil…`.
  function lastPart(name, fits) {
    const letters = Array.from(name), parts = [0];
    if (letters.length <= fits) return name;
    let depth = 0;
    const folders = /[/\\]/.test(name);
    letters.forEach((letter, at) => {
      const before = letters[at - 1], rest = letters.slice(at + 1).join("");
      if ("<([{".includes(letter)) depth++;
      else if (")]}".includes(letter) || (letter === ">" && before !== "-")) depth = Math.max(depth - 1, 0);
      const ends = letter === "/" || letter === "\\" || (!folders && (letter === "." ? !["py", "pyx", "so"].includes(rest) : letter === ":" && before === ":"));
      if (ends && depth === 0 && rest) parts.push(at + 1);
    });
    const fitting = parts.slice(1).find((at) => letters.length - at + 1 <= fits);
    return fitting ? "…" + letters.slice(fitting).join("") : letters.slice(parts.at(-1)).slice(0, fits - 1).join("") + "…";
  }

  function make(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    return element;
  }

  // `///` is new, `\\\` is gone: what only one side has is told without colour.
  function stripes() {
    const definitions = make("defs", {}), s = STRIPE_STEP;
    const lines = { rising: `M-1 ${s + 1}L${s + 1} -1M-1 1L1 -1M${s - 1} ${s + 1}L${s + 1} ${s - 1}`, falling: `M-1 -1L${s + 1} ${s + 1}M-1 ${s - 1}L1 ${s + 1}M${s - 1} -1L${s + 1} 1` };
    for (const id in lines) {
      const pattern = make("pattern", { id, width: s, height: s, patternUnits: "userSpaceOnUse" });
      pattern.append(make("path", { class: "stripes", d: lines[id] }));
      definitions.append(pattern);
    }
    return definitions;
  }

  function mixed(fill, ground) {
    const part = (at) => Math.round(parseInt(fill.substr(at, 2), 16) * 0.28 + parseInt(ground.substr(at, 2), 16) * 0.72);
    return `rgb(${part(1)} ${part(3)} ${part(5)})`;
  }

  function draw() {
    const { fills, narrow, ground } = theme();
    const width = Math.max(flame.clientWidth, 200);
    const from = zoomed < 0 ? 0 : nodes.start[zoomed], span = zoomed < 0 ? extent : nodes.total[zoomed];
    const scale = width / Math.max(span, 1);
    // Levels below the last one with a box that can be told from its neighbours show nothing.
    const told = (n) => nodes.total[n] * scale >= NARROW && nodes.start[n] < from + span && nodes.start[n] + nodes.total[n] > from;
    const shown = levels.slice(0, levels.findLastIndex((level) => level.some(told)) + 1), height = shown.length * ROW;
    const picture = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "presentation" });
    if (nodes.stripes) picture.append(stripes());
    const drawn = new Map();
    shown.forEach((level, d) => {
      const y = growth === "up" ? height - (d + 1) * ROW : d * ROW;
      let run = null;
      const flush = () => {
        if (run) picture.append(make("rect", { x: run[0], y, width: Math.max(run[1] - run[0], 1), height: ROW - 1, fill: matches ? mixed(narrow, ground) : narrow }));
        run = null;
      };
      for (const n of level) {
        const left = Math.max((nodes.start[n] - from) * scale, 0);
        const right = Math.min((nodes.start[n] + nodes.total[n] - from) * scale, width);
        if (right <= 0 || left >= width || right <= left) continue;
        if (right - left < NARROW) {
          if (run && left - run[1] <= NARROW) run[1] = right;
          else { flush(); run = [left, right]; }
          continue;
        }
        flush();
        const f = nodes.function[n], dimmed = matches && !matches[f];
        const filled = right - left > 4 ? right - left - 1 : right - left;
        const group = make("g", { id: "box-" + n, role: "treeitem", "aria-level": d + 1, "aria-label": `${functions.name[f]}, ${texts[nodes.spoken[n]]}` });
        const classes = [];
        if (dimmed) classes.push("dimmed");
        if (f === selected) classes.push("selected");
        if (n === current) classes.push("current");
        if (classes.length) group.setAttribute("class", classes.join(" "));
        const fill = fills[nodes.fill[n]], box = { x: left, y, width: filled, height: ROW - 1 };
        drawn.set(n, box);
        group.append(make("rect", { ...box, fill: dimmed ? mixed(fill, ground) : fill }));
        const striped = nodes.stripes?.[n] && filled >= STRIPES_ROOM && ["rising", "falling"][nodes.stripes[n] - 1];
        if (striped) group.append(make("rect", { ...box, class: "striped", fill: `url(#${striped})` }));
        const text = right - left >= LABEL_ROOM && label(n, right - left - 8);
        if (text) {
          const words = make("text", { x: left + 4, y: y + 14 });
          words.textContent = text;
          group.append(words);
        }
        group.dataset.node = n;
        picture.append(group);
      }
      flush();
    });
    if (annotations.length && !flame.hidden) {
      const outside = annotate(picture, annotations, drawn, width, height, growth === "up");
      byId("outside").textContent = outside ? `${outside} ${outside > 1 ? "annotations are" : "annotation is"} outside this view.` : "";
    }
    const below = flame.scrollHeight - flame.scrollTop;
    flame.replaceChildren(picture);
    // What grows upwards stays where it stands.
    if (growth === "up") flame.scrollTop = flame.scrollHeight - below;
    byId("reset").disabled = zoomed < 0;
    flame.setAttribute("aria-activedescendant", current < 0 ? "" : "box-" + current);
  }

  function describe(n) {
    if (n < 0) return;
    const f = nodes.function[n], name = document.createElement("b");
    name.textContent = functions.name[f];
    const lines = [functions.place[f], texts[nodes.path[n]], functions.everywhere[f]];
    about.replaceChildren(name, "\n" + lines.filter((line) => line).join("\n"));
  }

  function zoom(n) {
    zoomed = n;
    if (n >= 0) { current = n; describe(n); }
    draw();
  }

  function select(f) {
    selected = selected === f ? -1 : f;
    for (const row of rows) row.classList.toggle("selected", Number(row.dataset.function) === selected);
    draw();
  }

  function find() {
    const text = search.value, found = byId("found");
    search.setCustomValidity("");
    matches = null;
    if (text) {
      try {
        const pattern = regex.checked ? text : text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const matcher = new RegExp(pattern, /\p{Lu}/u.test(text) ? "u" : "iu");
        matches = functions.name.map((name, f) => matcher.test(name) || matcher.test(functions.place[f]));
      } catch (error) {
        search.setCustomValidity("This is not a regular expression.");
      }
    }
    // Each part of the recording once: the outermost boxes that match.
    let inside = 0, matching = 0;
    const sides = [0, 0];
    const above = new Uint8Array(count);
    if (matches) {
      matching = matches.filter(Boolean).length;
      for (let n = 0; n < count; n++) {
        const parent = nodes.parent[n], outer = parent >= 0 && above[parent];
        if (!outer && matches[nodes.function[n]]) {
          inside += nodes.total[n];
          if (sums) { sides[0] += nodes.base[n]; sides[1] += nodes.new[n]; }
        }
        above[n] = outer || matches[nodes.function[n]] ? 1 : 0;
      }
    }
    const about = nodes.estimated.includes(1) ? "≈ " : "", part = (of, all) => percent(all ? of / all : 0);
    const share = sums ? `${about}${part(sides[0], sums[0])} of base, ${about}${part(sides[1], sums[1])} of new` : about + part(inside, sum);
    // Where no boxes are drawn, only functions are counted.
    found.textContent = search.validationMessage || (matches ? `${matching} functions${count ? ", " + share : ""}` : "");
    for (const row of rows) row.hidden = Boolean(matches) && !matches[Number(row.dataset.function)];
    draw();
  }

  function move(key) {
    if (current < 0) { current = levels.length ? (zoomed < 0 ? levels[0][0] : zoomed) : -1; }
    else {
      const down = growth === "up" ? "ArrowUp" : "ArrowDown";
      let next = -1;
      if (key === "ArrowLeft" || key === "ArrowRight") {
        const level = levels[depth[current]];
        next = level[level.indexOf(current) + (key === "ArrowRight" ? 1 : -1)] ?? -1;
      } else {
        next = key === down ? children[current][0] ?? -1 : nodes.parent[current];
      }
      if (next >= 0) current = next;
    }
    describe(current);
    draw();
    document.getElementById("box-" + current)?.scrollIntoView({ block: "nearest" });
  }

  const body = document.querySelector("tbody"), rows = body ? Array.from(body.rows) : [];
  // The order after a click on a head. Changes stand by size first, then from what costs more, then from what costs less.
  function order(kind, now) {
    if (kind === "change") return { other: "descending", descending: "ascending" }[now] ?? "other";
    if (!now) return kind === "number" ? "descending" : "ascending";
    return now === "descending" ? "ascending" : "descending";
  }

  function sort(column, heading) {
    const next = order(column.kind, heading.getAttribute("aria-sort"));
    for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", next);
    const key = (row) => {
      const cell = row.cells[column.at], value = Number(cell.dataset.value ?? NaN);
      return column.kind === "text" ? cell.textContent : next === "other" ? Math.abs(value) : value;
    };
    // What has no figure stands last, whichever way the others go.
    const keyed = rows.map((row) => [key(row), row]), missing = (a) => Number.isNaN(a) ? 1 : 0;
    keyed.sort(([a], [b]) => missing(a) - missing(b) || (a < b ? -1 : a > b ? 1 : 0) * (next === "ascending" ? 1 : -1));
    body.replaceChildren(...keyed.map(([, row]) => row));
  }

  const node = (event) => Number(event.target.closest("g[data-node]")?.dataset.node ?? -1);
  flame.addEventListener("click", (event) => { if (node(event) >= 0) zoom(node(event)); });
  flame.addEventListener("mousemove", (event) => describe(node(event)));
  flame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.startsWith("Arrow")) move(event.key);
    else if (event.key === "Enter" && current >= 0) zoom(current);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target === search;
    if (event.key === "Escape" && typing) { search.value = ""; find(); flame.focus(); }
    else if (event.key === "Escape" || (event.key === "Home" && event.target === flame)) zoom(-1);
    else if (event.key === "/" && !typing) { search.focus(); event.preventDefault(); }
  });
  byId("reset").addEventListener("click", () => zoom(-1));
  search.addEventListener("input", find);
  regex.addEventListener("change", find);
  dark.addEventListener("change", draw);
  document.querySelectorAll("th").forEach((heading, at) => {
    heading.querySelector("button").addEventListener("click", () => sort({ at, kind: heading.dataset.kind }, heading));
  });
  for (const row of rows) {
    const f = Number(row.dataset.function);
    row.tabIndex = 0;
    row.addEventListener("click", () => select(f));
    row.addEventListener("keydown", (event) => { if (event.key === "Enter") select(f); });
  }
  let drawn = 0;
  new ResizeObserver(() => { if (flame.clientWidth !== drawn) { drawn = flame.clientWidth; draw(); } }).observe(flame);
  if (search.value) find(); else draw();
})();
