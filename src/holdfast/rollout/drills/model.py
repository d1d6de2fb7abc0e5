"""Say what a drill is: what is broken, what must be seen, within which limit.

Rules: a key that is not named here is refused; every expectation has a name, and a drill passes only
when each was judged. Settings and faults are plain values: the profile and the exchange judge them.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ID = r"^D[1-9][0-9]?$"
NAME = r"^[a-z][a-z0-9_]{0,47}$"
SETTING = r"^[a-z][a-z0-9_]{0,63}$"
Text = Annotated[str, Field(min_length=1, max_length=300)]
Name = Annotated[str, Field(pattern=NAME)]
Setting = Annotated[str, Field(pattern=SETTING)]
Plain = str | bool | int | Decimal
Rule = dict[Name, Plain | tuple[Plain, ...]]


class Part(BaseModel):
    """What all parts have in common: nothing unknown, nothing bent, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limit(Part):
    """How long it may take, and by whose clock."""

    seconds: Annotated[int, Field(ge=0, le=86_400)] = Field(
        description="What was asked for must hold after so many seconds at most."
    )
    clock: Literal["market", "machine"] = Field(
        default="market", description="The exchange's virtual time, or the machine's."
    )


class Market(Part):
    """The exchange a drill is run against; it is always the emulator."""

    regime: Literal["mixed", "ranging", "trending", "jump"] = Field(
        default="ranging", description="What the market plays."
    )
    seed: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=7, description="Same seed, same market."
    )
    balances: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        default=("USD=1000", "DOGE=10000"), description="Opening balances, as in USD=1000."
    )
    runs_by_itself: bool = Field(
        default=False, description="Its clock runs as the machine's, instead of in lock step."
    )
    permissions: tuple[Text, ...] = Field(
        default=(), description="What the desk's key may do, where it is not the usual."
    )


class Drill(Part):
    """One drill."""

    drill: Annotated[str, Field(pattern=ID)] = Field(description="Its id, as D6.")
    title: Text = Field(description="What is practised, in a few words.")
    inject: Text = Field(description="What is broken, and how.")
    expect: Annotated[dict[Name, Text], Field(min_length=1)] = Field(
        description="What must be seen: a name and a sentence each."
    )
    limit: Limit | None = Field(default=None, description="How long it may take.")
    market: Market = Field(default=Market(), description="The exchange it is run against.")
    settings: dict[Setting, Plain] = Field(
        default={}, description="Knobs of the desk that differ from kraken-staging's."
    )
    faults: tuple[Rule, ...] = Field(
        default=(), description="The fault plan that is put in force, as for `venue serve`."
    )
    needs_redis: bool = Field(
        default=False, description="The requested mode is kept in a real Redis server."
    )
