"""Words in quotation marks: they must stand in the source as they are."""

import re

from rag.judging._told import Told

_QUOTED = re.compile(r"\"([^\"]+)\"|(?<!\w)'([^']{8,})'(?!\w)")


def unfounded(told: Told, source: Told) -> list[str]:
    """Quotations of the statement that are none, a reason each; case and the last stop or comma do not count."""
    have = source.text.lower()
    said = [(m[1] or m[2]).strip(" .,;:!?") for m in _QUOTED.finditer(told.text)]
    return [f'"{words}": the source does not say this in these words' for words in said if words.lower() not in have]
