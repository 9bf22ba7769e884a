"""Every error Cutaway raises on purpose; each message names what failed, the value met, and what to do next.

CutawayError
├── SettingsError        a RAG_* variable or an argument has a value that cannot work
│   └── MissingExtra     a choice needs a package that is not installed
├── QuestionError        the question is empty or too long
├── CorpusError          an article folder is missing or cannot be read
│   ├── SourceError      one article cannot be read; the others can
│   │   └── FetchError   a URL may not be fetched, or gives no article
│   └── LibraryError     an article to remove or bring back is not there
├── EmbedderError        model weights are missing, damaged, or not the ones promised
├── ReaderError          the shipped weights of the trained reader are missing or damaged
├── IndexError_          the index cannot be used as it is
│   ├── NoIndex          nothing has been ingested yet
│   ├── IndexMismatch    built by another embedder, splitter or release
│   ├── IndexDamaged     files of the generation fail their checks
│   └── IndexBusy        another ingest holds the writer lock
├── HistoryError         the file of conversations cannot be read or written
├── AnswerFileError      a file given to `rag verify` is not an answer
└── QuestionSetError     a question set or a baseline given to `rag eval` is none
"""


class CutawayError(Exception):
    """Base of all errors a caller may want to catch; `str(error)` is a sentence for a reader."""


class SettingsError(CutawayError):
    """A setting or argument has a value that cannot work; the message gives its name."""


class MissingExtra(SettingsError):
    """A choice needs an optional package; the message gives the command that installs it."""


class QuestionError(CutawayError):
    """The question is empty or longer than the limit."""


class CorpusError(CutawayError):
    """An article folder is missing or cannot be read."""


class SourceError(CorpusError):
    """One article cannot be read; the message names the file and the reason."""


class FetchError(SourceError):
    """A URL may not be fetched, or what comes back is no article; the message names the URL."""


class LibraryError(CorpusError):
    """There is no such article in the library, or nothing to bring back."""


class EmbedderError(CutawayError):
    """Model weights are missing, damaged, or other than the checksum promises."""


class ReaderError(CutawayError):
    """The shipped weights of the trained reader are missing or damaged."""


class IndexError_(CutawayError):
    """The index cannot be used as it is (underscore: `IndexError` is Python's own)."""


class NoIndex(IndexError_):
    """Nothing has been ingested for these article folders yet."""


class IndexMismatch(IndexError_):
    """The index was built by another embedder, splitter or release of Cutaway."""


class IndexDamaged(IndexError_):
    """Files of the current generation fail their checks."""


class IndexBusy(IndexError_):
    """Another process is ingesting; the message gives its pid."""


class HistoryError(CutawayError):
    """The file of conversations cannot be read or written."""


class AnswerFileError(CutawayError):
    """A file given to `rag verify` is not an answer of this contract."""


class QuestionSetError(CutawayError):
    """A question set or a baseline given to `rag eval` cannot be read as one; the message names the file."""
