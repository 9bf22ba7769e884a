"""The command line: ask, ingest, verify, doctor, eval. One sentence a fault on stderr and an exit code; never a traceback."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from rag.cli import landscape, library, models
from rag.errors import AnswerFileError, CutawayError, SettingsError
from rag.settings import Settings, shipped_corpus

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.records import Answer

OK, FAILED, PARTIAL, UNUSABLE = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done (a refusal is done), 1 failed or not proven, 2 partly, 3 unusable."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    parsed = _parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed, Settings.from_environment())
    except CutawayError as error:
        print(f"rag: {error}", file=sys.stderr)
        code = UNUSABLE
    except KeyboardInterrupt:
        print("rag: stopped; what is stored stays, and `rag ingest` brings the index up to date", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rag", description="Cited answers from articles about generative video.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", help="answer a question, with its proof")
    ask.add_argument("question", nargs="?", help="the question in words")
    ask.add_argument("--batch", metavar="FILE", help='rows {"id", "turns", "as_of"}; prints a row of answers for each')
    ask.add_argument("--json", action="store_true", help="the whole answer as JSON (see README)")
    ask.add_argument("--as-of", metavar="DATE", help="hide what became known later: 2025, 2025-04 or 2025-04-30")
    ask.add_argument("--since", metavar="DATE", help="hide what was known before this day")
    ask.add_argument("--publisher", metavar="NAME", help="only sentences reported by this outlet")
    ask.add_argument("--topic", metavar="TOPIC", help="only articles on this topic")
    ask.add_argument("--model", metavar="PROVIDER:MODEL", help="let this chat model write the answer (see rag models)")
    ask.set_defaults(run=_ask)

    ingest = commands.add_parser("ingest", help="bring the index up to date with the article folders")
    ingest.set_defaults(run=_ingest)

    library.register(commands, show_progress())
    models.register(commands)
    landscape.register(commands)

    verify = commands.add_parser("verify", help="prove a saved answer against the article folders")
    verify.add_argument("file", help="what `rag ask --json` printed; - for standard input")
    verify.set_defaults(run=_verify)

    doctor = commands.add_parser("doctor", help="say in plain words whether the index is sound")
    doctor.add_argument("--repair", action="store_true", help="rebuild what is damaged from the articles")
    doctor.set_defaults(run=_doctor)

    measure = commands.add_parser("eval", help="measure the answers to a question set")
    measure.add_argument("file", nargs="?", help="rows of a question set; by default the one of the corpus")
    measure.add_argument("--half", choices=["tuning", "reporting"], default="reporting", help="the half that is asked")
    shape = measure.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="with the value of every row; what --baseline reads")
    shape.add_argument("--markdown", action="store_true", help="the table as Markdown")
    measure.add_argument("--misses", metavar="FILE", help="write a JSON row for each miss: where it was lost")
    measure.add_argument("--baseline", metavar="FILE", help="exit 1 when worse than this earlier --json")
    measure.set_defaults(run=_eval)
    return parser


def _ask(parsed: argparse.Namespace, settings: Settings) -> int:
    Thread(target=_prefetch, args=(settings,), daemon=True).start()
    from rag.assistant import Assistant

    if (parsed.question is None) == (parsed.batch is None):
        raise SettingsError('give either a question or --batch FILE: rag ask "How long can a Gen-4 clip be?"')
    if parsed.batch and not parsed.json:
        raise SettingsError("--batch prints JSON rows; add --json")
    with Assistant.open(models.chosen(parsed, settings), progress=show_progress()) as assistant:
        models.announce(assistant.destination)
        if parsed.batch:
            return _ask_batch(parsed, assistant)
        answer = assistant.ask(
            parsed.question, as_of=parsed.as_of, since=parsed.since, publisher=parsed.publisher, topic=parsed.topic
        )
        if parsed.json:
            print(json.dumps(answer.to_json(), ensure_ascii=False, indent=1))
        else:
            from rag.cli.terminal import render

            print(render(answer, assistant.article, marked=sys.stdout.isatty()))
    return OK


def _prefetch(settings: Settings) -> None:
    """Load the embedder while the libraries are imported; what fails here fails again, and is told, where it is used."""
    from rag.menus import load

    with suppress(CutawayError):
        load("embedders", settings.embedder)(settings.home).embed(["ready"])


def _ask_batch(parsed: argparse.Namespace, assistant: "Assistant") -> int:
    code = OK
    for row in _rows(Path(parsed.batch)):
        try:
            answers: list[Answer] = []
            for turn in row["turns"]:
                answers.append(
                    assistant.ask(
                        turn,
                        history=answers,
                        as_of=row.get("as_of") or parsed.as_of,
                        since=parsed.since,
                        publisher=parsed.publisher,
                        topic=parsed.topic,
                    )
                )
            out: dict[str, Any] = {"id": row.get("id"), "answers": [a.to_json() for a in answers]}
        except (CutawayError, KeyError, TypeError) as error:
            problem = str(error) if isinstance(error, CutawayError) else f"the row has no list of turns ({error!r})"
            out, code = {"id": row.get("id") if isinstance(row, dict) else None, "error": problem}, FAILED
        print(json.dumps(out, ensure_ascii=False), flush=True)
    return code


def _rows(path: Path) -> Iterator[Any]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerFileError(f"cannot read {path}: {error}; give a file of JSON rows") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise AnswerFileError(f"{path}:{number} is not JSON ({error}); mend that line") from error


def _ingest(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.ingest import ingest
    from rag.menus import load

    embedder = load("embedders", settings.embedder)(settings.home)
    report = ingest(settings, embedder, show_progress())
    for line in report.lines:
        print(f"{line.outcome:10} {line.article}" + (f"  {line.reason}" if line.reason else ""))
    out = sum(line.outcome == "refused" for line in report.lines)
    held = sum(line.outcome not in ("refused", "removed") for line in report.lines)
    print(f"{held} article{'' if held == 1 else 's'}, {out} file{'' if out == 1 else 's'} left out")
    state = "new generation" if report.changed else "nothing changed, generation"
    print(f"{state} {report.generation}: {report.passages} passages, {report.seconds:.1f} s")
    return PARTIAL if out else OK


def _verify(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.verification import verify

    code, proven, total = OK, 0, 0
    for data in _answers_in(parsed.file):
        proof = verify(data, settings)
        proven, total = proven + proof.proven, total + proof.citations
        for fault in proof.faults:
            print(fault)
            code = FAILED
    print(f"{proven}/{total} quotes proven" + ("" if code == OK else "; the answer does not hold"))
    return code


def _answers_in(name: str) -> list[Any]:
    """One JSON document, or one a line."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerFileError(f"cannot read {name}: {error}; give a file that `rag ask --json` wrote") from error
    try:
        return [json.loads(text)]
    except ValueError:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()] or [None]
        except ValueError as error:
            raise AnswerFileError(f"{name} is not JSON ({error}); give a file that `rag ask --json` wrote") from error


