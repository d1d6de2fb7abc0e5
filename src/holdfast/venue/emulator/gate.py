"""Let requests in: prove the key, meet the fault plan, hand over to the exchange.

Rules: what a request meets is decided before its key is looked at; a nonce counts from the moment
the signature is proven; permissions and addresses belong to the key and are never in the state.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.keys import ApiKey
from holdfast.venue.emulator.params import Given
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.session import KEY_INFO, Answer, Session
from holdfast.venue.emulator.signing import check_nonce, check_signature, read_nonce
from holdfast.venue.emulator.state import Rule

OPEN, CLOSED = "query-open-trades", "query-closed-trades"
MODIFY, CLOSE = "modify-trades", "close-trades"
PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Balance": frozenset({"query-funds"}),
        "BalanceEx": frozenset({"query-funds"}),
        "TradeVolume": frozenset({"query-funds"}),
        "OpenOrders": frozenset({OPEN}),
        "ClosedOrders": frozenset({CLOSED}),
        "QueryOrders": frozenset({OPEN, CLOSED}),
        "TradesHistory": frozenset({CLOSED}),
        "QueryTrades": frozenset({CLOSED}),
        "Ledgers": frozenset({"query-ledger"}),
        "QueryLedgers": frozenset({"query-ledger"}),
        "AddOrder": frozenset({MODIFY}),
        "AddOrderBatch": frozenset({MODIFY}),
        "AmendOrder": frozenset({MODIFY, CLOSE}),
        "CancelOrder": frozenset({MODIFY, CLOSE}),
        "CancelOrderBatch": frozenset({MODIFY, CLOSE}),
        "CancelAll": frozenset({MODIFY, CLOSE}),
        "CancelAllOrdersAfter": frozenset({MODIFY, CLOSE}),
    }
)


class Knock(NamedTuple):
    """A signed request as it arrived."""

    path: str
    endpoint: str
    key: str
    sign: str
    body: bytes
    given: Given
    address: str


class Gate:
    """The door of an exchange."""

    def __init__(self, session: Session, keys: Mapping[str, ApiKey]) -> None:
        self._session = session
        self._keys = keys

    def enter(self, knock: Knock, acting: list[Rule]) -> Answer:
        """Answer a private request."""
        state = self._session.core.state
        try:
            key = self._proven(knock)
            nonce = read_nonce(str(knock.given.get("nonce", "")))
            check_nonce(nonce, state.nonces.get(key.key, 0), key.nonce_window)
            self._permitted(key, knock.endpoint)
        except Refused as error:
            return self._session.turn_away(error.text)
        answer = self._session.private(
            knock.endpoint,
            {name: value for name, value in knock.given.items() if name != "nonce"},
            key=key.key,
            nonce=nonce,
            tier=key.tier,
            acting=acting,
        )
        if knock.endpoint == KEY_INFO and not answer.error:
            return Answer(self._told(key))
        return answer

    def _proven(self, knock: Knock) -> ApiKey:
        key = self._keys.get(knock.key)
        if key is None:
            raise Refused(refusals.KEY)
        if key.valid_until and self._session.clock.now() >= key.valid_until * 1_000_000:
            raise Refused(refusals.KEY)
        nonce = str(knock.given.get("nonce", ""))
        check_signature(key, knock.sign, knock.path, nonce, knock.body)
        if key.ip_allowlist and knock.address not in key.ip_allowlist:
            raise Refused(refusals.PERMISSION)
        return key

    @staticmethod
    def _permitted(key: ApiKey, endpoint: str) -> None:
        wanted = PERMISSIONS.get(endpoint)
        if wanted is not None and not wanted & set(key.permissions):
            raise Refused(refusals.PERMISSION)

    def _told(self, key: ApiKey) -> dict[str, object]:
        state = self._session.core.state
        return {
            "apiKeyName": key.name,
            "apiKey": key.key,
            "nonce": str(state.nonces.get(key.key, 0)),
            "nonceWindow": key.nonce_window,
            "permissions": list(key.permissions),
            "iban": "",
            "validUntil": str(key.valid_until),
            "queryFrom": "0",
            "queryTo": "0",
            "createdTime": str(key.created_time),
            "modifiedTime": str(key.created_time),
            "ipAllowlist": list(key.ip_allowlist),
            "lastUsed": str(state.used.get(key.key, 0) // 1_000_000),
        }
