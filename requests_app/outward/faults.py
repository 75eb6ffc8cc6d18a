"""Why a question to another machine failed. No text holds an address that was asked, what was asked with, or what was answered."""


class Outward(Exception):
    """A question over HTTP that was not answered whole."""


class Blocked(Outward):
    """The address may not be asked: it is not one we were allowed, or it leads into a network that is none of its business."""


class NotResolved(Outward):
    """The name has no address."""


class NotReached(Outward):
    """Nobody answers at the address, or not us."""


class NotTrusted(Outward):
    """The other side cannot prove that it is who it says (TLS)."""


class TimedOut(Outward):
    """Silence, or a whole that takes longer than it was given."""


class BrokenOff(Outward):
    """The answer ended before its end, or is no HTTP."""


class TooLarge(Outward):
    """The answer, its headers or what it unpacks to is larger than allowed."""


class LedAway(Outward):
    """A redirect to where we do not go: another host, an unsafe scheme, or round and round."""
