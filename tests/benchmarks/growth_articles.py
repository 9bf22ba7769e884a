"""Synthetic articles of real form, for measuring growth: front matter, questions as headings, sentences with footnotes.

They are made from templates; names, figures, dates and the order of sentences are drawn anew for each, so that no two
passages are equal and the vocabulary grows with the corpus. The same number gives the same article.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

PASSAGES = 15
_SYLLABLES = (
    "ba ko li mar ne vo ri tan sel du fa gri hol ju ka lor mi nar os pel qui ras ten ul vi wen xa yor zim".split()
)
_THINGS = "clips frames credits renders stills scenes edits seats licences exports".split()
_FIELDS = "video audio animation film games advertising dubbing archives news music".split()
_DEEDS = "released priced licensed measured banned reviewed trained withdrew documented extended".split()
_SECTIONS = {
    "How long is a clip of {name}?": (
        "{name} makes clips of {n} seconds at {m} frames per second, says the help page of {maker}.",
        "On the API of {maker} a clip of {name} lasts between {k} and {n} seconds and has {p} pixels a line.",
        "{outlet} measured {h} seconds for a clip of {name} that was asked to last {n} seconds, on {day}.",
    ),
    "What does {name} cost?": (
        "{maker} {deed} {name} at {c} credits per second of {field} from {day} on.",
        "A plan of {maker} with {h} {thing} a month costs {d} dollars, {outlet} reports.",
        "For {h} seconds of {field} made with {name} the {place} office of {maker} billed {d} dollars in {month}.",
    ),
    "Who used {name} in {field}?": (
        "{person}, who directs {field} in {place}, {deed} {n} {thing} with {name} in {month}.",
        "The festival of {place} showed {n} films made with {name}, among them one of {h} {thing} by {person}.",
        "{outlet} counts {h} studios in {place} that {deed} {thing} with {name} by {day}.",
    ),
    "How much money did {maker} raise?": (
        "{maker} raised {h} million dollars in a round led by {rival} on {day}.",
        "{person} of {rival} values {maker} at {k}.{n} billion dollars, {outlet} says.",
        "In {month} the revenue of {maker} from {field} was {d} million dollars, {c} percent of it from {place}.",
    ),
    "How does {name} compare with {rival}?": (
        "In a test of {outlet} with {h} prompts, viewers chose {name} over {rival} in {c} percent of the pairs.",
        "{name} needs {m} GB of memory for {p} pixels a line, {rival} needs {k} GB less for {thing}.",
        "{person} {deed} both for {field}: {name} took {h} seconds, {rival} {d} seconds for the same {thing}.",
    ),
    "What did courts and regulators say of {maker}?": (
        "A court in {place} {deed} a claim over {h} {thing} of {person} against {maker} on {day}.",
        "The regulator of {place} asked {maker} in {month} to label {field} made with {name} within {n} days.",
        "{outlet} reports a fine of {d} thousand dollars for {maker} over {thing} without a label.",
    ),
}  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()


def write(folder: Path, numbers: range) -> None:
    """Write the articles of these numbers into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"synthetic-{number:06d}.md").write_text(article(number), encoding="utf-8")


def article(number: int) -> str:
    """The Markdown file of the article of that number, about `PASSAGES` passages long."""
    random = Random(number)
    name, maker = product(number), _name(random)
    sections, notes = [], []
    for line, part in enumerate(range(PASSAGES)):
        heading = list(_SECTIONS)[part % len(_SECTIONS)]
        fixed = {"name": name, "maker": maker, "rival": _name(random), "field": random.choice(_FIELDS)}
        written = []
        for place, sentence in enumerate(random.sample(_SECTIONS[heading], 3) + random.sample(_extra(), 1)):
            label = f"S{line}-{place}"
            written.append(sentence.format(**fixed, **_drawn(random)) + f"[^{label}]")
            notes.append(_note(random, label))
        again = f" ({part // len(_SECTIONS) + 1})" if part >= len(_SECTIONS) else ""
        sections.append(f"## {heading.format(**fixed)}{again}\n\n{' '.join(written)}")
    day = _date(random)
    front = f'title: "{name} of {maker}: what is documented"\nslug: synthetic-{number:06d}\npublished: {day}\n'
    front += f'topics: [{random.choice(_FIELDS)}, synthetic]\nentities: ["{name}", "{maker}"]\n'
    return f"---\n{front}---\n\n" + "\n\n".join([*sections, "\n".join(notes)]) + "\n"


def product(number: int) -> str:
    """The product the article of that number is about, its own."""
    random = Random(-1 - number)
    return f"{_name(random)}{_name(random).lower()} {random.randint(1, 9)}"


def questions(count: int, articles: int) -> Iterator[str]:
    """Questions over a corpus of so many articles: most have an answer, every fifth asks for what stands nowhere."""
    random = Random(count)
    for number in range(count):
        name = product(random.randrange(articles)) if number % 5 else f"{_name(random)} 40"
        asked = ("How long is a clip of {}?", "What does {} cost?", "How much memory does {} need?")[number % 3]
        yield asked.format(name)


def _extra() -> list[str]:
    return [sentence for sentences in _SECTIONS.values() for sentence in sentences]


def _name(random: Random) -> str:
    return "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()


def _date(random: Random) -> str:
    return f"{random.randint(2019, 2026)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _drawn(random: Random) -> dict[str, str | int]:
    year, month, day = _date(random).split("-")
    return {
        "n": random.randint(2, 60), "m": random.randint(12, 96), "k": random.randint(1, 9), "p": random.randint(320, 4096),
        "h": random.randint(100, 9999), "c": random.randint(1, 99), "d": random.randint(10, 999),
        "day": f"{int(day)} {_MONTHS[int(month) - 1]} {year}", "month": f"{_MONTHS[int(month) - 1]} {year}",
        "person": f"{_name(random)} {_name(random)}", "place": _name(random), "outlet": f"The {_name(random)} Post",
        "thing": random.choice(_THINGS), "deed": random.choice(_DEEDS),
    }  # fmt: skip


def _note(random: Random, label: str) -> str:
    outlet, day = f"The {_name(random)} Post", _date(random)
    title, page = f"{_name(random)} on {_name(random)}", random.randint(1, 10**6)
    return f'[^{label}]: {outlet}, "{title}", {day}, https://example.org/{label}/{page} ; since: {day}'
