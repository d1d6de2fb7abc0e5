"""State once what must hold between knobs of sizing, sharing and capacity."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from holdfast.config.breach import Breach

Values = Mapping[str, Any]
QUOTE_ONLY = (
    "quote_first_allocation",
    "account_share_enabled",
    "dust_sweep_enabled",
    "tp_enabled",
    "capital_layer_target_layers",
)


def in_quote_only(key: str) -> Callable[[Values], Iterator[Breach]]:
    """Refuse a knob that shapes amounts of quote where every entry has a fixed size in base."""

    def relation(values: Values) -> Iterator[Breach]:
        mode = values["order_size_mode"]
        if values[key] and mode != "USD":
            problem = f"{key} shapes amounts of quote, order_size_mode is {mode}"
            yield Breach((key, "order_size_mode"), problem, f"{key} off, or order_size_mode: USD")

    return relation


def not_beside_quote_first(other: str) -> Callable[[Values], Iterator[Breach]]:
    """Refuse a second way to use the free quote beside the one that shares it out whole."""

    def relation(values: Values) -> Iterator[Breach]:
        if values["quote_first_allocation"] and values[other]:
            problem = f"quote_first_allocation shares out the whole free quote, {other} uses it too"
            yield Breach(("quote_first_allocation", other), problem, "one of them")

    return relation


def layers_are_allowed(values: Values) -> Iterator[Breach]:
    """Refuse more layers than an operator may ask for."""
    asked, most = values["capital_layer_target_layers"], values["capital_layer_max_target_layers"]
    if asked > most:
        keys = ("capital_layer_target_layers", "capital_layer_max_target_layers")
        yield Breach(keys, f"{asked} layers are asked for, {most} are allowed", f"at most {most}")


def enough_cycles_are_looked_at(key: str) -> Callable[[Values], Iterator[Breach]]:
    """Refuse a look back that can never gather the cycles the sizer asks for."""

    def relation(values: Values) -> Iterator[Breach]:
        if values[key] > values["tp_lookback_cycles"]:
            problem = f"{key} {values[key]} is more than tp_lookback_cycles ever gathers"
            yield Breach((key, "tp_lookback_cycles"), problem, f"{key} at most the look back")

    return relation


def a_move_pays_the_fees(values: Values) -> Iterator[Breach]:
    """Refuse a ceiling of the volatility target that lies below what two maker fees cost."""
    least = 2 * values["maker_fee_pct"] + Decimal("0.1")
    if values["volatility_auto_profit"] and values["volatility_profit_ceiling"] < least:
        problem = f"volatility_profit_ceiling {values['volatility_profit_ceiling']} does not pay two maker fees"
        keys = ("volatility_profit_ceiling", "volatility_auto_profit", "maker_fee_pct")
        yield Breach(keys, problem, f"at least {least}")


RELATIONS: tuple[Callable[[Values], Iterator[Breach]], ...] = (
    *(in_quote_only(key) for key in QUOTE_ONLY),
    not_beside_quote_first("account_share_enabled"),
    not_beside_quote_first("dust_sweep_enabled"),
    layers_are_allowed,
    enough_cycles_are_looked_at("tp_min_samples"),
    enough_cycles_are_looked_at("tp_min_samples_per_bucket"),
    a_move_pays_the_fees,
)
