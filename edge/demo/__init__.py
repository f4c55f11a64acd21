"""`windsock demo`: a shop, an edge, a door for every persona and simulated visitors, all on this machine.

`stage` starts and ends the processes, `crowd` sends visitors through them, `tally` counts what they saw, `belief` asks
the edge what it takes them for. At the `window` passers-by look and click by their `taste`, `snippet` says so in their
place, and `finding` asks the edge what it has learned. `screen` with `progress`, and `report`, show it; `door` lets a
person step into a persona, `shop/` is the site, and `weather.json` the sky above it all.
"""
