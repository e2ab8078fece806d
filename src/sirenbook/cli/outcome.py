"""Says what became of an incident after something was done to it."""

from sirenbook.cli import times
from sirenbook.cli.client import Json
from sirenbook.cli.screen import put_json, say, screen
from sirenbook.engine.clock import wall_clock


def tell(detail: Json, *, as_json: bool) -> None:
    """The incident's new state on stdout; what happens next, and where to look, on stderr."""
    if as_json:
        put_json(detail)
        return
    out = screen()
    owner = detail.get("acknowledged_by") if detail.get("phase") in ("acknowledged", "snoozed") else None
    by = f" by {owner}" if owner else ""
    rest = f"{detail['severity']}  {detail['phase']}{by}  {detail['title']}"
    out.line(f"{out.paint(str(detail['id']), 'bold')}  {out.paint(rest)}")
    out.show()
    following = next(iter(detail.get("next") or ()), None)
    if following is not None:
        at = times.instant(following["at"])
        when = times.clock(at, wall_clock(), times.local) if at else ""
        say(f"Next, {when}: {following['text']}")
    if detail.get("url"):
        say(str(detail["url"]))
