"""What a results file tells about its run, and how it is written; for the scripts beside this module."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def about(command: str) -> dict[str, str]:
    """The command, the day (UTC) and the machine with its load: to be called first, for the work itself is load."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    return {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{machine}, Python {platform.python_version()}",
    }


def save(path: Path, figures: dict[str, Any]) -> str:
    """Write the figures as JSON with a final newline; returns the text without it, for a script that prints it too."""
    text = json.dumps(figures, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return text
