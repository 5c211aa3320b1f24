"""What every web page shares.

Owns: layout, language, elder version and contrast, security headers, the cross-site guard, cookies, the
page that refuses, the home page, registrations in words.
Not here: what a page is about; each package has its own ``views``.
"""

from idp.pages.app import init_app
from idp.pages.cookies import browser, clear_session, session, set_session, with_session
from idp.pages.crosssite import machine
from idp.pages.errors import message, refuse
from idp.pages.headers import allow_forms_to, allow_frames_of, allow_script
from idp.pages.language import _, chinese, hint_language, mark
from idp.pages.layout import render
from idp.pages.onward import see_other
from idp.pages.portal import item, items, of_portal
from idp.pages.preferences import local_path
from idp.pages.reasons import in_words

__all__ = [
    "_",
    "allow_forms_to",
    "allow_frames_of",
    "allow_script",
    "browser",
    "chinese",
    "clear_session",
    "hint_language",
    "in_words",
    "init_app",
    "item",
    "items",
    "local_path",
    "machine",
    "mark",
    "message",
    "of_portal",
    "refuse",
    "render",
    "see_other",
    "session",
    "set_session",
    "with_session",
]
