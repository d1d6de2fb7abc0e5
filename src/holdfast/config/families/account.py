"""What all desks of one account may do together."""

from decimal import Decimal

from holdfast.config.knob import Knobs, knob


class AccountKnobs(Knobs):
    """What all desks of one account may do together."""

    account_max_exposure_usd: Decimal = knob(
        Decimal(0),
        "Exposure all desks of the account share; 0 is one desk alone",
        "quote",
        ge=Decimal(0),
        le=Decimal(10_000_000),
        risk="up",
        effect="restart",
        env=False,
    )
    account_daily_loss_limit: Decimal = knob(
        Decimal(0),
        "Loss of a day all desks of the account share; 0 is one desk alone",
        "quote",
        ge=Decimal(0),
        le=Decimal(10_000_000),
        risk="up",
        effect="restart",
        env=False,
    )
    account_max_open_orders: int = knob(
        0,
        "Open orders all desks of the account share; 0 is one desk alone",
        "orders",
        ge=0,
        le=100_000,
        risk="up",
        effect="restart",
        env=False,
    )