def _doctor(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.doctor import examine, repair
    from rag.menus import load

    embedder = load("embedders", settings.embedder)(settings.home)
    if parsed.repair:
        repair(settings, embedder, show_progress())
    findings = examine(settings, embedder)
    for finding in findings:
        print(f"{finding.code}: {finding.text}" + (f" {finding.repair}" if finding.repair else ""))
    if not findings:
        print("the index is sound")
    return FAILED if findings else OK


def _eval(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.assistant import Assistant
    from rag.evaluation import scoreboard
    from rag.evaluation.measuring import evaluate
    from rag.evaluation.question_sets import load_questions

    path = Path(parsed.file) if parsed.file else shipped_corpus() / "questions.jsonl"
    rows = load_questions(path, parsed.half)
    baseline = scoreboard.read_baseline(Path(parsed.baseline)) if parsed.baseline else None
    with Assistant.open(settings, progress=show_progress()) as assistant:
        evaluation = evaluate(assistant, rows, show_progress())
    if parsed.misses:
        scoreboard.write_misses(evaluation, Path(parsed.misses))
    changes = scoreboard.compare(evaluation, baseline) if baseline else None
    if parsed.json:
        print(json.dumps(scoreboard.circumstances() | scoreboard.as_json(evaluation), ensure_ascii=False, indent=1))
    else:
        print((scoreboard.as_markdown if parsed.markdown else scoreboard.as_text)(evaluation, changes))
    faults = scoreboard.worse(changes or {})
    for fault in faults:
        print(f"worse: {fault}", file=sys.stderr)
    return FAILED if faults else OK


def show_progress() -> Callable[[str, int, int], None]:
    """A progress bar on stderr: drawn over itself on a terminal, a line a tenth elsewhere."""
    drawn = {"": -1}

    def show(stage: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if sys.stderr.isatty():
            bar = "█" * tenth + "░" * (10 - tenth)
            print(f"\r{stage:24} {bar} {done}/{total}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
        elif drawn.get(stage) != tenth:
            drawn[stage] = tenth
            print(f"{stage}: {done}/{total}", file=sys.stderr, flush=True)

    return show


if __name__ == "__main__":
    sys.exit(main())
