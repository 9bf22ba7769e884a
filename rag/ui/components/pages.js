export default function ({ data, parentElement, setTriggerValue }) {
  const box = root(parentElement, "pages");
  const fresh = JSON.stringify(data);
  if (box.shown === fresh) return;
  box.shown = fresh;
  const links = data.items.map(({ path, title }) => {
    const node = make("a", "page", title);
    node.href = `./${path}`;
    if (path === data.current) node.setAttribute("aria-current", "page");
    node.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      setTriggerValue("go", path);
    });
    return make("li", "", node);
  });
  const nav = make("nav", "", make("ul", "", ...links));
  nav.setAttribute("aria-label", "Pages");
  box.replaceChildren(nav);
}
