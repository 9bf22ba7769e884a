"""How an answer was made, in plain words; the mode itself, which names every part, stays in the files."""

from rag.records import Answer


def manner(answer: Answer) -> str:
    """Who wrote or quoted the answer and whether anything left this machine, as a clause: "Quoted from the articles; …"."""
    way, _, model = answer.mode.split(" · ")[0].partition("chat ")
    if not answer.answered:
        told = any(notice.code == "model-refused" for notice in answer.notices)
        return f"Searched on this machine; {model} read what was found" if told else "Searched on this machine"
    if model and not way:
        return f"Written by {model}, checked against the articles"
    if not way.startswith("extractive"):  # an answerer from elsewhere: what it sends, nobody here can tell
        return f"Answered by {way}, checked against the articles"
    return "Quoted from the articles" if model else "Quoted from the articles; nothing left this machine"
