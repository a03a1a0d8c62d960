"""What the simulated server asks for: themes that it has asked for in the past, and themes that it will ask for.

Written for Renga. None is in both lists, so that what was learnt of one theme says nothing of another.
"""

from __future__ import annotations

FORM = "free verse"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


PAST = _listed("""
    the first frost
    an old harbour
    my grandfather's watch
    a bus at midnight
    the neighbour's piano
    wet leaves
    learning to swim
    a letter that came late
    the market on Saturday
    a candle in a window
    the road home
    a broken umbrella
    fishing with my uncle
    the last day of school
    a fox in the garden
    thunder
    an empty chair
    the smell of bread
    a train through the fields
    what the moon saw
    my sister's laugh
    a garden in winter
    the lighthouse keeper
    rain on a tin roof
    a photograph of strangers
    the river in flood
    a key that fits nothing
    morning in the kitchen
    the old dog
    a street after snow
    saying goodbye at a station
    stars over a desert
    a boat with no name
    the taste of oranges
    insomnia
    a bridge at dusk
    the children next door
    an unmade bed
    the gull on the roof
    apples in autumn
    a walk with nobody
    the clock in the hall
    a song without words
    the tide coming in
    a scar
    the blue door
    spring in the city
    a cup of coffee
    the forest at night
    a promise
    the carpenter's hands
    fog
    a dream of falling
    the wedding
    an island in the distance
    dust
    a new pair of shoes
    the swing in the park
    time
    a fire on the beach
""")

COMING = _listed("""
    a harbour town in November
    the night shift
    my mother's garden
    a kite
    the silence after a quarrel
    a suitcase by the door
    the lake at dawn
    an attic
    the baker
    a crow on a wire
    sunday afternoon
    a storm at sea
    the taste of salt
    a first kiss
    the hospital corridor
    a bicycle in the rain
    an old map
    the sound of footsteps
    winter light
    a stone in my pocket
    the abandoned house
    a cat on the stairs
    being far from home
    the orchard
    a shell
    the mountain road
    a conversation overheard
    the empty classroom
    summer rain
    a mirror
""")
