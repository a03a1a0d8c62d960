"""What a snapshot is made from, read from the store in one go: pieces, opinions on them, and who allowed what.

Members who did not opt in have no opinion here. Of a piece whose asker did not, or that goes back to a piece whose asker did
not, the theme is unknown here; and where such a piece says their words again, it is not here at all.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.forms import FORMS
from studio.store import consents, drafts, flags, trials, votes
from studio.store.jobs import parents
from studio.store.taste_records import OURSELVES, TOLD_OF_PICKS
from studio.taste.votes import Vote, said

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from generation.wire.jobs import Brief
    from studio.store.drafts import Choice
    from studio.store.taste_records import MemberChoice, TrialPair, TrialVote
    from studio.store.votes import Piece, Reacted

LONG_WORDS, LONG_CHARACTERS = (
    5,
    12,
)  # typed words that many in a row are recognised as somebody's, fewer are everybody's
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Gathered:
    """`pieces` by creation; `themed` are those whose theme may be learnt from, with the members whose words it may be, all of
    whom opted in. `moderated`: a moderator said no to them.

    `pairs` come with the votes of members who opted in. `choices` among drafts are such members', each with the members whose words
    its theme may be, all of whom opted in; nobody's, where it may not be learnt from. `opted_in` are all who did in this guild.
    """

    pieces: Mapping[str, Piece]
    themed: Mapping[str, frozenset[int]]
    votes: tuple[Vote, ...]
    moderated: frozenset[str]
    pairs: tuple[tuple[TrialPair, tuple[TrialVote, ...]], ...]
    opted_in: frozenset[int]
    choices: tuple[tuple[Choice, frozenset[int]], ...] = ()


def gather(db: Connection, guild_id: int, kind: str) -> Gathered:
    """All there is of a guild's texts of a kind."""
    choices = consents.opted_in(db, guild_id)
    asked, lineage = votes.pieces(db, guild_id, kind), parents(db, guild_id, kind)
    lines = {piece.creation_id: _line(piece.creation_id, lineage) for piece in asked}
    themed = {creation: line for creation, line in lines.items() if line <= choices.keys()}
    pieces = {
        piece.creation_id: piece
        for piece in asked
        if _is_of(piece.form, kind)
        and piece.text.strip()
        and (piece.creation_id in themed or not repeats(piece.brief, piece.text))
    }
    cast: dict[str, list[TrialVote]] = defaultdict(list)
    for vote in trials.votes_of_guild(db, guild_id, kind):
        if vote.member_id in choices:
            cast[vote.pair_id].append(vote)
    return Gathered(
        pieces=pieces,
        themed={creation: line for creation, line in themed.items() if creation in pieces},
        votes=tuple(
            _votes(votes.reacted(db, guild_id, kind), pieces, choices, votes.first_seen(db, guild_id))
        ),
        moderated=frozenset(flags.in_force(db, guild_id) & pieces.keys()),
        pairs=tuple((pair, tuple(cast[pair.id])) for pair in trials.pairs_of_guild(db, guild_id, kind)),
        opted_in=frozenset(choices),
        choices=tuple(_choices(db, guild_id, kind, choices, lineage)),
    )


def _choices(
    db: Connection, guild_id: int, kind: str, opted_in: Mapping[int, MemberChoice], lineage: Mapping[str, tuple[int, str | None]]
) -> list[tuple[Choice, frozenset[int]]]:  # fmt: skip
    """What members who opted in, and were told of it, picked from drafts, and whose words the theme may be: nobody's, where it may not be learnt from."""
    found = []
    flagged = flags.in_force(db, guild_id)
    for choice in drafts.choices_of_guild(db, guild_id, kind):
        picker = opted_in.get(choice.member_id)
        if picker is None or picker.terms < TOLD_OF_PICKS:
            continue
        if choice.creation_id in flagged or not _is_of(choice.form, kind):
            continue
        line = _line(choice.creation_id, lineage)
        if line <= opted_in.keys():
            found.append((choice, line))
        elif not any(repeats(choice.brief, text) for text in choice.texts):
            found.append((choice, frozenset()))
    return found


def _is_of(form: str, kind: str) -> bool:
    return form in FORMS and FORMS[form].kind == kind


def may_theme(pair: TrialPair, opted_in: Collection[int]) -> bool:
    """Whether a trial pair's theme may be learnt from."""
    return pair.asked_by == OURSELVES or pair.asked_by in opted_in


def repeats(brief: Brief, text: str) -> bool:
    """Whether a text says again, word for word, what a member typed for it: a line to build on, or anything long."""
    typed = (brief.theme, brief.tone, brief.wish, brief.given, *brief.must)
    plain = _plain(text)
    return bool(brief.given) or any(_is_long(words) and _plain(words) in plain for words in typed)


def _votes(
    reacted: Sequence[Reacted],
    pieces: Mapping[str, Piece],
    choices: Mapping[int, MemberChoice],
    seen: Mapping[int, float],
) -> list[Vote]:
    """One of each member who opted in on each piece.

    Reactions that were noticed at one instant were found together, after an absence: when they came is not known.
    """
    instants = Counter(each.at for each in reacted)
    given: dict[tuple[str, int], list[Reacted]] = defaultdict(list)
    for each in reacted:
        if each.member_id in choices and each.creation_id in pieces:
            given[each.creation_id, each.member_id].append(each)
    found = []
    for (creation, member), theirs in given.items():
        opinion = said((each.emoji, each.at) for each in theirs)
        if opinion is not None:
            up, at = opinion
            choice, piece = choices[member], pieces[creation]
            since = choice.member_since
            vote = Vote(
                creation, member, up, at, piece.made_at,
                member_since=min(choice.at, seen.get(member, choice.at)) if since is None else since,
                timed=instants[at] == 1, is_requester=member == piece.member_id,
            )  # fmt: skip
            found.append(vote)
    return found


def _line(creation_id: str, lineage: Mapping[str, tuple[int, str | None]]) -> frozenset[int]:
    """Everybody who asked for the piece, or for one that it goes back to. One that is gone was asked for by nobody known: 0."""
    askers: set[int] = set()
    seen: set[str] = set()
    at: str | None = creation_id
    while at is not None and at not in seen:
        seen.add(at)
        member, at = lineage.get(at, (0, None))
        askers.add(member)
    return frozenset(askers)


def _is_long(words: str) -> bool:
    return len(words.split()) >= LONG_WORDS or (
        len(words) >= LONG_CHARACTERS and _CHINESE.search(words) is not None
    )


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
