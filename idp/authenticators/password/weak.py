"""The passwords that are tried first, described by what they are made of, not by a leaked list.

Four pieces of the lists below, in any order, stand for billions of guesses, and the real lists are full of
them. Folded first: case, the usual signs for letters and decoration make no other password of it.
"""

import re
from functools import cache
from itertools import pairwise

_WORDS = """
    admin administrator root guest user test demo master login welcome hello password passwd passw0rd pass
    letmein secret changeme default iloveyou loveyou lovely love forever princess sunshine superman batman
    spiderman pokemon dragon monkey tiger shadow flower football baseball basketball soccer hockey jordan
    michael michelle jessica jennifer charlie daniel thomas robert william freedom whatever trustno computer
    internet server mysql oracle system windows google facebook samsung huawei xiaomi tencent alibaba taobao
    weixin wechat alipay baidu qq china beijing shanghai guangdong shenzhen zhongguo zhonghua renmin gov
    woaini woaiwo aini aiwo baobao baobei laopo laogong mima wodemima shengri nihao niubi xiaoming xiaohong
    wang zhang li liu chen yang zhao huang zhou wu wangwei zhangwei lina liwei xiaoli
    asd asdf asdfg asdfgh asdfghjkl qwe qwer qwert qwerty qwertyuiop zxc zxcv zxcvb zxcvbn zxcvbnm qaz qazwsx
    qazwsxedc wsx edc poiuyt lkjhgf mnbvcxz abc abcd abcde abcdef abcdefg abcdefgh aaa aaaa a aa q w z x qq
"""
_NUMBERS = """
    1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 0 00 000 0000 01 007 11 111 1111
    11111 111111 21 22 222 2222 321 4321 54321 654321 7654321 87654321 987654321 9876543210 520 521 1314
    5201314 1314520 5211314 7758521 66 666 6666 666666 88 888 8888 888888 88888888 99 999 9999 168 518
    110 119 120 147258 147258369 159357 123321 112233 123123 123654 789456 456789 741852963 963852741
    0123456789 147852369
"""
_WALKS = """
    1qaz 2wsx 3edc 4rfv 5tgb 6yhn 1q2w 3e4r 5t6y 7u8i qwer asdf zxcv uiop hjkl tyui qaz wsx edc zaq xsw cde
    1qaz2wsx 2wsx3edc 1q2w3e 1q2w3e4r 1q2w3e4r5t q1w2e3 q1w2e3r4 zaq1 zaq12wsx xsw2 q2w3e4 a1b2c3 a1s2d3
    1234qwer qwer1234 asdf1234 qwe123 123qwe 1a2b3c 123abc abc123 asd123 123asd
"""
_YEARS = tuple(str(year) for year in range(1949, 2036))
_MOST_PIECES = 4

_UNLEET = str.maketrans("@401$357!", "aaoiselti")


def common(password: str) -> bool:
    """Whether a password is one of those tried first."""
    text = password.casefold()
    bare = "".join(character for character in text if character.isalnum())
    return any(_patterned(form) or bool(_made_of_pieces().fullmatch(_fold(form))) for form in (text, bare))


def _fold(text: str) -> str:
    return text.translate(_UNLEET)


@cache
def _made_of_pieces() -> re.Pattern[str]:
    pieces = {_fold(piece) for piece in (*f"{_WORDS} {_NUMBERS} {_WALKS}".split(), *_YEARS)}
    longest_first = sorted(pieces, key=lambda piece: (-len(piece), piece))
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))}){{1,{_MOST_PIECES}}}")


def _patterned(text: str) -> bool:
    """One short piece again and again, hardly any different characters, or a run up or down."""
    if len(set(text)) < 4:
        return True
    if any(text == (text[:n] * len(text))[: len(text)] for n in range(1, len(text) // 2 + 1)):
        return True
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}
