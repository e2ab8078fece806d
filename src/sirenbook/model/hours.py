"""Business hours: when the clocks count that count only those."""

from datetime import date

from msgspec import Struct


class BusinessHours(Struct, frozen=True, omit_defaults=True):
    """When business hours are: minutes of the day in one zone, on weekdays (0 = Monday), but for holidays."""

    zone: str = "UTC"
    start: int = 9 * 60
    end: int = 17 * 60
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: tuple[date, ...] = ()

    def on(self, day: date) -> bool:
        """Whether there are business hours on a day."""
        return day.weekday() in self.days and day not in self.holidays
