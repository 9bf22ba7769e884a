"""The real Chromium of this machine, kept from doing anything of its own accord."""

import shutil

from playwright.sync_api import Browser, Playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)


def launched(playwright: Playwright) -> Browser:
    """Chromium, started; fails with what to install where there is none."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "browser tests need Chromium: apt-get install chromium"
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))
