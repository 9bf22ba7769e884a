"""The scripts, styles and pictures beside this module, read as text for Streamlit's inline components."""

from pathlib import Path

FOLDER = Path(__file__).parent
ICON = FOLDER / "icon.svg"


def script(*names: str) -> str:
    """The JavaScript module of a component: the shared node builders of dom.js, then each `name`.js; the last exports."""
    return "\n".join((FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in ("dom", *names))


def style(*names: str) -> str:
    """The style sheet of a component: the shared colours and controls of base.css, then each `name`.css."""
    return "\n".join((FOLDER / f"{part}.css").read_text(encoding="utf-8") for part in ("base", *names))
