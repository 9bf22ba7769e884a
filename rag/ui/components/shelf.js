const PAUSE = 250; // milliseconds without a key before the filter takes effect

export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "shelf");
  box.ask = (change) => setTriggerValue("filter", { text: box.field.value, kind: data.kind, page: 0, ...change });
  if (!box.field) build(box, data);
  // What was typed stays until the server knows it: an earlier page may still be on its way.
  if (box.typed === data.text) box.typed = undefined;
  if (box.typed === undefined && focused() !== box.field) box.field.value = data.text;
  const fresh = JSON.stringify(data);
  if (box.shown === fresh) return;
  box.shown = fresh;
  const open = (slug) => setTriggerValue("open", slug);
  const remove = (slug) => setTriggerValue("remove", slug);
  box.kinds.replaceChildren(...data.kinds.map((kind) => choice(kind, data.kind, box)));
  box.count.textContent = data.count;
  box.list.replaceChildren(...data.rows.map((item) => row(item, data, open, remove)));
  box.pager.replaceChildren(...pager(data, box));
}

function build(box, data) {
  const field = make("input", "search");
  field.type = "search";
  field.placeholder = "Search titles, outlets, names and text";
  field.setAttribute("aria-label", "Search the articles");
  field.value = data.text;
  let timer = 0;
  field.addEventListener("input", () => {
    box.typed = field.value;
    clearTimeout(timer);
    timer = setTimeout(() => box.ask({}), PAUSE);
  });
  const kinds = make("div", "kinds");
  kinds.setAttribute("role", "group");
  kinds.setAttribute("aria-label", "Which articles");
  const count = make("p", "small count");
  count.setAttribute("role", "status");
  const list = make("ul", "list");
  list.setAttribute("aria-label", "Articles");
  const pager = make("div", "pager");
  Object.assign(box, { field, kinds, count, list, pager });
  box.replaceChildren(make("div", "bar", field, kinds), count, list, pager);
}

function choice(kind, current, box) {
  const node = button("kind", null, () => box.ask({ kind: kind.id }), kind.text);
  node.setAttribute("aria-pressed", String(kind.id === current));
  return node;
}

function row(item, data, open, remove) {
  const inside = [make("span", "title", item.title), make("span", "small", item.line)];
  if (item.names) inside.push(make("span", "small names", item.names));
  if (item.excerpt) inside.push(excerpt(item.excerpt));
  const node = button("article", null, () => open(item.slug), ...inside);
  if (item.slug === data.opened) node.setAttribute("aria-current", "true");
  const line = make("li", item.own ? "own" : "", node);
  if (item.own) line.append(removal(item, data.busy, remove));
  return line;
}

function excerpt(parts) {
  return make("span", "excerpt", ...parts.map((part) => (part.marked ? make("mark", "", part.text) : part.text)));
}

// Removing takes two clicks: the first asks, and the answer that changes nothing has the focus.
function removal(item, busy, remove) {
  const place = make("div", "removal");
  const ask = button("plain-button", `Remove ${item.title}`, () => {
    const keep = button("plain-button", null, () => {
      place.replaceChildren(ask);
      ask.focus();
    }, "Keep");
    const sure = button("plain-button sure", null, () => {
      place.replaceChildren(make("span", "small", "Removing…"));
      remove(item.slug);
    }, "Remove");
    const question = make("span", "small", "Remove this article?");
    place.replaceChildren(question, sure, keep);
    keep.focus();
  }, "Remove");
  ask.disabled = busy;
  place.append(ask);
  return place;
}

function pager(data, box) {
  if (data.pages < 2) return [];
  const go = (by) => {
    box.ask({ page: data.page + by });
    box.scrollIntoView({ block: "start" });
  };
  const before = button("plain-button", null, () => go(-1), "Previous page");
  const after = button("plain-button", null, () => go(1), "Next page");
  before.disabled = data.page === 0;
  after.disabled = data.page + 1 >= data.pages;
  return [before, make("span", "small", `Page ${data.page + 1} of ${data.pages}`), after];
}
