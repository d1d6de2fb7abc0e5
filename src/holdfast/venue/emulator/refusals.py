"""Name what the exchange says when it refuses, in Kraken's own words."""

KEY = "EAPI:Invalid key"
SIGNATURE = "EAPI:Invalid signature"
NONCE = "EAPI:Invalid nonce"
REST_RATE = "EAPI:Rate limit exceeded"
PERMISSION = "EGeneral:Permission denied"
ARGUMENTS = "EGeneral:Invalid arguments"
METHOD = "EGeneral:Unknown method"
UNAVAILABLE = "EService:Unavailable"
CANCEL_ONLY = "EService:Market in cancel_only mode"
POST_ONLY_MODE = "EService:Market in post_only mode"
DEADLINE = "EService:Deadline elapsed"
PAIR = "EQuery:Unknown asset pair"
ASSET = "EQuery:Unknown asset"
ENGINE_RATE = "EOrder:Rate limit exceeded"
ORDERS_LIMIT = "EOrder:Orders limit exceeded"
FUNDS = "EOrder:Insufficient funds"
MARGIN = "EOrder:Insufficient margin"
ORDER_MINIMUM = "EOrder:Order minimum not met"
COST_MINIMUM = "EOrder:Cost minimum not met"
TICK_SIZE = "EOrder:Tick size check failed"
POST_ONLY = "EOrder:Post only order"
UNKNOWN_ORDER = "EOrder:Unknown order"
DUPLICATE = "EOrder:Duplicate cl_ord_id"


class Refused(Exception):
    """The exchange says no; `text` is what it says."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def argument(name: str) -> Refused:
    """Refuse a request for one of its arguments."""
    return Refused(f"{ARGUMENTS}:{name}")


def price_decimals(altname: str, decimals: int) -> Refused:
    """Refuse a price that is written too finely."""
    return Refused(
        f"EOrder:Invalid price:{altname} price can only be specified up to {decimals} decimals."
    )
