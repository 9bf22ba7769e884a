"""The command `rag landscape`: the table of models, a few of them side by side, the timeline, and their proof."""

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.landscape.models import Model
    from rag.landscape.proof import Landscape

OK, FAILED = 0, 1


def register(commands: Any) -> None:
    """Put the command on the command line."""
    show = commands.add_parser("landscape", help="the table of video models; every value is proven by an article")
    show.add_argument("compare", nargs="*", metavar="MODEL", help="two to four models, side by side")
    show.add_argument("--maker", metavar="NAME", help="only models of this maker")
    show.add_argument("--kind", metavar="KIND", help="only models of this kind, such as text-to-video")
    weights = show.add_mutually_exclusive_group()
    weights.add_argument("--open", dest="weights", action="store_true", default=None, help="only open weights")
    weights.add_argument(
        "--closed", dest="weights", action="store_false", default=None, help="only without open weights"
    )
    show.add_argument("--since", metavar="DATE", help="released on this day or later: 2025, 2025-04 or 2025-04-30")
    show.add_argument("--until", metavar="DATE", help="released on this day or earlier")
    show.add_argument("--words", default="", metavar="WORDS", help="only rows in which all these words stand")
    show.add_argument("--sort", default="name", metavar="FIELD", help="name, released, parameters, ...")
    show.add_argument("--descending", action="store_true", help="the largest or newest first")
    shape = show.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="every cell, and what it rests on")
    shape.add_argument("--markdown", action="store_true", help="every cell as a Markdown table")
    shape.add_argument("--json", action="store_true", help="the rows as in corpus/models.json")
    shape.add_argument("--timeline", action="store_true", help="releases of these models, and all other events")
    shape.add_argument("--verify", action="store_true", help="prove every quoted cell; exit 1 naming those that fail")
    show.set_defaults(run=_landscape)


def _landscape(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.landscape import tables
    from rag.landscape.picking import Wanted, pick
    from rag.landscape.proof import Landscape

    landscape = Landscape.shipped()
    if parsed.verify:
        return _verify(landscape)
    wanted = Wanted(
        maker=parsed.maker,
        kind=parsed.kind,
        weights=parsed.weights,
        since=parsed.since,
        until=parsed.until,
        words=parsed.words,
    )
    if parsed.compare and wanted != Wanted():
        raise SettingsError("name the models to compare, or filter the table; not both")
    if parsed.compare:
        models = tables.side_by_side(landscape.models, parsed.compare)
    else:
        models = pick(landscape.models, wanted, sort=parsed.sort, descending=parsed.descending)
    if parsed.timeline:
        print(_timeline(models, landscape), end="")
        return OK
    shapes: dict[str, Callable[[Sequence[Model]], str]] = {
        "csv": tables.as_csv,
        "markdown": tables.as_markdown,
        "json": tables.as_json,
    }
    shape = next((make for name, make in shapes.items() if getattr(parsed, name)), None)
    print((shape or (tables.compared if parsed.compare else tables.as_text))(models), end="")
    return OK


def _timeline(models: "Sequence[Model]", landscape: "Landscape") -> str:
    from rag.landscape.events import timeline

    return "".join(f"{e.date:10}  {e.kind:8}  {e.what}\n" for e in timeline(models, landscape.events))


def _verify(landscape: "Landscape") -> int:
    from rag.landscape.proof import prove

    proof = prove(landscape)
    for fault in proof.faults:
        print(fault)
    print(f"{proof.proven}/{proof.quoted} cells proven, {proof.events_proven}/{proof.events} events proven")
    print(f"{proof.linked} more cells rest on primary sources alone; {proof.blank} are not stated")
    return FAILED if proof.faults else OK
