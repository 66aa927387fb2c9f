"""The form by which a population grid is sent."""

from __future__ import annotations

from wtforms import SelectField
from wtforms.validators import ValidationError

from core.geo import Datum
from stations.coverage import sending
from stations.coverage.grids.rules import DATUMS, SHIFTED


class SendForm(sending.SendForm):
    """The same as of settlements, but for datums that bend a grid."""

    def validate_datum(self, field: SelectField) -> None:
        if field.data in set(Datum) - set(DATUMS):
            raise ValidationError(str(SHIFTED))
