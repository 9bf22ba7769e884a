export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "misses");
  const fresh = JSON.stringify(data);
  if (box.shown === fresh) return;
  box.shown = fresh;
  box.replaceChildren(...data.groups.map((group) => section(group, (id) => setTriggerValue("ask", id))));
}

function section(group, ask) {
  const rows = group.items.map((item) => make("li", "", miss(item, ask)));
  return make("section", "", make("h3", "title", group.title), make("p", "small", group.told), make("ul", "", ...rows));
}

function miss(item, ask) {
  const inside = make("div", "inside");
  if (item.before) inside.append(make("p", "small", `Asked after: ${item.before}`));
  if (item.asked) inside.append(make("p", "small", item.asked));
  if (item.wanted) inside.append(make("p", "", make("span", "label", "Should have been quoted "), item.wanted));
  if (item.quotes.length) {
    inside.append(make("p", "label", "Was quoted"), ...item.quotes.map((quote) => make("blockquote", "", quote)));
  } else {
    inside.append(make("p", "", "Nothing was quoted: the question was refused."));
  }
  inside.append(button("again", `Ask this again: ${item.question}`, () => ask(item.id), "Ask this again"));
  return make("details", "miss", make("summary", "", item.question), inside);
}
