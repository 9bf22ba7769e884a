import pytest

from rag.ui.dates import spell


@pytest.mark.parametrize(
    ("iso", "spelled"),
    [
        ("2025-03-31", "31 March 2025"),
        ("2025-03", "March 2025"),
        ("2025", "2025"),
        (None, "undated"),
        ("", "undated"),
        ("2025-13", "2025-13"),
        ("spring 2025", "spring 2025"),
        ("snapshot 2026-08-21", "snapshot 21 August 2026"),
        ("<b>-1-1", "<b>-1-1"),
    ],
)
def test_dates_are_spelled_as_people_read_them(iso: str | None, spelled: str) -> None:
    assert spell(iso) == spelled
