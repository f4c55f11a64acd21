"""Leeside, a small shop for outdoor gear that does not exist: the site that the demo personalises.

`catalogue` is what it sells, `render` how that looks in HTML, `pages` every address that it answers, `app` the
server's side.
"""
