"""Words for how a piece should feel, and for how long it should be, as people say them."""

from __future__ import annotations

_PLAIN = (
    "angry", "anxious", "awkward", "bitter", "bittersweet", "bleak", "bold", "breezy", "bright", "calm",
    "carefree", "cheeky", "cheerful", "chilling", "clever", "comforting", "comic", "cosy", "cozy", "creepy",
    "cute", "dark", "deadpan", "defiant", "desperate", "dramatic", "dreamy", "dry", "eerie", "elegiac", "epic",
    "ethereal", "fierce", "fond", "formal", "friendly", "funny", "gentle", "gloomy", "goofy", "gothic",
    "grateful", "grim", "haunting", "heartfelt", "heroic", "hopeful", "humorous", "intimate", "ironic", "joyful",
    "kind", "lazy", "light", "lighthearted", "light-hearted", "lonely", "longing", "loving", "lyrical", "magical",
    "melancholic", "melancholy", "mellow", "mournful", "moving", "mysterious", "mystical", "nostalgic", "ominous",
    "optimistic", "passionate", "peaceful", "pensive", "playful", "poignant", "proud", "quiet", "raw",
    "reflective", "restless", "reverent", "romantic", "sad", "sarcastic", "sardonic", "scary", "sensual",
    "serene", "serious", "sexy", "silly", "sincere", "slow", "smug", "soft", "solemn", "sombre", "somber",
    "soothing", "spooky", "stoic", "strange", "sweet", "tender", "tense", "thoughtful", "tired", "tragic",
    "triumphant", "uncanny", "uplifting", "warm", "weird", "whimsical", "wild", "wistful", "witty", "wry",
    "absurd", "surreal", "satirical", "simple", "happy", "hilarious", "dreamlike", "sorrowful", "nerdy",
    "inspiring", "motivational", "dignified", "earthy",
)  # fmt: skip

_MORE = {
    "funnier": "funny", "sadder": "sad", "darker": "dark", "lighter": "light", "brighter": "bright", "happier": "happy",
    "calmer": "calm", "softer": "soft", "gentler": "gentle", "warmer": "warm", "sweeter": "sweet", "scarier": "scary",
    "spookier": "spooky", "sillier": "silly", "angrier": "angry", "quieter": "quiet", "wilder": "wild", "kinder": "kind",
    "lonelier": "lonely", "wittier": "witty", "weirder": "weird", "stranger": "strange", "creepier": "creepy",
    "simpler": "simple",
}  # fmt: skip

MOODS = {word: word for word in _PLAIN} | _MORE
LENGTHS = {
    "short": "short", "tiny": "short", "brief": "short", "little": "short", "mini": "short", "quick": "short",
    "long": "long", "longer": "long", "epic-length": "long", "shorter": "short",
}  # fmt: skip
