export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "ledger");
  const fresh = JSON.stringify(data);
  if (box.shown === fresh) return;
  box.shown = fresh;
  if (!box.said) {
    box.said = make("p", "small said");
    box.said.setAttribute("role", "status");
    box.bar = make("div", "bar");
    box.rows = make("ul", "rows");
    box.rows.setAttribute("aria-label", "What became of each");
    box.replaceChildren(box.said, box.bar, box.rows);
  }
  box.said.className = data.problem ? "problem" : "small said";
  box.said.textContent = data.said;
  box.bar.replaceChildren(...(data.share === null ? [] : [progress(data.share, data.said)]));
  const act = { open: (slug) => setTriggerValue("open", slug), undo: (slug) => setTriggerValue("undo", slug) };
  box.rows.replaceChildren(...data.rows.map((item) => row(item, act)));
  if (data.rows.some((item) => item.undo)) box.scrollIntoView({ block: "nearest" }); // else Undo is above the screen
}

function progress(share, label) {
  const fill = make("div", "fill");
  fill.style.width = `${Math.round(share * 100)}%`;
  const node = make("div", "track", fill);
  node.setAttribute("role", "progressbar");
  node.setAttribute("aria-label", label);
  node.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  return node;
}

function row(item, act) {
  const words = make("div", "words", make("span", "given", item.given));
  if (item.detail) words.append(make("span", "small", item.detail));
  const node = make("li", "", make("span", `outcome ${item.kind}`, item.outcome), words);
  if (item.open) node.append(button("plain-button", `Open ${item.given}`, () => act.open(item.open), "Open"));
  if (item.undo) node.append(button("plain-button", null, () => act.undo(item.undo), "Undo"));
  return node;
}
