export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "choices");
  const fresh = JSON.stringify(data);
  if (box.shown === fresh) return;
  box.shown = fresh;
  const rows = data.items.map((item) => {
    const token = data.kind === "tokens";
    const label = token ? `Remove the filter ${item.text}` : null;
    const text = make("span", "text", item.text);
    const cross = token ? make("span", "cross", "×") : null;
    const note = item.note ? make("span", "small", item.note) : null;
    const node = button("choice", label, () => setTriggerValue("pick", item.id), text, note, cross);
    if (item.id === data.current) node.setAttribute("aria-current", "true");
    return make("li", "", node);
  });
  const list = make("ul", data.kind, ...rows);
  list.setAttribute("aria-label", data.label);
  box.replaceChildren(...(rows.length ? [list] : []));
}
