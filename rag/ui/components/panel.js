const NARROW = "(max-width: 60rem)";

export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "holder");
  let dialog = box.querySelector("dialog");
  if (!dialog) {
    dialog = make("dialog", "panel");
    dialog.setAttribute("aria-labelledby", "panel-title");
    box.append(dialog);
    box.before = focused();
  }
  const act = (name, value) => setTriggerValue(name, value);
  if (dialog.dataset.id !== data.id) {
    dialog.dataset.id = data.id;
    fill(dialog, data, act);
    place(dialog, act);
    settle(dialog);
  }
  const screen = matchMedia(NARROW);
  const moved = () => place(dialog, act);
  screen.addEventListener("change", moved);
  return () => {
    screen.removeEventListener("change", moved);
    if (!box.isConnected && box.before?.isConnected) box.before.focus();
  };
}

// Wide screens: a panel in the top layer beside the page. Narrow ones: a modal dialog with the browser's focus trap.
function place(dialog, act) {
  const modal = matchMedia(NARROW).matches;
  if (dialog.open && dialog.dataset.modal === String(modal)) return;
  if (dialog.open) dialog.close();
  if (dialog.hasAttribute("popover")) dialog.removeAttribute("popover");
  dialog.dataset.modal = String(modal);
  const close = (event) => {
    event.preventDefault();
    act("close", true);
  };
  dialog.oncancel = close;
  dialog.onkeydown = (event) => {
    if (event.key === "Escape") close(event);
  };
  if (modal) {
    dialog.showModal();
  } else {
    dialog.setAttribute("popover", "manual");
    dialog.showPopover();
  }
}

function fill(dialog, data, act) {
  const steps = make("span", "steps");
  if (data.step) {
    const kind = data.stepping ?? "citation";
    steps.append(
      button("tool", `Previous ${kind}`, () => act("step", -1), "‹"),
      make("span", "small", data.step),
      button("tool", `Next ${kind}`, () => act("step", 1), "›"),
    );
  }
  const bar = make("div", "bar", make("span", "label", data.label), steps);
  bar.append(button("tool close", "Close the article", () => act("close", true), "×"));
  const title = make("h2", "title", data.title);
  title.id = "panel-title";
  const text = make("div", "text", make("header", "", title, make("p", "small", data.line)));
  for (const fact of data.facts ?? []) text.firstChild.append(make("p", "small", fact));
  if (data.live) text.firstChild.append(make("p", "small", link(data.live, data.link ?? "The page these words are from")));
  if (data.notice) text.append(make("p", "notice", data.notice));
  if (data.lost) text.append(make("blockquote", "", data.lost));
  let marked = null;
  const parts = data.blocks.map((block) => {
    const node = paragraph(block);
    if (node.querySelector("mark")) marked = node;
    return node;
  });
  const headings = parts.filter((node) => node.tagName !== "P");
  if (data.contents && headings.length > 2) text.append(contents(headings));
  text.append(...parts);
  const sources = primary(data.sources);
  if (sources) (marked ?? text.lastElementChild).after(sources);
  dialog.replaceChildren(bar, text);
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-labelledby", title.id);
}

function contents(headings) {
  const rows = headings.map((heading) => {
    heading.tabIndex = -1;
    const go = () => {
      heading.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    };
    return make("li", "", button("jump", null, go, heading.textContent));
  });
  return make("details", "contents", make("summary", "small", "Contents"), make("ul", "", ...rows));
}

function paragraph(block) {
  const pieces = block.parts.map((part) => {
    if (!part.marked) return part.text;
    return make("mark", part.here ? "here" : "", part.text);
  });
  return make(block.level ? (block.level > 2 ? "h4" : "h3") : "p", "", ...pieces);
}

function primary(sources) {
  if (!sources.length) return null;
  const rows = sources.map((source) => {
    const title = source.url ? link(source.url, source.title) : make("span", "", source.title);
    const plain = source.url && title.tagName !== "A" ? make("span", "small", source.url) : null;
    return make("li", "", title, make("span", "small", [source.publisher, source.date].filter(Boolean).join(", ")), plain);
  });
  const heading = make("h4", "label", "Where these words come from");
  return make("aside", "primary", heading, make("ul", "", ...rows));
}

function settle(dialog) {
  const text = dialog.querySelector(".text");
  const mark = dialog.querySelector("mark.here");
  requestAnimationFrame(() => {
    mark?.scrollIntoView({ block: "center" });
    text.focus({ preventScroll: true });
  });
}
