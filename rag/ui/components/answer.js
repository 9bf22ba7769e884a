const LABELS = { missing: "Not mentioned anywhere", nearest: "Nearest passages", sources: "Sources" };

export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "turn");
  const fresh = JSON.stringify(data.turn);
  if (box.dataset.shown !== fresh) {
    const first = box.dataset.shown === undefined;
    box.dataset.shown = fresh;
    show(box, data.turn, (kind, at) => setTriggerValue("open", { kind, at }), first && !data.latest);
    if (first && data.latest) bringUp(box);
  }
  box.classList.toggle("latest", data.latest);
  for (const node of box.querySelectorAll("[data-opens]")) {
    node.setAttribute("aria-expanded", String(node.dataset.opens === `${data.opened?.kind}:${data.opened?.at}`));
  }
}

// The newest question goes to the top of the screen and its answer grows below it; the page's own scrolling to the
// end, which would hide the beginning of a long answer, is undone while nobody scrolls.
function bringUp(box) {
  const lift = () => box.scrollIntoView({ block: "start", behavior: "instant" });
  const later = [0, 120, 300, 600].map((wait) => setTimeout(lift, wait));
  const leave = () => later.forEach(clearTimeout);
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(kind, leave, { once: true });
}

function show(box, turn, open, quiet) {
  const live = box.querySelector(":scope > [role=status]") ?? make("p", "unseen");
  live.setAttribute("role", "status");
  box.replaceChildren(live, make("h2", "question", turn.question), ...body(turn, open));
  if (turn.announce && !quiet) setTimeout(() => (live.textContent = turn.announce), 60);
  if (turn.pending) live.textContent = "Looking through the articles.";
}

function body(turn, open) {
  if (turn.error) return [make("p", "problem", turn.error)];
  if (turn.pending) return [pending()];
  const cues = new Map(turn.citations.map((citation) => [citation.number, citation.cue]));
  return [
    turn.understood ? make("p", "small understood", `Understood as: ${turn.understood}`) : null,
    ...turn.notices.map((notice) => make("p", "notice", notice)),
    turn.short ? make("p", "short", turn.short.text, chip(turn.short.chip, cues, open)) : null,
    ...turn.blocks.map((block) => statements(block, cues, open)),
    turn.refusal ? refusal(turn, open) : null,
    turn.citations.length ? sources(turn.citations, open) : null,
    make("p", "small foot", turn.foot),
  ].filter(Boolean);
}

function pending() {
  const lines = make("div", "pending");
  lines.setAttribute("aria-hidden", "true");
  for (let line = 0; line < 3; line += 1) lines.append(make("span", "bar"));
  return lines;
}

function chip(number, cues, open) {
  const label = `Citation ${number}: ${cues.get(number) ?? ""}. Show the passage`;
  const node = button("chip", label, () => open("citation", number), String(number));
  node.dataset.opens = `citation:${number}`;
  return node;
}

function statements(block, cues, open) {
  const list = make("div", block.heading ? "sides" : "plain");
  for (const item of block.items) {
    const words = make("p", "words", item.text, ...item.chips.map((number) => chip(number, cues, open)));
    const node = make("div", `statement ${item.verdict}`, words, verdict(item));
    if (item.cue) node.prepend(make("p", "small", item.cue));
    list.append(node);
  }
  return block.heading ? make("section", "group", make("h3", "label", block.heading), list) : list;
}

function verdict(item) {
  if (item.verdict === "supported") return null;
  const why = item.reasons.length ? `: ${item.reasons.join("; ")}` : "";
  return make("p", "verdict", make("strong", "", item.label), why);
}

function refusal(turn, open) {
  const node = make("section", "refusal", make("p", "reason", turn.refusal.reason));
  if (turn.refusal.missing.length) {
    const words = turn.refusal.missing.map((word) => make("li", "word", word));
    node.append(make("h3", "label", LABELS.missing), make("ul", "missing", ...words));
  }
  node.append(make("p", "small", turn.refusal.searched));
  if (turn.nearest.length) {
    const rows = turn.nearest.map((near, at) => {
      const inside = [make("span", "quote", near.quote), make("span", "small", near.title)];
      const row = button("near", null, () => open("nearest", at), ...inside);
      row.dataset.opens = `nearest:${at}`;
      return make("li", "", row);
    });
    node.append(make("h3", "label", LABELS.nearest), make("ul", "rows", ...rows));
  }
  return node;
}

function sources(citations, open) {
  const rows = citations.map((citation) => {
    const words = make("span", "about", make("span", "title", citation.title), make("span", "small", citation.cue));
    const number = make("span", "number", String(citation.number));
    const row = button("source", null, () => open("citation", citation.number), number, words);
    row.dataset.opens = `citation:${citation.number}`;
    return make("li", "", row);
  });
  return make("section", "sources", make("h3", "label", LABELS.sources), make("ol", "rows", ...rows));
}
