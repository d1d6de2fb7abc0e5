"""Name everything that can go wrong, once.

HoldfastError
├── ConfigError            a profile, track or setting says something we cannot honour (holdfast.config)
├── DataError              a market file cannot be trusted as it is
├── InvariantBroken        the engine reached a state that must not exist
├── UnknownOrder           an execution or an end names an order nobody placed
├── LedgerError            the ledger refuses, or cannot be opened
│   ├── LedgerLocked       another process holds the ledger
│   ├── LedgerConflict     an append raced, or repeats an event
│   └── LedgerCorrupt      a chain, a fold or a snapshot disagrees with the events
├── FileUnwritable         a disk is full, or refuses: a person is needed
├── CommandRefused         an operator's command cannot be done, and nothing was changed
└── VenueError             the venue, or the road to it, said no
    ├── VenueUnavailable   a read failed; worth another try
    ├── VenueRefused       it will be refused again
    └── OutcomeUnknown     the order may be live: prove it before anything else
"""


class HoldfastError(Exception):
    """Root of every error we raise on purpose."""


class DataError(HoldfastError):
    """A market file cannot be trusted as it is."""


class InvariantBroken(HoldfastError):
    """The engine reached a state that must not exist."""


class UnknownOrder(HoldfastError):
    """An execution or an end names an order nobody placed."""


class LedgerError(HoldfastError):
    """The ledger refuses, or cannot be opened."""


class LedgerLocked(LedgerError):
    """Another process holds the ledger."""


class LedgerConflict(LedgerError):
    """An append raced, or repeats an event."""


class LedgerCorrupt(LedgerError):
    """A chain, a fold or a snapshot disagrees with the events."""


class FileUnwritable(HoldfastError):
    """A disk is full, or refuses: a person is needed."""


class CommandRefused(HoldfastError):
    """An operator's command cannot be done, and nothing was changed."""


class VenueError(HoldfastError):
    """The venue, or the road to it, said no."""


class VenueUnavailable(VenueError):
    """A read failed; worth another try."""


class VenueRefused(VenueError):
    """It will be refused again."""


class OutcomeUnknown(VenueError):
    """The order may be live: prove it before anything else."""
