"""Worlds in which the truth is known: who comes, what they would click, and what the best choice would have been.

`kind` what sort of world · `crowd` who comes, and when · `taste` what they like · `world` all of it, from one seed
"""
