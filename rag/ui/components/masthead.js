export default function ({ data, parentElement }) {
  const box = root(parentElement, "masthead");
  box.classList.toggle("small-head", data.small);
  const name = make("p", "name", make("span", "cut", "Cut"), "away");
  if (data.title) {
    box.classList.add("heading");
    box.replaceChildren(name, make("h1", "lead", data.title), make("p", "small", data.line));
    return;
  }
  const lead = make("h1", "lead", "What would you like to know?");
  const about = "Every sentence of an answer is checked against the articles; one click shows the words it rests on.";
  box.replaceChildren(name, ...(data.small ? [] : [lead, make("p", "", about)]), make("p", "small", data.line));
}
