"""Say what verify found: one thing that is not as the events say."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement; `seq` is the row of the ledger it is about, where one can be named."""

    seq: int | None = None
    where: str
    what: str

    def __str__(self) -> str:
        place = self.where if self.seq is None else f"{self.where}, row {self.seq}"
        return f"{place}: {self.what}"
