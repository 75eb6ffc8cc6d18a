from collections.abc import Collection

from requests_app.ledger import chains, services
from requests_app.ledger.claims import claim


def carry(step_id: int, queues: Collection[str]) -> int:
    """Take step `step_id` if it is due and do it, then what follows from it in `queues`; return how many steps that were."""
    taken, count = claim(step_id), 0
    with chains.carried(queues) as chain:
        while taken:
            services.run(taken)
            count += 1
            taken = chain.next()
    return count
