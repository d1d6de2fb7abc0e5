"""Say what all rows of the projections have in common."""

from typing import ClassVar

import msgspec


class Row(msgspec.Struct, kw_only=True):
    """What all rows have: the table they live in, what names them, what may change."""

    TABLE: ClassVar[str]
    KEY: ClassVar[str] = ""
    CHANGING: ClassVar[tuple[str, ...]] = ()
