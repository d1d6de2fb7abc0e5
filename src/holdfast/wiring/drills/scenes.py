"""Name the scene of every drill: what is done on the stage, and what is judged."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from holdfast.wiring.drills import scenes_mode, scenes_orders
from holdfast.wiring.drills.stage import Stage

Scene = Callable[[Stage], None]
SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "D1": scenes_mode.store_outage,
        "D2": scenes_mode.recovery,
        "D3": scenes_mode.silent_hang,
        "D4": scenes_mode.eviction,
        "D5": scenes_mode.emergency_stop,
        "D6": scenes_orders.answer_lost,
        "D7": scenes_orders.request_lost,
        "D9": scenes_orders.partial_and_cancel,
    }
)
