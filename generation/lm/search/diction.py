"""Which English words do what in a line: those that carry no matter, make weak ends, are worn out, or are not written at all.

Lists by hand, read off what small models write; the rest of a line's taste is in `scoring.py`.
"""

from __future__ import annotations


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


FUNCTION = _listed(
    """a an the of and or but to in on at by for with from as is are was were be been am has have had do does did not no nor
    so if then than that this these those it its he she they we you i me him her them us my your his our their who whom
    which what when where while will would shall should can could may might must into upon unto out up down over there here
    how why all any some very just too also such each both more most only own same oh o"""
)
CONTRACTED = _listed(
    """i'm you're it's he's she's i'd i'll i've they're we're we'll you'll he'd she'd don't can't won't isn't that's there's
    what's who's let's"""
)
# after which "it's" can only be a wrong "its"; "for it's late" is well
PREPOSITIONS = _listed(
    "of in on at by with from off into onto upon to over under through behind beside above below near around"
)
# ends of lines that leave the reader hanging
_MAY_END = frozenset(["me", "you", "him", "them", "all", "there", "here", "now"])
NO_END = (
    (FUNCTION - _MAY_END)
    | CONTRACTED
    | _listed(
        "aye make take came let get got put though thus yet else ever even quite per been said one upon"
    )
)
# what every small model writes when it is asked for a poem
WORN = _listed(
    """whisper whispers whispering whispered tapestry dance dances dancing gentle gently serene serenity embrace beauty
    journey soul hearts symphony nestled canvas testament"""
)
# what the texts that starters learnt from have, and nobody says now; most of it comes up because it rhymes
ARCHAIC = _listed(
    """thee thou thy thine ye hath doth dost shalt wilt wert ere oft yore hark dell glee lea nigh mead bower hither thither
    whence whilst bade quoth fain morn eve gay lo alas yon yonder unto betwixt amid amidst forsooth perchance maiden maid
    mirth o'er e'en ne'er 'tis 'twas wherefore naught aught lest spake slay slain behold brine fount hoary welkin ode
    swain steed bosom weep weeps woe woes sigh sighs bough boughs dun mare stile woo lair hound sob knell bier gaze"""
)
# of pieces, not in them
ABOUT_PIECES = _listed(
    """haiku haikus poem poems poetry limerick limericks verse verses rhyme rhymes couplet quatrain sonnet acrostic stanza
    syllable syllables write writes written title story writer poet example"""
)
SHORT = _listed("""a i o am an as at be by do go he if in is it me my no of oh on or so to up us we ah""")
# fragments that CMUdict lists, abbreviations, slurs and what no poem here needs
NEVER = _listed(
    """th ing ll co de la le en el un est di da du van von san st mr mrs ms dr vs et al ex inc ltd corp eds ed lo re etc
    coll vide lass nigger niggers nigga fuck fucking fucked shit shitty cunt whore whores slut sluts bitch bitches rape
    raped rapes nazi nazis faggot fag fags dyke retard retarded tits porn dick pussy jap japs kike kikes spic coon coons
    negro negroes squaw gypsies savages cock cocks ass"""
)
