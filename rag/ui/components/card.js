// The quote card of a chip: quote, outlet and date on hover or focus, gone on leaving, Escape or a click.
let cards = 0;

function explain(chip, citation) {
  let card = null;
  const hide = () => {
    card?.remove();
    card = null;
    chip.removeAttribute("aria-describedby");
  };
  const showCard = () => {
    if (card || !chip.isConnected) return;
    card = make("div", "card", make("span", "quote", citation.quote), make("span", "small", citation.cue));
    card.setAttribute("role", "tooltip");
    cards += 1;
    card.id = `card-${cards}`;
    chip.setAttribute("aria-describedby", card.id);
    const box = chip.closest("[data-root]");
    box.append(card);
    settleCard(card, chip, box);
  };
  chip.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") showCard();
  });
  chip.addEventListener("pointerleave", hide);
  chip.addEventListener("focus", () => {
    if (chip.matches(":focus-visible")) showCard();
  });
  chip.addEventListener("blur", hide);
  chip.addEventListener("click", hide);
  chip.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}

function settleCard(card, chip, box) {
  const [at, frame] = [chip.getBoundingClientRect(), box.getBoundingClientRect()];
  const left = Math.max(0, Math.min(at.left - frame.left - 12, frame.width - card.offsetWidth));
  card.style.left = `${left}px`;
  const below = at.bottom + card.offsetHeight + 8 < innerHeight - 120;
  card.style.top = `${below ? at.bottom - frame.top + 6 : at.top - frame.top - card.offsetHeight - 6}px`;
}
