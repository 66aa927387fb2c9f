"""What may happen to an account, for the audit; secrets and their hashes are never in it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.accounts.rules import Role
from core.audit.rules import Field, event_type, subject_kind

#: The kind of subject that events about accounts have; the code is the username.
ACCOUNT: Final = "account"


def _role(value: Any) -> str:
    return str(Role(value).label)


_HELD: Final = {
    "role": Field(_l("角色"), _role),
    "place": Field(_l("范围")),
    "since": Field(_l("起")),
    "until": Field(_l("止")),
}

subject_kind(ACCOUNT, _l("账号"), "people.person")

CREATED: Final = event_type(
    "account.created",
    _l("建立账号"),
    _l("%(actor)s 建立了账号 %(subject)s"),
    {"name": Field(_l("姓名"))},
)
GRANTED: Final = event_type(
    "account.granted", _l("授予角色"), _l("%(actor)s 给 %(subject)s 授予角色"), _HELD
)
REVOKED: Final = event_type(
    "account.revoked", _l("收回角色"), _l("%(actor)s 收回了 %(subject)s 的角色"), _HELD
)
FOLLOWED: Final = event_type(
    "account.followed",
    _l("角色随区划调整"),
    _l("%(actor)s 调整区划，%(subject)s 的角色随之变更"),
    _HELD,
)
FOLLOWED_SITE: Final = event_type(
    "account.followed_site",
    _l("角色随网点合并"),
    _l("%(actor)s 合并网点，%(subject)s 的角色随之变更"),
    _HELD,
)
DISABLED: Final = event_type(
    "account.disabled", _l("停用账号"), _l("%(actor)s 停用了账号 %(subject)s"), {}
)
ENABLED: Final = event_type(
    "account.enabled", _l("启用账号"), _l("%(actor)s 启用了账号 %(subject)s"), {}
)
UNLOCKED: Final = event_type(
    "account.unlocked", _l("解除锁定"), _l("%(actor)s 解除了账号 %(subject)s 的锁定"), {}
)
PASSWORD_RESET: Final = event_type(
    "account.password_reset", _l("重置密码"), _l("%(actor)s 重置了 %(subject)s 的密码"), {}
)
FACTOR_RESET: Final = event_type(
    "account.factor_reset", _l("重置验证器"), _l("%(actor)s 重置了 %(subject)s 的验证器"), {}
)
PASSWORD_CHANGED: Final = event_type(
    "account.password_changed", _l("修改密码"), _l("%(subject)s 修改了密码"), {}
)
ENROLLED: Final = event_type(
    "account.enrolled", _l("绑定验证器"), _l("%(subject)s 绑定了验证器"), {}
)
CODES_RENEWED: Final = event_type(
    "account.codes_renewed", _l("更换恢复码"), _l("%(subject)s 更换了恢复码"), {}
)
SIGNED_IN: Final = event_type("account.signed_in", _l("登录"), _l("%(subject)s 登录"), {})
SIGNED_OUT: Final = event_type("account.signed_out", _l("退出"), _l("%(subject)s 退出"), {})
REFUSED: Final = event_type(
    "account.refused", _l("登录失败"), _l("用 %(subject)s 登录失败"), {"proof": Field(_l("环节"))}
)
SIGN_IN_ENDED: Final = event_type(
    "account.sign_in_ended", _l("结束登录"), _l("%(subject)s 结束了另一处登录"), {}
)
TOKEN_MADE: Final = event_type(
    "account.token_made",
    _l("建立令牌"),
    _l("%(actor)s 建立了接口令牌"),
    {
        "token": Field(_l("令牌")),
        "permissions": Field(_l("权限")),
        "expires": Field(_l("到期")),
    },
)
TOKEN_REVOKED: Final = event_type(
    "account.token_revoked",
    _l("撤销令牌"),
    _l("%(actor)s 撤销了 %(subject)s 的接口令牌"),
    {"token": Field(_l("令牌"))},
)
