"""Passwords: what they must be like, and how one is kept without being known.

The two profiles contradict each other, and an operator has to obey one of them: classified
protection (等保 GB/T 22239) wants several kinds of characters and regular change, OWASP ASVS 5.0
(6.2.5, 6.2.10) forbids both and asks for length and a list of known ones.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask_babel import lazy_gettext as _l

from core.config import PasswordProfile
from core.errors import BadInput

#: The second recommendation of RFC 9106: 64 MiB, 3 passes, 4 lanes.
HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
#: Stands in for the hash of an account that there is not, so that asking takes as long.
NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$bm9ib2R5IGhhcyBpdC4uLg$DKINZU4GghVLkWgL5fBCqBWiJHyfWB42co/iysJGhQA"
)

MOST: Final = 128


@dataclass(frozen=True, slots=True)
class Profile:
    """``kinds`` of the four kinds of characters; ``lasts`` None: for ever; ``past`` not again."""

    least: int
    kinds: int
    lasts: timedelta | None
    past: int


PROFILES: Final[Mapping[PasswordProfile, Profile]] = {
    PasswordProfile.MLPS: Profile(least=8, kinds=3, lasts=timedelta(days=90), past=5),
    PasswordProfile.ASVS: Profile(least=12, kinds=0, lasts=None, past=0),
}

_KINDS: Final = tuple(
    re.compile(kind) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^a-zA-Z0-9]")
)  # letters of other scripts count among the last


def canonical(password: str) -> str:
    """*password* in one form, however the keyboard was set: full-width letters are Latin ones."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, username: str, profile: Profile) -> None:
    """Raise BadInput unless *password* is one that the profile lets somebody have."""
    text = canonical(password)
    if len(text) < profile.least:
        raise BadInput(_l("密码至少 %(least)s 个字符。", least=profile.least), field="password")
    if len(text) > MOST:
        raise BadInput(_l("密码最多 %(most)s 个字符。", most=MOST), field="password")
    if sum(bool(kind.search(text)) for kind in _KINDS) < profile.kinds:
        raise BadInput(
            _l("密码应包含大写字母、小写字母、数字、符号中的至少三类。"), field="password"
        )
    if is_common(text, username):
        raise BadInput(_l("这个密码太常见或太容易猜到，请换一个。"), field="password")


def is_common(text: str, username: str) -> bool:
    """Whether *text* is among the first that anybody would try: a known one, the name, a run."""
    folded = text.casefold()
    core = folded.strip("0123456789!@#$%^&*()-_=+.,?~ ")
    if username and username in folded and len(folded) < len(username) + 8:
        return True
    return folded in COMMON or (len(core) < 12 and core in COMMON) or _is_run(folded)


def _is_run(text: str) -> bool:
    """Whether each letter follows from the one before: 11111111, 12345678, abcdefgh, 87654321."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(set(text)) <= 2 or (len(steps) == 1 and steps <= {-1, 0, 1})


def repeats(password: str, past: Iterable[str]) -> bool:
    """Whether *password* is one of those whose hashes are *past*. Slow, as it should be."""
    return any(verify(each, password) for each in past)


def hashed(password: str) -> str:
    return HASHER.hash(canonical(password))


def verify(kept: str, password: str) -> bool:
    """Whether *password* is the one that *kept* is the hash of. Takes a tenth of a second."""
    try:
        return HASHER.verify(kept, canonical(password))
    except VerificationError:
        return False


def outdated(kept: str) -> bool:
    """Whether *kept* was made with parameters weaker than those of today."""
    return HASHER.check_needs_rehash(kept)


@dataclass(frozen=True, slots=True, repr=False)
class OneTime:
    """A password that one person gives another, to be changed at the first sign-in."""

    text: str
    hash: str

    @classmethod
    def made(cls) -> OneTime:
        """A new one; slow, so made before a transaction begins."""
        text = generated()
        return cls(text, hashed(text))


#: Without letters and digits that look alike.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
_DIGITS: Final = "23456789"


def generated() -> str:
    """A password nobody has thought of: 83 bits, of three kinds, easy to read out and to type."""
    groups = [[secrets.choice(_LETTERS + _DIGITS) for _ in range(4)] for _ in range(4)]
    groups[0][0] = secrets.choice(_LETTERS).upper()
    groups[-1][-1] = secrets.choice(_DIGITS)
    groups[-1][0] = secrets.choice(_LETTERS)
    return "-".join("".join(group) for group in groups)


#: What is tried first, in China and elsewhere; digits and signs around it do not make it better.
COMMON: Final = frozenset(
    """
    password passw0rd p@ssword p@ssw0rd pa55word passwd admin admin123 administrator root toor test
    guest welcome letmein changeme default secret master login user qwerty qwertyuiop qwer1234
    1qaz2wsx 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y qazwsx qazwsxedc zaq12wsx asdfgh asdfghjkl asdf1234
    zxcvbn zxcvbnm zxcvbnm123 abc123 abcd1234 abc123456 a123456 a12345678 aa123456 aaa111 a1b2c3d4
    iloveyou sunshine princess dragon monkey football baseball superman batman trustno1 shadow
    michael jordan whatever starwars computer internet freedom hello helloworld killer charlie
    123456 1234567 12345678 123456789 1234567890 12345678910 123123 123123123 123321 112233
    11223344 1122334455 121212 654321 666666 888888 88888888 111111 11111111 000000 00000000 147258
    147258369 159357 789456 789456123 987654321 5201314 1314520 520520 woaini woaini1314 woaini520
    woaini521 woaiwojia wodemima mima mima123 zhongguo beijing shandong jinan qingdao weihai zibo
    yantai yibao yibaoju yiliaobaozhang shebao weihaiyibao ziboyibao 12393 0631 0533 onekm yigongli
    gongzuozhan bianmin fuwudating huanjing huanying tianxia nihao nihao123 caonima wangwei zhangwei
    liwei wangfang lina xiaoming laoshi mimashi kaimen qwe123 qweasd qweasdzxc zxc123 asd123
    q1w2e3r4 temp temporary initial start123 company office hospital medical insurance yiyuan
    zhangsan lisi correcthorsebatterystaple thisisapassword passwordpassword adminadmin
    """.split()  # noqa: SIM905 - a list of 200 literals would be read by nobody
)
