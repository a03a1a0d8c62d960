"""A local stand-in for Discord: its REST API and gateway for a bot, a chat page and a command line for people.

It runs in its own process on 127.0.0.1 and imports nothing else of this project. There is one truth (`world.py`)
and three faces: `rest/` and `gateway/` speak Discord's protocol, `control/` is the people's side. It proves
nothing about discord.com.
"""
