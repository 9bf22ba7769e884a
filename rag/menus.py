"""A folder is a menu: the name in the settings is the name of a file in the folder, or `module:object` for one from outside."""

from importlib import import_module
from pathlib import Path
from typing import Any

from rag.errors import SettingsError


def choices(folder: str) -> list[str]:
    """Names on the menu `rag/<folder>`: its Python files, without those that begin with an underscore."""
    return sorted(p.stem for p in (Path(__file__).parent / folder).glob("*.py") if not p.stem.startswith("_"))


def load(folder: str, name: str) -> Any:
    """The object a menu file offers under the name `CHOICE`, or the object `module:object` names.

    Raises SettingsError when the name is on no menu or the outside object cannot be imported.
    """
    if ":" in name:
        module, _, attribute = name.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise SettingsError(f"cannot load {name!r} for rag.{folder}: {error}; check the module path") from error
    if name not in choices(folder):
        raise SettingsError(f"no {name!r} in rag.{folder}; choose one of {', '.join(choices(folder))}")
    return import_module(f"rag.{folder}.{name}").CHOICE
