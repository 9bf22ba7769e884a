// What a reader can do with an answer: copy, link, save, judge it, or correct how the question was understood.
const FILES = [
  ["md", "Markdown"],
  ["bib", "BibTeX"],
  ["csl.json", "CSL-JSON"],
  ["json", "JSON"],
];

function tools(turn, act) {
  const said = make("span", "small said");
  said.setAttribute("role", "status");
  const say = (text) => (said.textContent = text);
  const bar = make(
    "div",
    "tools",
    button("plain-button", null, () => copy(turn.plain, "Copied.", say), "Copy"),
    button("plain-button", null, () => copy(address(turn.link), "Link copied.", say), "Copy link"),
    files(act),
    said,
  );
  const end = make("div", "end", bar, make("p", "small foot", turn.foot));
  if (turn.rated) {
    bar.classList.add("rated");
    say("Thank you. Your verdict is kept on this computer.");
  } else bar.append(thumb("Helpful", true, bar, act), thumb("Not helpful", false, bar, act));
  return end;
}

async function copy(text, done, say) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say("The browser did not allow copying.");
  }
}

function address(query) {
  return `${location.origin}${location.pathname}?${query}`;
}

function files(act) {
  const menu = make("details", "files", make("summary", "plain-button", "Save as"));
  const rows = FILES.map(([format, name]) =>
    button("file", null, () => {
      menu.open = false;
      act({ kind: "save", format });
    }, name),
  );
  menu.append(make("div", "menu", ...rows));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

function save(file) {
  const url = URL.createObjectURL(new Blob([file.text], { type: file.kind }));
  const anchor = make("a", "");
  anchor.href = url;
  anchor.download = file.name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function thumb(label, good, bar, act) {
  const node = button("plain-button thumb", label, () => {
    bar.parentElement.querySelector("form")?.remove();
    const question = good ? "What was good about it?" : "What was wrong?";
    const form = line(`${question} (optional)`, "", "Send", (reason) => act({ kind: "rate", good, reason }));
    bar.after(form);
    form.querySelector("input").focus();
  }, good ? "👍" : "👎");
  node.title = label;
  return node;
}

function understood(text, act) {
  const node = make("div", "small understood", make("span", "", `Understood as: ${text} `));
  const edit = button("link-button", "Edit how the question was understood", () => {
    const form = line("Ask instead", text, "Ask", (asked) => asked && act({ kind: "ask", text: asked }), () => {
      form.replaceWith(node);
      edit.focus();
    });
    node.replaceWith(form);
    form.querySelector("input").focus();
  }, "Edit");
  node.append(edit);
  return node;
}

function line(label, value, send, done, cancel) {
  const input = make("input", "");
  input.value = value;
  input.setAttribute("aria-label", label);
  input.placeholder = label;
  const go = button("plain-button", null, () => {}, send);
  go.type = "submit";
  const form = make("form", "line", input, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done(input.value.trim());
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (cancel) cancel();
    else form.remove();
  });
  return form;
}
