export default function ({ data, parentElement }) {
  const box = root(parentElement, "guard");
  const check = (event) => {
    if (!event.target?.closest?.(`.st-key-${data.within}`)) return;
    const count = event.type === "drop" ? event.dataTransfer?.files.length : event.target.files?.length;
    if (count === undefined) return;
    if (count <= data.most) {
      box.replaceChildren();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "change") event.target.value = "";
    else event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    const many = `${count.toLocaleString("en")} files at once, more than the ${data.most} of RAG_UPLOADS; add them in parts.`;
    const said = make("p", "problem", `${many} None of them was sent.`);
    said.setAttribute("role", "alert");
    box.replaceChildren(said);
  };
  // On the window and on the way down: before the uploader itself hears of the files.
  for (const kind of ["drop", "change"]) addEventListener(kind, check, { capture: true });
  return () => {
    for (const kind of ["drop", "change"]) removeEventListener(kind, check, { capture: true });
  };
}
