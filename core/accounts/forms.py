"""The forms of signing in, of one's own account, and of other people's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Form,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from core.access import Actor, Permission
from core.accounts import rules
from core.accounts.actions import Held
from core.accounts.passwords import MOST
from core.accounts.places import find_place
from core.accounts.rules import MOST_LABEL, MOST_NAME, PERMISSION_LABELS, Role
from core.clock import today
from core.errors import OneKmError
from core.forms import choices

_NEEDED: Final = InputRequired(_l("请填写此项。"))
_SHORT: Final = Length(max=100, message=_l("内容太长。"))


def blame(form: Form, fault: OneKmError) -> None:
    """Put *fault* beside the field that it names, or above the form."""
    if fault.field is None or fault.field not in form:
        form.form_errors.append(str(fault))
    else:
        form[fault.field].errors = [*form[fault.field].errors, str(fault)]


def typed(field: StringField) -> str:
    """What was typed into the field."""
    return field.data or ""


class SignInForm(FlaskForm):
    username = StringField(_l("用户名"), [_NEEDED])
    password = PasswordField(_l("密码"), [_NEEDED])


class CodeForm(FlaskForm):
    code = StringField(_l("验证码"), [_NEEDED])


class AgainForm(FlaskForm):
    """One's password once more, from somebody without an authenticator."""

    password = PasswordField(_l("密码"), [_NEEDED])


class NewPasswordForm(FlaskForm):
    password = PasswordField(_l("新密码"), [_NEEDED, Length(max=4 * MOST)])
    repeated = PasswordField(_l("再输一次"), [_NEEDED])

    def validate_repeated(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise ValidationError(_("两次输入的密码不一致。"))


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField(_l("现在的密码"), [_NEEDED])


class TokenForm(FlaskForm):
    label = StringField(_l("用途"), [_NEEDED, Length(max=MOST_LABEL)])
    permissions = SelectMultipleField(_l("可以做什么"))
    expires = DateField(_l("有效期至"), [InputRequired(_l("请填写日期，例如 2026-11-21。"))])

    def offer(self, permissions: Iterable[Permission]) -> None:
        """Let these be chosen from."""
        self.permissions.choices = choices(
            (permission.value, PERMISSION_LABELS[permission]) for permission in sorted(permissions)
        )

    @property
    def chosen(self) -> frozenset[Permission]:
        return frozenset(Permission(value) for value in self.permissions.data or ())

    @property
    def last_day(self) -> date:
        """The day; today, which is too early, where none was read."""
        return self.expires.data or today()


class GrantForm(FlaskForm):
    """A role over a place. Which roles may be chosen depends on who grants."""

    role = SelectField(_l("角色"))
    place = StringField(_l("区划或网点代码"), [_SHORT])
    until = DateField(_l("最后一天（不填为长期）"), [Optional()])

    def offer(self, actor: Actor, *, none: bool = False) -> None:
        """Let those roles be chosen that *actor* may grant; with *none*, no role as well."""
        roles = [role for role in Role if rules.reaches(actor, Permission.ACCOUNTS_MANAGE, role)]
        offered = [("", _l("暂不授予"))] if none else []
        self.role.choices = choices([*offered, *roles])

    def held(self) -> Held:
        """What is to be granted, from today. Raises BadInput for an unknown place."""
        return Held(Role(self.role.data), find_place(self.place.data or ""), today(), self._until())

    def _until(self) -> date | None:
        last: date | None = self.until.data
        return None if last is None else last + rules.ONE_DAY


class NewPersonForm(GrantForm):
    username = StringField(_l("用户名"), [_NEEDED, _SHORT])
    name = StringField(_l("姓名"), [_NEEDED, Length(max=MOST_NAME)])


class EmptyForm(FlaskForm):
    """A button."""
