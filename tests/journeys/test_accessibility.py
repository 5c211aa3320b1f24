"""The judge of accessibility finds what it is there to find."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.accessibility import problems

SOUND = '<html lang="zh-CN"><head><title>t</title></head><body><main><h1>h</h1>{}</main></body></html>'


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("<input>", "label"),
        ("<h1>again</h1>", "2 main headings"),
        ('<p style="color:#aaa;background:#fff">faint</p>', "color-contrast"),
        ('<p style="width:5000px">wide</p>', "wider than the window"),
        ("<button></button>", "button-name"),
    ],
)
def test_a_fault_is_found(chromium: Browser, part: str, fault: str) -> None:
    page = chromium.new_page()
    page.set_content(SOUND.format(part))
    assert any(fault in problem for problem in problems(page))
    page.close()


def test_a_sound_page_has_no_fault(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(SOUND.format("<p>text</p>"))
    assert problems(page) == []
    page.close()
