"""Whether the index is sound, in plain words, with the button that repairs it."""

from datetime import datetime
from functools import partial

import streamlit as st

from rag.doctor import INGEST, REPAIR, Finding
from rag.embedders import Embedder
from rag.menus import load
from rag.settings import Settings
from rag.ui import state
from rag.ui.adding_form import announce, watch
from rag.ui.shelf import Health, Shelf
from rag.ui.tasks import checking

SOUND = "The index is sound: every article is in it, and every passage is found again. Checked at {}."
REBUILT = "The index can be made anew from the articles; nothing of them is lost."
UNKNOWN = "The index has not been checked since you opened this page."


def mending() -> None:
    """The check and the repair for a page that cannot open the index; the settings themselves are good."""
    settings = Settings.from_environment()
    health(settings, load("embedders", settings.embedder)(settings.home), state.shelf(), broken=True)


def health(settings: Settings, embedder: Embedder, shelf: Shelf, *, broken: bool = False) -> None:
    """Draw what the last check of this session found, and what can be done; `broken`: the index cannot be opened."""
    begin = partial(_begin, settings, embedder, shelf)
    with st.container(key="health", horizontal=True, vertical_alignment="center"):
        if shelf.health and not shelf.health.work.ended:
            quiet = partial(announce, titles={}, key="checking", on_open=_nothing, on_undo=_nothing)
            watch(shelf.health.work, quiet)
            return
        findings = shelf.health.findings if shelf.health else []
        failed = shelf.health is not None and shelf.health.work.problem is not None
        with st.container(key="faults" if findings or failed else "said", width="stretch", gap="xsmall"):
            for sentence in [REBUILT] if broken and not findings else _said(shelf.health):
                st.text(sentence)
        mends = [finding for finding in findings if finding.repair in (REPAIR, INGEST)]
        busy = state.work() is not None
        with st.container(key="acts", horizontal=True, width="content"):
            if broken or mends or failed:
                st.button("Repair the index", key="repair", on_click=partial(begin, mend=True), disabled=busy)
            st.button("Check the index", key="check", on_click=partial(begin, mend=False), disabled=busy)


def _said(health: Health | None) -> list[str]:
    if health is None:
        return [UNKNOWN]
    if health.work.problem:
        return [health.work.problem]
    if not health.findings:
        health.at = health.at or datetime.now()
        return [SOUND.format(health.at.strftime("%H:%M"))]
    return [_plain(finding) for finding in health.findings]


def _plain(finding: Finding) -> str:
    """The finding without the command that the button stands for."""
    return finding.text if finding.repair in (REPAIR, INGEST) else f"{finding.text} {finding.repair}".strip()


def _begin(settings: Settings, embedder: Embedder, shelf: Shelf, *, mend: bool) -> None:
    findings: list[Finding] = []
    work = state.begin([], checking(findings, settings, embedder, mend=mend))
    if work is not None:
        shelf.health = Health(work=work, findings=findings)


def _nothing() -> None:
    """A check has no lines to open or to take back."""
