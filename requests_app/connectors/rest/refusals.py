"""What a description of a REST system may not say: what nobody gives a value for, what nothing of the person leads to."""

from requests_app.connectors.rest.endpoints import Api
from requests_app.connectors.rest.templates import gaps
from requests_app.connectors.sql.places import Place


def refuse_unknown_values(place: Place, api: Api) -> None:
    for name, told in (("address", api.address), ("hosts", api.hosts), ("headers", api.headers), ("auth", api.auth.parts)):
        for gap in gaps(told):
            if gap not in api.values:
                place.get(name).wrong(f"`{{{gap}}}` is not one of `values`")


def refuse_unreachable(place: Place, api: Api) -> None:
    """Refuse what no person leads to, and what goes round."""
    persons = {collection.name for collection in api.data.collections if collection.identities}
    reached: set[str] = set()
    while True:
        new = {one.collection for one in api.endpoints if reached.issuperset(one.parents)} - reached
        if not new:
            break
        reached |= new
    for endpoint in api.endpoints:
        at = place.get(endpoint.collection)
        if endpoint.collection not in reached:
            at.wrong("hangs on itself: `with` and `within` go round")
        elif not (endpoint.parents or endpoint.led or endpoint.claims):
            at.wrong("asks for everybody's records: nothing of the person stands in its gaps")
        elif endpoint.collection in persons and (endpoint.parents or endpoint.led):
            at.wrong("holds persons (it has an identity field): nothing may lead to it")
        elif endpoint.collection in persons and not endpoint.claims:
            at.wrong("holds persons (it has an identity field) and must be asked with a claim, such as `{email}`")
        elif endpoint.collection in persons and not api.data.collection(endpoint.collection).key:
            at.wrong("holds persons and needs a primary key")


def refuse_wrong_groups(place: Place, api: Api) -> None:
    """Refuse shelves that are not described, and batches of values that belong together."""
    for shelf in api.shelves.values():
        for gap in shelf.call.gaps - set(api.values):
            place.wrong(f"`{shelf.collection}`: `{{{gap}}}` is not one of `values`")
    for endpoint in api.endpoints:
        at = place.get(endpoint.collection).get("with")
        for group in endpoint.together:
            if group[0].shelf and group[0].collection not in api.shelves:
                at.wrong(f"`{group[0].collection}` is none of `shelves`")
            if any(not feed.path for feed in group):
                at.wrong("must be `shelf.field`")
            if len(group) > 1 and any(feed.batch > 1 for feed in group):
                at.wrong("values of one record go together, one record at a time: no `batch`")
