"""The scripts, styles and pictures beside this module, read as text for Streamlit's inline components."""

from pathlib import Path

FOLDER = Path(__file__).parent
ICON = FOLDER / "icon.svg"


def script(name: str) -> str:
    """The JavaScript module of a component: the shared node builders of dom.js, then `name`.js."""
    return "\n".join((FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in ("dom", name))


def style(name: str) -> str:
    """The style sheet of a component: the shared colours and controls of base.css, then `name`.css."""
    return "\n".join((FOLDER / f"{part}.css").read_text(encoding="utf-8") for part in ("base", name))
