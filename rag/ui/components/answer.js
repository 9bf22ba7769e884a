const LONG = 400; // characters

export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "turn");
  const fresh = JSON.stringify(data.turn);
  if (box.shown !== fresh) {
    const first = box.shown === undefined;
    box.shown = fresh;
    const open = (kind, at) => setTriggerValue("open", { kind, at });
    show(box, data.turn, open, (act) => setTriggerValue("act", act), first && !data.latest);
    if (first) fit(box);
    if (data.latest && (first || box.pending)) bringUp(box);
    box.pending = data.turn.pending;
  }
  box.classList.toggle("latest", data.latest);
  for (const node of box.querySelectorAll("[data-opens]")) {
    node.setAttribute("aria-expanded", String(node.dataset.opens === `${data.opened?.kind}:${data.opened?.at}`));
  }
  if (data.file) save(data.file);
  return () => box.card?.remove();
}

// The newest question goes to the top of the screen and its answer grows below it; the page's own scrolling to the
// end, which would hide the beginning of a long answer, is undone until the reader moves.
function bringUp(box) {
  if (box.moved === undefined) {
    box.moved = false;
    const leave = () => (box.moved = true);
    for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(kind, leave, { once: true });
  }
  const lift = () => box.moved || box.scrollIntoView({ block: "start", behavior: "instant" });
  for (const wait of [0, 120, 300, 600, 1500]) setTimeout(lift, wait);
}

// The newest turn fills the screen above the question field, whatever its height, so that its end is no further down.
function fit(box) {
  const main = box.getRootNode().host?.closest(".stMain");
  const bottom = main?.querySelector("[data-testid=stBottom]");
  if (!bottom) return;
  const measure = () => box.style.setProperty("--taken", `${innerHeight - main.clientHeight + bottom.offsetHeight}px`);
  new ResizeObserver(measure).observe(bottom);
}

function show(box, turn, open, act, quiet) {
  const waits = turn.pending && box.querySelector(":scope > .body > .pending");
  if (waits) {
    // The button to stop stays where it is: a press and a release on two nodes would be no click.
    while (waits.previousSibling) waits.previousSibling.remove();
    waits.before(...told(turn, byNumber(turn), open));
    return;
  }
  const live = box.querySelector(":scope > [role=status]") ?? make("p", "unseen");
  live.setAttribute("role", "status");
  const words = make("div", "body", ...body(turn, open, act));
  box.replaceChildren(live, heading(turn.question), words);
  if (turn.announce && !quiet) setTimeout(() => (live.textContent = turn.announce), 60);
  if (turn.pending) live.textContent = "Looking through the articles.";
}

// A question of a page's length does not push its answer off the screen: it scrolls in a box of its own.
function heading(question) {
  const node = make("h2", "question", question);
  if (question.length > LONG) {
    node.classList.add("long");
    node.tabIndex = 0;
  }
  return node;
}

function byNumber(turn) {
  return new Map((turn.citations ?? []).map((citation) => [citation.number, citation]));
}

function told(turn, cited, open) {
  return turn.blocks.map((block) => statements(block, cited, open));
}

function body(turn, open, act) {
  const cited = byNumber(turn);
  const blocks = told(turn, cited, open);
  if (turn.error) return [...blocks, make("p", turn.stopped ? "notice" : "problem", turn.error)];
  if (turn.pending) return [...blocks, pending(turn.waiting, act)];
  return [
    turn.filters ? make("p", "small", turn.filters) : null,
    turn.understood ? understood(turn.understood, act) : null,
    ...turn.notices.map((notice) => make("p", "notice", notice)),
    turn.short ? make("p", "short", ...numbered(turn.short.text, [turn.short.chip], cited, open)) : null,
    ...blocks,
    turn.cut ? make("p", "cut-off", turn.cut) : null,
    turn.refusal ? refusal(turn, open, act) : null,
    turn.citations.length ? sources(turn.citations, open) : null,
    tools(turn, act),
    turn.followups.length ? followups(turn.followups, turn.refusal ? "The articles do answer" : "Ask next", act) : null,
  ].filter(Boolean);
}

