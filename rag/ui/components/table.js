const MARKS = { ascending: "↑", descending: "↓" };
const SHORT = 20; // characters that stay on one line

export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "table");
  const fresh = JSON.stringify(data.table);
  if (box.shown !== fresh) {
    box.shown = fresh;
    draw(box, data.table, (name, value) => setTriggerValue(name, value));
  }
  for (const node of box.querySelectorAll("[data-opens]")) {
    const open = String(node.dataset.opens === data.opened);
    if (node.getAttribute("aria-expanded") !== open) node.setAttribute("aria-expanded", open);
  }
}

// New data keeps the place that was scrolled to and the button that was focused.
function draw(box, table, act) {
  const old = box.querySelector(".scroll");
  const [left, top, held] = [old?.scrollLeft, old?.scrollTop, box.contains(focused()) ? focused().dataset.name : null];
  const head = make("tr", "", ...table.head.map((column) => heading(column, "col", act)));
  const rows = table.rows.map((row) =>
    make("tr", "", heading(row.head, "row", act), ...row.cells.map((cell) => value(cell, act))),
  );
  const whole = make("table", "", make("caption", "unseen", table.label), make("thead", "", head));
  whole.append(make("tbody", "", ...rows));
  const scroll = make("div", "scroll", whole);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", table.label);
  box.replaceChildren(scroll);
  scroll.scrollTo(left ?? 0, top ?? 0);
  if (held) Array.from(box.querySelectorAll("[data-name]")).find((node) => node.dataset.name === held)?.focus();
}

function heading(data, scope, act) {
  const node = make("th", "");
  node.scope = scope;
  if (data.sort) {
    const mark = make("span", "order", MARKS[data.sort.order] ?? "");
    mark.setAttribute("aria-hidden", "true");
    const sort = button("sort", null, () => act("act", { act: "sort", id: data.sort.id }), data.text, mark);
    sort.dataset.name = `sort:${data.sort.id}`;
    node.append(sort);
    node.setAttribute("aria-sort", data.sort.order);
  } else {
    node.append(make("span", "text", data.text));
  }
  const acts = (data.acts ?? []).map((one) => tool(one, act));
  if (data.note) acts.push(make("details", "", make("summary", "tool", "Remark"), make("span", "small", data.note)));
  if (acts.length) node.append(make("span", "acts", ...acts));
  return node;
}

function tool(data, act) {
  const node = button("tool", data.label, () => act("act", { act: data.act, id: data.id }), data.text);
  node.dataset.name = `${data.act}:${data.id}`;
  node.disabled = Boolean(data.disabled);
  if (data.disabled) node.title = data.disabled;
  if (data.pressed !== undefined && data.pressed !== null) node.setAttribute("aria-pressed", String(data.pressed));
  return node;
}

function value(cell, act) {
  if (!cell.text) return make("td", "blank", make("span", "unseen", "not stated"));
  const width = cell.text.length > SHORT ? "long" : "short";
  if (!cell.opens) return make("td", width, make("span", "plain", cell.text));
  const mark = cell.from === "page" ? make("span", "page", "↗") : null;
  mark?.setAttribute("aria-hidden", "true");
  const node = button("value", null, () => act("open", cell.opens), cell.text, mark);
  if (cell.from === "page") node.append(make("span", "unseen", " (from a primary source)"));
  node.dataset.opens = cell.opens;
  node.dataset.name = `open:${cell.opens}`;
  return make("td", width, node);
}
