"""Who answers: the articles' own sentences or a chat model. Offered, never used unasked; the choice belongs to the session.

A server named on the page must run on this machine: keys of the environment go to no address that a visitor made up.
"""

from dataclasses import dataclass
from functools import partial
from threading import Thread
from urllib.parse import urlsplit

import streamlit as st

from rag.assistant import Assistant
from rag.discovery import AtHand
from rag.errors import SettingsError
from rag.providers import PROVIDERS, check_url, destination, on_this_machine, parse_model
from rag.ui import state
from rag.ui.answer_view import sentence
from rag.ui.components.choices import choices
from rag.ui.turns import Model, Session

STAYS = "Nothing leaves this machine."
QUOTED = "Answers quote the articles; nothing leaves this machine."
OTHER = "other"
ELSEWHERE = (
    "Only a server on this machine can be named here. For another one start the app with RAG_CHAT_URL set to it."
)
UNNAMED = f"Write the model as PROVIDER:MODEL, with a provider of {', '.join(PROVIDERS)}."
NAME, URL = "model-name", "model-url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A line of the list: `model` is chosen by picking it; without one its name is typed, after `begin`, at `url`."""

    text: str
    note: str
    model: Model | None = None
    begin: str = ""
    url: str | None = None


def answer_with(assistant: Assistant, session: Session) -> None:
    """Draw the button whose list says who can answer; what is picked answers from the next question on."""
    with st.popover("Answer with", type="tertiary", icon=":material/ink_pen:", key="answer-with"):
        offers = _offers(assistant, session)
        items = [{"id": key, "text": offer.text, "note": offer.note} for key, offer in offers.items()]
        chosen = session.model or _preset(assistant)
        current = session.naming or next((key for key, offer in offers.items() if offer.model == chosen), None)
        pick = partial(_pick, assistant, session, offers)
        choices(items, key="answerers", label="Answer with", kind="list", on_pick=pick, current=current)
        if session.refused:  # above the fields: below them a small screen does not show it
            with st.container(key="refused", border=True):
                st.text(sentence(session.refused))
        if session.naming in offers:
            _fields(assistant, session, offers[session.naming])


def said(assistant: Assistant, session: Session) -> str:
    """Who will answer the next question and where it goes, in one line."""
    asked = state.answering(assistant, session.model)
    return f"{asked.settings.chat_model} writes. {asked.destination}" if asked.destination else QUOTED


def _preset(assistant: Assistant) -> Model:
    s = assistant.settings
    return Model(name=s.chat_model, url=s.chat_url) if s.answerer == "chat" else Model()


def _offers(assistant: Assistant, session: Session) -> dict[str, Offer]:
    """The articles first, then what the settings name, what is at hand, what was typed, and a name still to be typed."""
    s = assistant.settings
    offers = {"sentences": Offer(text="Sentences of the articles", note=STAYS, model=Model())}
    if s.chat_model:
        offers["own"] = _named(Model(name=s.chat_model, url=s.chat_url))
    elif s.chat_url:
        place = urlsplit(s.chat_url).netloc
        offers["own"] = Offer(text=f"A model on {place}", note="Type its name.", begin="openai:", url=s.chat_url)
    for found in state.at_hand():
        offers |= _found(found)
    if session.model and session.model not in [offer.model for offer in offers.values()]:
        offers["typed"] = _named(session.model)
    return offers | {OTHER: Offer(text="Another model", note="By its name, or on a server of yours on this machine.")}


def _found(found: AtHand) -> dict[str, Offer]:
    """A line a model; one line for a provider whose models are not known."""
    provider = found.provider
    note = found.destination if provider.installed else f"Needs a package first: {provider.install}"
    if not found.models:
        text = f"A model of {provider.label}"
        return {provider.name: Offer(text=text, note=note, begin=f"{provider.name}:")}
    names = [f"{provider.name}:{name}" for name in found.models]
    return {name: Offer(text=name, note=note, model=Model(name=name)) for name in names}


def _named(model: Model) -> Offer:
    name = model.name or ""
    return Offer(text=name, note=destination(parse_model(name)[0], model.url), model=model)


def _fields(assistant: Assistant, session: Session, offer: Offer) -> None:
    st.text_input("Provider and model", key=NAME, placeholder="ollama:llama3.2")
    if session.naming == OTHER:
        st.text_input("Address of its server (optional)", key=URL, placeholder="http://127.0.0.1:8080/v1")
    st.button("Use this model", key="use-model", on_click=partial(_use, assistant, session, offer))


def _pick(assistant: Assistant, session: Session, offers: dict[str, Offer]) -> None:
    key = str(state.picked("answerers", "pick") or "")
    offer, session.refused = offers.get(key), None
    if offer and offer.model:
        _choose(assistant, session, offer.model)
    elif offer:
        session.naming = key
        state.set_widget(NAME, offer.begin)


def _use(assistant: Assistant, session: Session, offer: Offer) -> None:
    """The name that was typed, and with it the server, if one was."""
    name = state.widget(NAME).strip()
    typed = state.widget(URL).strip() if session.naming == OTHER else ""
    if not _is_model(name):
        session.refused = UNNAMED
    elif typed and not _is_here(typed):
        session.refused = ELSEWHERE
    else:
        _choose(assistant, session, Model(name=name, url=typed or offer.url))


def _is_model(name: str) -> bool:
    try:
        return bool(parse_model(name))
    except SettingsError:
        return False


def _is_here(url: str) -> bool:
    try:
        return on_this_machine(check_url(url))
    except SettingsError:
        return False


def _choose(assistant: Assistant, session: Session, model: Model) -> None:
    """Let `model` answer from now on, or say why it cannot."""
    try:
        asked = assistant.answered_by(model.name, model.url)
    except SettingsError as error:
        session.refused = str(error)
        return
    session.model, session.naming, session.refused = model, None, None
    # The provider's package takes seconds to import; nothing is sent.
    Thread(target=asked.warm, name="cutaway-model", daemon=True).start()
    state.answer_from_now(asked, model)