function pending(waiting, act) {
  const lines = make("div", "bars", make("span", "bar"), make("span", "bar"), make("span", "bar"));
  lines.setAttribute("aria-hidden", "true");
  const stop = button("plain-button", null, () => {
    stop.textContent = "Stopping…";
    act({ kind: "stop" });
  }, "Stop");
  return make("div", "pending", waiting ? make("p", "small", waiting) : null, lines, stop);
}

function chip(number, cited, open) {
  const citation = cited.get(number);
  const label = citation ? `Citation ${number}: ${citation.cue}. Show the passage` : `Citation ${number}`;
  const node = button("chip", label, () => open("citation", number), String(number));
  node.dataset.opens = `citation:${number}`;
  node.disabled = !citation;
  if (citation) explain(node, citation);
  return node;
}

function statements(block, cited, open) {
  const list = make("div", block.heading ? "sides" : "plain");
  for (const item of block.items) {
    const words = make("p", "words", ...numbered(item.text, item.chips, cited, open));
    const node = make("div", `statement ${item.verdict}`, words, verdict(item));
    if (item.cue) node.prepend(make("p", "small", item.cue));
    list.append(node);
  }
  return block.heading ? make("section", "group", make("h3", "label", block.heading), list) : list;
}

// The text with its chips, which stay on the line of the last word.
function numbered(text, numbers, cited, open) {
  const cut = text.lastIndexOf(" ") + 1;
  const chips = numbers.map((number) => chip(number, cited, open));
  return [text.slice(0, cut), make("span", text.length - cut < 24 ? "tail" : "", text.slice(cut), ...chips)];
}

function verdict(item) {
  if (item.verdict === "supported") return null;
  const why = item.reasons.length ? `: ${item.reasons.join("; ")}` : "";
  return make("p", "verdict", make("strong", "", item.label), why);
}

function refusal(turn, open, act) {
  const node = make("section", "refusal", make("p", "reason", turn.refusal.reason));
  if (turn.refusal.missing.length) {
    const words = turn.refusal.missing.map((word) => make("li", "word", word));
    node.append(make("h3", "label", "Not mentioned anywhere"), make("ul", "missing", ...words));
  }
  node.append(make("p", "small", turn.refusal.searched));
  if (turn.filters) {
    const again = button("link-button", null, () => act({ kind: "unfiltered" }), "Ask again without filters");
    node.append(make("p", "small", "Only what the filters let through was searched. ", again));
  }
  if (turn.nearest.length) {
    const rows = turn.nearest.map((near, at) => {
      const inside = [make("span", "quote", near.quote), make("span", "small", near.title)];
      const row = button("near", null, () => open("nearest", at), ...inside);
      row.dataset.opens = `nearest:${at}`;
      return make("li", "", row);
    });
    node.append(make("h3", "label", "Nearest passages"), make("ul", "rows", ...rows));
  }
  return node;
}

function sources(citations, open) {
  const rows = citations.map((citation, at) => {
    // The next quote of the same article goes without its title; a screen reader still hears it.
    const again = citations[at - 1]?.title === citation.title;
    const title = make("span", again ? "unseen" : "title", citation.title);
    const words = make("span", "about", title, make("span", "small", citation.cue));
    const number = make("span", "number", String(citation.number));
    const row = button("source", null, () => open("citation", citation.number), number, words);
    row.dataset.opens = `citation:${citation.number}`;
    return make("li", "", row);
  });
  return make("section", "sources", make("h3", "label", "Sources"), make("ol", "rows", ...rows));
}

function followups(questions, title, act) {
  const rows = questions.map((question) =>
    make("li", "", button("follow", null, () => act({ kind: "ask", text: question }), question)),
  );
  return make("section", "followups", make("h3", "label", title), make("ul", "rows", ...rows));
}
