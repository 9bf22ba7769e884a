"""The real app, started as a user starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
START = 60.0  # seconds the server may take to listen


class App:
    """`streamlit run app.py` on a free loopback port, with a home folder of its own."""

    def __init__(self, folder: Path, script: str = "app.py", **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.home = folder / "home"
        self.log = folder / "app.log"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
            cwd=ROOT,
            env=kept | {"RAG_HOME": str(self.home)} | settings,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> None:
        """Until the server answers."""
        end = time.monotonic() + START
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except (URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the app did not start:\n{self.log.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        """End the server by its own pid."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
