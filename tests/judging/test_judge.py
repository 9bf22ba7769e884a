import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.figures import figures
from rag.judging import Judge
from rag.settings import shipped_corpus
from rag.sources.markdown import read
from rag.vocabulary import Vocabulary

NAMES = Vocabulary.load(shipped_corpus() / "entities.json")
judge = Judge(NAMES)
ARTICLES = sorted((shipped_corpus() / "articles").glob("*.md"))[:12]
SENTENCES = [
    sentence
    for path in ARTICLES
    for sentence in re.findall(r"(?m)[A-Z][^.\n#]{40,200}\.(?= |$)", read(path.read_bytes(), path.name).text)
]
SECONDS = "Gen-4 makes clips of 5 or 10 seconds at 24 frames per second."
MONEY = (
    "Runway raised 315 million dollars in a Series E led by General Atlantic on 10 February 2026, about 40 people said."
)
MEMORY = "CogVideoX-5B needs at least 5 GB of GPU memory, and CogVideoX-2B runs in less than 4 GB."


def verdict(statement: str, *quotes: str) -> str:
    return judge(statement, quotes)[0]


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("Gen-4 makes five or ten-second clips at 24 fps.", SECONDS),
        ("Gen-4 makes clips of ５ or １０\u00a0seconds.", SECONDS),
        ("General Atlantic led Runway's $315M Series E on February 10, 2026.", MONEY),
        ("In February 2026 Runway raised over $300 million in a Series E.", MONEY),
        ("In February 2026 Runway raised nearly $320 million in a Series E.", MONEY),
        ("In 2026 Runway raised about 310 million dollars in a Series E.", MONEY),
        ("It lasts 2½ minutes.", "It lasts 2.5 minutes."),
        ("Losses were −3%.", "Losses were -3 percent."),
        ("A “first final” shot came.", 'The "first final" shot came.'),
        ("Growth between 2 and 13 billion parameters.", "Growth from 2 billion to 13 billion parameters."),
        ("CogVideoX-2B needs under 4 GB and CogVideoX-5B 5 GB or more of GPU memory.", MEMORY),
        ("In Q2 2025 revenue was 3 million dollars.", "Revenue was 3 million dollars in the second quarter of 2025."),
        ("In the UK a court rejected it.", "A court in the United Kingdom rejected it."),
        ("It was not disclosed.", "It stayed undisclosed."),
        ("Netflix bought InterPositive.", "InterPositive was bought by Netflix."),
        ("HunyuanVideo is slower than LTX-Video.", "LTX-Video is faster than HunyuanVideo."),
        ("It is false that Kling 3.0 makes 4K videos.", "A page says Kling 3.0 makes 4K video, which is false."),
        ("No release beyond the Wan 2.2 line was found.", "No Wan release beyond the 2.2 line was found."),
        ("People would face neither fines nor prison.", "It would bring no fines or prison for people."),
        (
            "In a table that does not say which GPU was used, it takes 1,904 seconds.",
            "It takes 1904 seconds, in a table that does not name the GPU.",
        ),
        (
            "GV led Synthesia's $200 million Series E, which valued the company at $4 billion.",
            "Synthesia announced a Series E of 200 million dollars led by GV, at a valuation of 4 billion dollars.",
        ),
        (
            "Earlier reports put Runway's round at $100 million, but Bloomberg gave $141 million.",
            "Bloomberg gave 141 million dollars for Runway's round, against the 100 million dollars of earlier reports.",
        ),
    ],
)
def test_the_same_in_other_words_has_no_fault(statement: str, quote: str) -> None:
    assert judge.faults(statement, quote) == []


