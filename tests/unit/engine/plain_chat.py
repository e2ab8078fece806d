"""A chat of plain words in memory, as any other chat would be written: one class with what a chat promises."""

from collections.abc import Sequence

from sirenbook.channels.chat import Card, ChatFault, Found, Hear, NameTaken, Room
from sirenbook.model.intent import Notification, Receipt


class PlainChat:
    """People by e-mail address, rooms by name, messages by key. `broken` refuses what is asked for next."""

    name = "plain"
    title = "Plain"

    def __init__(self) -> None:
        self.emails: dict[str, str] = {}
        self.rooms: dict[str, bool] = {}
        self.others: set[str] = set()
        self.members: list[str] = []
        self.topics: list[str] = []
        self.posts: dict[str, Card] = {}
        self.broken: list[ChatFault] = []

    def _asked(self) -> None:
        if self.broken:
            raise self.broken.pop()

    async def send(self, notification: Notification) -> Receipt:
        return Receipt("accepted")

    async def listen(self, hear: Hear) -> None:
        raise NotImplementedError("the tests tell what was done themselves")

    def room_name(self, wanted: str) -> str:
        return wanted.lstrip("#").lower()

    async def open_room(self, name: str, *, private: bool) -> Room:
        if name in self.others or name in self.rooms:
            raise NameTaken(name)
        self.rooms[name] = private
        self._asked()  # as if the answer were lost
        return Room(f"C-{name}", f"#{name}")

    async def own_room(self, name: str) -> Room | None:
        return Room(f"C-{name}", f"#{name}") if name in self.rooms else None

    async def invite(self, room: str, users: Sequence[str]) -> None:
        self.members += users

    async def set_topic(self, room: str, topic: str) -> None:
        self.topics.append(topic)

    async def post(self, room: str, card: Card, key: str) -> str:
        self.posts.setdefault(key, card)
        self._asked()
        return key

    async def change(self, room: str, message: str, card: Card) -> None:
        self.posts[message] = card

    async def user_of(self, address: str) -> str:
        return next((u for u, email in self.emails.items() if email.casefold() == address.casefold()), "")

    async def email_of(self, user: str) -> str:
        self._asked()
        return self.emails.get(user, "")

    async def check(self) -> list[Found]:
        return []

    def bridge(self, incident: str) -> str:
        return ""

    async def close(self) -> None: ...
