"""Heads and adapters of a guild's own: learnt, tried, let serve, taken back. What is learnt from is `studio.taste`'s.

`serving` moves the pointer and says what a job gets; `versions` reads; `runs` takes one attempt to learn from asked to ended;
`trials` and `pairs` let members decide; `alarms` takes back by itself.
"""
