"""Lists of words that tastes are made of. By hand; written for Renga."""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


FIRST_PERSON = listed("i i'm i've i'd i'll me my mine myself we us our ours we're we've we'd we'll ourselves")
SEA = listed("""
    sea seas ocean oceans wave waves tide tides tidal shore shores beach beaches harbour harbor harbours harbors boat boats
    ship ships sail sails sailor sailors sailing anchor anchors mast masts gull gulls seagull seagulls salt salty saltwater
    foam spray surf coast coastline coastal island islands lighthouse pier dock docks reef coral shell shells seashell
    seashells fish fishes fisherman fishermen whale whales dolphin dolphins crab crabs kelp seaweed sand sands sandy brine
    lagoon bay cove current currents horizon depths deep nautical seafarer seaside driftwood keel oar oars rudder
""")
CONCRETE = listed("""
    apple apples arm arms ash ashes axe bag ball bark barn basket bed beds bee bees bell bells bench bicycle bird birds blanket
    blood boat boats bone bones book books boot boots bottle bowl box branch branches bread brick bricks bridge bucket bus
    butter button cake candle candles car cards carpet cat cats chair chairs cheek cheeks chimney church clay clock clothes
    cloud clouds coat coffee coin coins corn cow cows crow crows cup cups curtain curtains desk dirt dish dishes dog dogs door
    doors dress drum dust ear ears egg eggs eye eyes face faces feather feathers feet fence field fields finger fingers fire
    fish flame flames floor flour flower flowers fog foot fork forest fox frog frost fruit garden gate glass gloves grain grass
    gravel guitar gull gulls hair hall hammer hand hands hat hay head hill hills hook horse horses house houses ice ink iron
    island jacket jar kettle key keys kitchen kite knee knees knife ladder lake lamp lamps lantern leaf leaves leg legs letter
    lid lips lock map milk mirror moon moss mouth mud nail nails neck needle nest net nose oak ocean oil onion orange oranges
    oven owl page pages paper path paw pear pen pencil petal petals piano picture pillow pine pipe plate plates pocket porch
    pot rail rails rain river road rock rocks roof root roots rope rose roses sail salt sand sea seed seeds shelf shell shells
    ship shirt shoe shoes shore shoulder shovel sink skin sky smoke snow soap sock soil song soup spoon stair stairs star stars
    station steam step steps stick stone stones stove straw street streets string sugar suitcase sun swing table tea tears teeth
    thread throat thumb ticket tie tin toast toe tongue tooth towel tower train trains tree trees trunk tyre umbrella vase
    violin wagon wall walls watch water wave waves web wheel wheels window windows wine wing wings wire wood wool
""")
