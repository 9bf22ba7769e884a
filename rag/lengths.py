"""How long an article is: words and minutes are counted here, whatever its page prints about itself."""

import re

WORD = re.compile(r"\w+(?:['’.,-]\w+)*")
PACE = 230  # words a minute that adults read in silence, rounded from 238 (Brysbaert, 2019)


def words(text: str) -> int:
    """Words as people count them: `Gen-4.5` and `isn't` are one each."""
    return sum(1 for _ in WORD.finditer(text))


def minutes(count: int) -> int:
    """Whole minutes that `count` words take to read, at least one."""
    return max(1, round(count / PACE))
