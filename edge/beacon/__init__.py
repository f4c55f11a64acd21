"""From a page to the event log: its token, the beacons of browsers, the rewards of servers."""
