"""What texts are compared by: meanings, what no list knows, the sounds and the characters, each by a name of its own.

A name says how much it counts: a word that only asks (几天, 怎么) counts less than one that names something, and a
character alone least, for no list knows all words and characters still tell.
"""

from sys import intern

from ccs.assistant.knowledge.terms import Terms

CHARACTER = "'"             # any that says something, also within a known word
ALONE = "-"                 # a character of no known word
SOUND = "~"                 # and how it sounds
ASKS = "?"
OF_A_KIND = {CHARACTER: 0.1, ALONE: 0.25, SOUND: 0.1, ASKS: 0.5}
SLIGHT = {"#": 0.15, "地方": 0.2, "衣服": 0.3}     # a number, and where somebody lives
A_WORD = 1.0

Features = dict[str, float]


def features(terms: Terms) -> Features:
    """Each with what it counts: less where she may have meant another word."""
    found: Features = {}
    for term in terms.all:
        if term.length > 1 or term.text in SLIGHT:
            found[intern(term.text)] = counts(term.text) * term.sureness
            continue
        found[intern(ALONE + term.text)] = OF_A_KIND[ALONE]
        if term.sound:
            found[intern(SOUND + term.sound)] = OF_A_KIND[SOUND]
    for each in terms.characters:
        found[intern(CHARACTER + each)] = OF_A_KIND[CHARACTER]
    return found


def counts(feature: str) -> float:
    """What it counts beside others, before it is known how well it tells entries apart."""
    return SLIGHT.get(feature) or OF_A_KIND.get(feature[0], A_WORD)
