"""Processes that come from one parent share no connection: each would read the other's replies."""

import os

from idp.store import redis


def test_a_forked_process_speaks_to_redis_over_a_connection_of_its_own(stores: None) -> None:
    parents = redis.call("CLIENT", "ID")
    child = os.fork()
    if child == 0:
        os._exit(0 if redis.call("CLIENT", "ID") != parents else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert redis.call("CLIENT", "ID") == parents
