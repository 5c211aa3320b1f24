"""Find a Chromium for the journeys, or install one: ``python -m tests.browser``.

As root on Debian it comes from Debian's packages (with fonts for Chinese); elsewhere Playwright fetches its
own. Where neither is possible, the command to type is said and nothing is guessed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
HOW = "  sudo apt-get install " + " ".join(PACKAGES) + "\n  或 / or: python -m playwright install chromium"
MISSING = (
    "找不到 Chromium 浏览器。请安装后再试：\nNo Chromium browser was found. Install one and try again:\n"
    + HOW
)


class Missing(Exception):
    """There is no browser; the message holds the command that brings one."""


def find() -> Path:
    """The browser's executable; raises ``Missing``."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.is_file():
        return own
    raise Missing(MISSING)


def launch_options() -> dict[str, Any]:
    """How to start it; root (a container, a CI machine) has no sandbox of Chromium's own."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": str(find()), "args": arguments}


def install() -> Path:
    """Bring a browser if there is none."""
    try:
        return find()
    except Missing:
        for command in _commands():
            subprocess.run(command, check=False)
    return find()


def _commands() -> list[list[str]]:
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        return [[apt, "update", "-q"], [apt, "install", "-q", "-y", "--no-install-recommends", *PACKAGES]]
    return [[sys.executable, "-m", "playwright", "install", "chromium"]]


if __name__ == "__main__":
    try:
        print(install())
    except Missing as missing:
        sys.exit(str(missing))