@pytest.mark.parametrize(
    ("statement", "quote", "reason"),
    [
        ("Gen-4 makes clips of 8 seconds.", SECONDS, "8 seconds: the source says 5, 10 seconds"),
        ("Gen-4 makes clips of 5 or 10 minutes.", SECONDS, "10 minutes: the source says"),
        ("Gen-4.5 makes clips of 5 or 10 seconds.", SECONDS, "Gen-4.5"),
        ("Gen-4 Turbo makes clips of 5 or 10 seconds.", SECONDS, "Gen-4 Turbo: not in the source"),
        ("Runway raised 300 million dollars in a Series E.", MONEY, "300 million dollars: the source says 315 million"),
        ("Runway raised over $320 million in a Series E.", MONEY, "$320 million"),
        ("Runway raised about $400 million in a Series E.", MONEY, "$400 million"),
        ("Runway raised €315 million in a Series E.", MONEY, "€315 million: the source says 315 million dollars"),
        ("Runway raised 315 million dollars in a Series D.", MONEY, "Series D"),
        ("Runway raised 315 million dollars on 11 February 2026.", MONEY, "11 February 2026"),
        (
            "The deal came on 10 February 2026.",
            "The deal came in February 2026.",
            "10 February 2026: the source says February",
        ),
        ("CogVideoX-5B needs 5 MB of GPU memory.", MEMORY, "5 MB: the source says 5 GB"),
        ("CogVideoX-5B needs at most 5 GB of GPU memory.", MEMORY, "the source says at least 5 GB"),
        ("CogVideoX-2B runs in more than 4 GB.", MEMORY, "the source says less than 4 GB"),
        ("Revenue fell in 2025.", "Revenue rose in 2025.", '"fell": the source says "rose"'),
        ("The price fell before the launch.", "The price fell after the launch.", '"before": the source says "after"'),
        (
            "The licence forbids commercial use.",
            "The licence permits commercial use.",
            '"forbids": the source says "permits"',
        ),
        ("LTX-Video is slower than HunyuanVideo.", "LTX-Video is faster than HunyuanVideo.", '"slower"'),
        ("The model was not released.", "The model was released.", "denies what the source says"),
        ("The model was released in Japan.", "The model was not released in Japan.", "the source denies"),
        ("The practice is not banned in Europe.", "The practice is prohibited in Europe.", "denies"),
        ("InterPositive bought Netflix.", "Netflix bought InterPositive.", "changed places"),
        ("Netflix was bought by InterPositive.", "Netflix bought InterPositive.", "changed places"),
        (
            "Genra says that Google raised prices.",
            "Google says that Genra raised prices.",
            "Genra: the source has this from Google",
        ),
        (
            "Gen-4 costs 5 credits and Gen-4 Turbo costs 12 credits.",
            "Gen-4 costs 12 credits and Gen-4 Turbo costs 5 credits.",
            "changed places",
        ),
        (
            'Runway called it "wholly new".',
            'Runway called it "quite new".',
            '"wholly new": the source does not say this',
        ),
        ("Pexora's model came second.", "Runway's model came second.", "Pexora: not in the source"),
        ("Vel Tranor Labs made it.", "Runway made it.", "Vel Tranor Labs: not in the source"),
        ("AB 2839 is in force.", "AB 2655 is in force.", "2839"),
        ("It needs 44 GB for 44 frames.", "It needs 44 GB for 49 frames.", "44: the source says 49"),
        ("Wan 2.6 is newer than the 2.2 line.", "Wan 2.5 is newer than the 2.2 line.", "2.6: not in the source"),
        ("It may be sold, not read, neither lent.", "It may be sold and lent, not read.", "denies"),
        (
            "Runway's Gen-2 came in February 2023; Gen-1 came on March 20, 2023.",
            "Runway moved on from Gen-1 of February 2023 to Gen-2, announced on 20 March 2023.",
            "changed places",
        ),
        ("It came second in the ranking.", "It came third in the ranking.", "second: not in the source"),
    ],
)
def test_a_fault_is_found_and_named(statement: str, quote: str, reason: str) -> None:
    told, reasons = judge(statement, [quote])
    assert told == "unsupported"
    assert reason in "; ".join(reasons)


def test_a_name_may_stand_around_a_quote_that_only_refers_back() -> None:
    statement, quote = "Veo 3 clips last 8 seconds.", "Its clips last 8 seconds."
    assert verdict(statement, quote) == "unsupported"
    assert judge.faults(statement, quote, lambda: "Google released Veo 3.") == []
    assert judge(statement, ["Sora 2 clips last 8 seconds."], lambda: "Veo 3 is another model.")[0] == "unsupported"


def test_a_sentence_that_is_its_quote_is_never_scored() -> None:
    def never(statement: str, source: str) -> float:
        raise AssertionError("scored")

    assert Judge(NAMES, never)(SECONDS, ["Another.", SECONDS.replace(" ", "\n")]) == ("supported", ())


@pytest.mark.parametrize(("score", "told"), [(0.9, "supported"), (0.5, "partly"), (0.1, "unsupported")])
def test_what_no_check_faults_is_left_to_the_support(score: float, told: str) -> None:
    assert Judge(NAMES, lambda statement, source: score)("Clips are short.", [SECONDS])[0] == told


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SENTENCES))
def test_a_verbatim_sentence_is_always_supported(sentence: str) -> None:
    assert judge(sentence, [sentence]) == ("supported", ())
    assert judge.faults(sentence, sentence) == []


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES))
def test_judging_is_the_same_every_time(statement: str, quote: str) -> None:
    assert judge(statement, [quote]) == Judge(NAMES)(statement, [quote])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([s for s in SENTENCES if re.search(r"\d", s)]), st.data())
def test_one_digit_of_a_figure_altered_is_always_caught(sentence: str, data: st.DataObject) -> None:
    told = [f for f in figures(sentence) if re.search(r"\d", f.text)]
    assume(told)
    figure = data.draw(st.sampled_from(told))
    places = [i for i in range(figure.start, figure.end) if sentence[i].isdecimal()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([d for d in "123456789" if d != sentence[at]]))
    altered = sentence[:at] + digit + sentence[at + 1 :]
    (new,) = [f for f in figures(altered) if f.start <= at < f.end] or [None]
    assume(new is not None and not any(new.same(f) for f in figures(sentence)))
    assert verdict(altered, sentence) == "unsupported"


@pytest.mark.parametrize(
    "piece", ["a ", "5 ", '"', "not ", "Gen-4 ", "Ab ", "½", "more than 5 ", "March ", "x" * 50, "， ", "who by "]
)
def test_a_megabyte_takes_a_moment(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    for statement, quote in ((text, SECONDS), (SECONDS, text), (text, text + "b")):
        assert verdict(statement, quote) == "unsupported"
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "piece", ["a ", "5 ", '"', "not ", "Gen-4 ", "Ab ", "more than 5 ", "March ", "who by ", "5 GB or "]
)
def test_the_longest_text_that_is_judged_takes_a_moment(piece: str) -> None:
    begun = time.process_time()
    judge(piece * (1_150 // len(piece)), [piece * (5_900 // len(piece)) + "end"])
    assert time.process_time() - begun < 5


def test_every_fault_ends_in_plain_words() -> None:
    _, reasons = judge("Sora 2 costs 8 euros.", [SECONDS])
    assert reasons
    assert not any(re.search(r"[_{}<>]|None|Figure", r) for r in reasons)
