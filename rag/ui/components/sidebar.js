// On a phone the sidebar lies over the page; once another conversation was taken up there, it makes way for it.
export default function ({ data, parentElement }) {
  const box = root(parentElement, "sidebar");
  const moved = box.moved !== undefined && box.moved !== data.moved;
  box.moved = data.moved;
  if (!moved || !matchMedia("(max-width: 48rem)").matches) return;
  document.querySelector("[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarCollapseButton] button")?.click();
}
