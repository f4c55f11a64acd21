"""What a request costs: windsock serve beside nginx, a bare ASGI app and stock httpx, measured in one run.

Wall-clock figures of a shared machine say more about its other users than about the server, so the figure here is CPU
time: what the kernel has charged to the server's process and all its children, divided by the requests they answered.
CPU time is noisy too, because neighbours empty the caches. Therefore all targets take turns, round after round, and
what is kept is the median of the ratios within a round: both sides of a ratio had the same neighbours.

The load generator and the origin share one core, the server under test has another to itself. The load is a closed
loop of keep-alive connections that fills that core.
"""
