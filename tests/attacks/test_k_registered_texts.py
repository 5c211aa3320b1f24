"""Attack book, what a portal may say about itself, and when consent is asked again: K11 K12 K17."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clients
from tests import registrations
from tests.registrations import apply, entry, native, refusal

HIDDEN = {
    "right-to-left override": "税务\u202e局门户",
    "right-to-left isolate": "税务\u2067局门户",
    "left-to-right mark": "税务\u200e局",
    "arabic letter mark": "税务\u061c局",
    "zero-width space": "税务\u200b局",
    "zero-width joiner": "税务\u200d局",
    "byte order mark": "\ufeff税务局",
    "soft hyphen": "Tax\u00ad Office",
    "word joiner": "税务\u2060局",
    "variation selector": "税务\ufe00局",
    "ideographic variation selector": "税务\U000e0100局",
    "hangul filler": "税务\u3164局",
    "braille blank": "税务\u2800局",
    "tag character": "税务\U000e0041局",
    "no-break space": "税务\u00a0局",
    "ideographic space": "税务\u3000局",
    "line separator": "税务\u2028局",
    "NUL": "税务\x00局",
    "newline": "税务\n局",
    "escape": "\x1b[31m税务局",
    "private use": "税务\ue000局",
    "lone surrogate": "税务\ud800局",
    "HTML": "<b>税务局</b>",
    "an entity of HTML": "<img src=x onerror=alert(1)>",
}
IMITATED = {
    "kangxi radicals": "国家政务服⽤平台",
    "compatibility ideographs": "國家\uf9e3務服務平臺",
    "full-width letters": "Ｇov Portal",
    "cyrillic": "Gоv Portal",
    "greek": "Gοv Portal",
    "mathematical letters": "𝐆ov Portal",
    "combining marks": "Go\u0301v Portal",
    "circled digits": "①号门户",
    "emoji": "税务✅门户",
    "formula": '=HYPERLINK("x")',
    "leading minus": "-税务门户",
}
SHOWN = (
    "name",
    "name_en",
    "organization",
    "organization_en",
    "contact",
    "purpose",
    "purpose_en",
    "retention",
)


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize("key", SHOWN)
def test_k12_hidden_and_turned_characters_are_refused_in_every_text(key: str, text: str) -> None:
    assert refusal(entry(**{key: text}))


@pytest.mark.parametrize("text", IMITATED.values(), ids=IMITATED.keys())
@pytest.mark.parametrize("key", ["name", "name_en", "organization", "organization_en"])
def test_k12_look_alike_characters_are_refused_in_names(key: str, text: str) -> None:
    assert refusal(entry(**{key: text}))


@pytest.mark.parametrize("text", ["x" * 500, "税" * 61, "", "x", " 税务门户", "税务  门户", "税务门户 "])
def test_k12_names_are_bounded_and_tidy(text: str) -> None:
    assert refusal(entry(name=text))


@pytest.mark.parametrize(
    "text",
    [
        "税务服务门户",
        "“一网通办”（示范）",
        "丝绸之路·数字门户",
        "㐂𠀀门户",
        "Portail d'État",
        "A/B Portal No. 3",
        "〇号窗口",
    ],
)
def test_k12_honest_names_are_taken(text: str) -> None:
    assert registrations.client(name=text).name == text


@given(st.text(min_size=2, max_size=30))
def test_k12_a_name_that_is_taken_holds_letters_digits_and_plain_punctuation_only(text: str) -> None:
    if refusal(entry(name=text)) is None:
        rest = [one for one in text if one not in " ·—‘’“”、《》（），&'(),./-"]
        assert all(one.isalnum() or "\U00020000" <= one <= "\U000323af" for one in rest)


@pytest.mark.parametrize(
    "text", ["税×务门户", "税÷务门户", "税\U0002f800务", "税\U0002ffff务", "税\U000e0001务"]
)
def test_k12_signs_and_compatibility_forms_among_the_letters_are_refused(text: str) -> None:
    assert refusal(entry(name=text))


@pytest.mark.parametrize("key", ["client_uri", "background_uri"])
def test_k12_links_and_pictures_that_nobody_shows_are_refused(key: str) -> None:
    assert refusal(entry(**{key: "javascript:alert(1)"}))
    assert refusal(entry(**{key: "https://good.example/x"}))


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "http://good.example/", "//good.example"]
)
@pytest.mark.parametrize(
    "key", ["home_uri", "initiate_login_uri", "policy_uri", "policy_uri_en", "tos_uri", "tos_uri_en"]
)
def test_k12_links_that_are_shown_are_https(key: str, uri: str) -> None:
    assert refusal(entry(**{key: uri}))
    assert registrations.client(**{key: "https://good.example/"})


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize(
    "change",
    [
        {"name": "新名称"},
        {"scopes": ["openid", "profile", "realname"]},
        {"redirect_uris": ["https://other.example/cb"], "sector": "good.example"},
        {"legal_basis": {"profile": "consent"}},
    ],
)
def test_k11_a_change_of_what_was_shown_changes_the_fingerprint_consents_are_kept_under(
    change: dict[str, object],
) -> None:
    apply(entry())
    before = clients.find("portal-a")
    apply(entry(**change))
    after = clients.find("portal-a")
    assert before
    assert after
    assert before.fingerprint != after.fingerprint


def test_k17_after_logout_only_a_registered_address_is_gone_to() -> None:
    client = registrations.client(post_logout_redirect_uris=["https://good.example/out"])
    assert client.post_logout_allowed("https://good.example/out")
    for uri in (
        "https://good.example/out?foo=bar", "https://good.example/out#", "https://good.example/cb", "",
        "https://good.example/out/", "https://evil.example/out", "https://good.example:443/out",
    ):  # fmt: skip
        assert not client.post_logout_allowed(uri)


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "https://good.example/#", "https://*.good.example/", "http://x.example/"]
)
def test_k17_post_logout_addresses_are_judged_like_redirect_uris(uri: str) -> None:
    assert refusal(entry(post_logout_redirect_uris=[uri]))
    assert refusal(native(post_logout_redirect_uris=[uri]))
