"""Remember why legs that wait may be tried again, beyond what their lines say."""

from holdfast.desk.waiting import Key


class Chances:
    """What has changed for legs in line since they were last asked."""

    __slots__ = ("funds_grew", "readvised", "untried")

    def __init__(self) -> None:
        self.funds_grew = True
        self.untried: dict[Key, None] = {}  # legs not asked since funds grew
        self.readvised = True  # advice may have changed, and not every leg it frees has entered
