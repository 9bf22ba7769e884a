"""Which text of a PDF page cannot be seen: in tiny letters, or in white while nothing but white is painted on the page."""

from collections.abc import Sequence
from typing import Any

_TINY = 2.0  # points; smaller letters are not there to be read
_WHITE = 0.98
_SHOWS = frozenset((b"Tj", b"TJ", b"'", b'"'))
_FILLS = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"))
_COLOURS = frozenset((b"g", b"rg", b"k", b"sc", b"scn", b"cs"))
# What these paint is not looked at: any of it may be a dark ground.
_PAINTS = frozenset((b"sh", b"Do", b"BI", b"INLINE IMAGE"))


class Ink:
    """Follows one page through pypdf's visitors; `unseen` are its pieces of text that cannot be seen, in order.

    White text is doubted only while the page has no ground but white, and only when nothing else shares its line: so
    white letters on a picture or a dark bar stay. A text beneath a scan, drawn with no ink at all, stays as well.
    """

    def __init__(self) -> None:
        self.unseen: list[str] = []
        self._white = self._grounded = False
        self._held: list[bool] = []
        self._shown: set[bool] = set()  # colours, white or not, of the text that waits to be told

    def operator(self, operator: bytes, operands: Sequence[Any], *_: object) -> None:
        """For visitor_operand_after: follow the colour of fillings, which is that of letters."""
        if operator in _SHOWS:
            self._shown.add(self._white)
        elif operator in _COLOURS:
            self._white = _is_white(operator, operands)
        elif operator == b"q":
            self._held.append(self._white)
        elif operator == b"Q" and self._held:
            self._white = self._held.pop()
        elif operator in _PAINTS or (operator in _FILLS and not self._white):
            self._grounded = True

    def text(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, points: float) -> None:
        """For visitor_text: judge a piece of text that stands under these matrices."""
        # The area a matrix gives to a unit square: its root is the scale, however the text is turned.
        height = points * (abs(tm[0] * tm[3] - tm[1] * tm[2]) * abs(cm[0] * cm[3] - cm[1] * cm[2])) ** 0.5
        white = self._shown == {True} and not self._grounded
        if text.strip():
            if 0 < height < _TINY or white:
                self.unseen.append(text.strip())
            self._shown = set()


def _is_white(operator: bytes, operands: Sequence[Any]) -> bool:
    """Of `sc` only three numbers are understood: one or four may count ink, of which none is white."""
    values = [float(value) for value in operands if isinstance(value, int | float)]
    if operator == b"k":
        return len(values) == 4 and max(values) <= 1 - _WHITE
    return len(values) == (1 if operator == b"g" else 3) and min(values) >= _WHITE
