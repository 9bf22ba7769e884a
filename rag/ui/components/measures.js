export default function ({ data, parentElement }) {
  const box = root(parentElement, "measures");
  const fresh = JSON.stringify(data);
  if (box.shown === fresh) return;
  box.shown = fresh;
  const list = make("ul", "", ...data.rows.map(row));
  list.setAttribute("aria-label", data.label);
  box.replaceChildren(list);
}

function row(data) {
  const head = make("p", "head", make("span", "title", data.name), make("span", "figure", data.value));
  return make("li", "measure", head, track(data), make("p", "small", data.told), make("p", "small span", data.span));
}

// The words beside it say the same, so the picture is for the eye alone.
function track(data) {
  const band = make("span", "band");
  band.style.left = `${data.low}%`;
  band.style.width = `${data.high - data.low}%`;
  const dot = make("span", "dot");
  dot.style.left = `${data.mean}%`;
  const line = make("div", "track", band, dot);
  line.setAttribute("aria-hidden", "true");
  return line;
}
