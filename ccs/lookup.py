"""What a platform knows of an order or an article that a customer names. Texts only, money in 元; empty is unknown."""

from typing import Protocol

from attrs import frozen


@frozen
class Item:
    number: str
    title: str
    price: str
    count: str


@frozen
class Order:
    number: str
    state: str
    created: str            # as the platform writes it
    total: str
    paid: str
    remark: str             # the customer's own words with the order
    parcels: tuple[str, ...]
    items: tuple[Item, ...]


@frozen
class Product:
    number: str
    title: str
    price: str
    image: str              # an address
    url: str


class Lookup(Protocol):
    """Asks a platform. Both raise NotFound, DeliveryDelayed or DeliveryRefused, with words for the agent."""

    async def order(self, number: str) -> Order: ...

    async def product(self, number: str) -> Product: ...
