"""The names of the cells and their values as people read them."""

from types import MappingProxyType

from rag.landscape.models import Model

LABELS = MappingProxyType(
    {
        "maker": "Maker",
        "released": "Released",
        "ended": "Ended",
        "modalities": "Kind",
        "max_resolution": "Largest picture",
        "max_duration": "Longest clip",
        "fps": "Frames a second",
        "native_audio": "Sound",
        "open_weights": "Open weights",
        "licence": "Licence",
        "parameters": "Parameters",
        "min_vram": "GPU memory, least",
        "price": "Price a second",
        "price_note": "Price, further",
        "api": "API",
    }
)
_UNITS = MappingProxyType(
    {
        "max_resolution": "{}",
        "max_duration": "{:g} s",
        "fps": "{:g}",
        "parameters": "{:g} billion",
        "min_vram": "{:g} GB",
        "price": "{:.2f} USD",
    }
)


def told(model: Model, field: str) -> str:
    """The value of a cell in words: "5 s", "1.3 billion", "yes", dates as ISO; "" when it is not stated."""
    value = getattr(model, field)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return _UNITS.get(field, "{}").format(value)
