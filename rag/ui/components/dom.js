// Node builders. What comes from data becomes text nodes and attributes of our own choice, never markup.
function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function button(className, label, onClick, ...children) {
  const node = make("button", className, ...children);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  node.addEventListener("click", onClick);
  return node;
}

// A link only for http(s) addresses; anything else (javascript:, data:, file:) stays text.
function link(url, text) {
  let address = null;
  try {
    address = new URL(url);
  } catch {
    return make("span", "", text);
  }
  if (address.protocol !== "https:" && address.protocol !== "http:") return make("span", "", text);
  const node = make("a", "", text);
  node.href = url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.referrerPolicy = "no-referrer";
  return node;
}

// The element that holds a component's nodes; made once, so that focus and scroll survive new data.
function root(parentElement, className) {
  const found = Array.from(parentElement.children).find((child) => "root" in child.dataset);
  if (found) return found;
  const node = make("div", className);
  node.dataset.root = "";
  parentElement.append(node);
  return node;
}

// The focused element, also inside shadow roots.
function focused() {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node;
}
