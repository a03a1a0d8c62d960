"""A server's taste in words: what is stored, what stands where, how far a run is, how a trial goes. Pure.

The words are for moderators who have read no documentation: each message says what can be done next, and where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cards import MESSAGE_LIMIT, escape
from generation.starters import starters
from studio.adapters.records import CALLED
from studio.consent import ABOUT_OPTING_IN, DISCLOSURE
from studio.store.taste_records import FORGOTTEN, OURSELVES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from studio.adapters.records import Gate, LogLine, Overview, Standing, Version

BAR = 12
FAILED_ROOM = 200  # characters of why a run failed, beside all else
WHY_ROOM = 1000  # characters of what a process said as it gave up
TEXT_ROOM = 800  # characters, as shown, of one text of a pair

STORED = (
    f"{DISCLOSURE}\n\nIt serves two things: a *picker*, which keeps the best of a few drafts, and, with more votes, an *adapter*, a"
    " small addition to the model. An adapter has to pass checks before it can serve, and members can choose blindly between"
    " it and what serves. /adapters rollback goes back."
)
ASKING = f"**Shall I learn what this server likes?** It is off until you turn it on.\n\n{STORED}"
ALREADY_ON = f"**I learn what this server likes.**\n\n{STORED}"
IS_ON = (
    "Learning is on. Members have to say yes, each for themselves: I have posted a button for that in this channel. React to"
    " pieces with 👍 and 👎; **/adapters list** shows how much is known and what is missing, and **/adapters retrain** learns"
    " from it."
)
STAYS_OFF = "It stays off, and nothing is learnt."
IS_OFF = (
    "Learning is off; a training or a trial that was under way is called off. What serves goes on serving; **/adapters pause** and"
    " **/adapters rollback** change that, **/adapters enable** turns learning on again."
)
INVITATION = (
    "**This server can have a taste of its own.** A moderator has let me learn from how my pieces are liked. Your 👍 and 👎, and the"
    " drafts that you pick, count once you say so; /privacy takes it back at any time."
)
COUNTED = f"Thank you, your votes count from now on. {ABOUT_OPTING_IN}"

_ACTIONS = {
    "retrain": "asked for training:",
    "cancel": "called off",
    "promote": "let serve:",
    "rollback": "took back",
    "pause": "paused",
    "resume": "resumed",
    "waive": "waived",
    "revoke": "let serve no more, because somebody whose votes it learnt from asked for that:",
    "trial": "began a trial of",
    "decide": "counted the votes:",
    "enable": "",
    "disable": "",
    "upheld": "upheld",
    "dismissed": "dismissed",
}
STATES = {
    "candidate": "waits for a decision",
    "trial": "on trial",
    "serving": "serves",
    "retired": "served before",
    "refused": "did not pass",
    "revoked": "forgotten, because somebody whose votes it learnt from asked for that",
}
_PHASES = {
    "samples": "Writing fresh samples",
    "pairs": "Choosing pairs of them",
    "train": "Training",
    "gates": "Checking it against what serves",
}


def overview(found: Overview) -> str:
    """`/adapters list`."""
    lines = []
    if found.enabled_at is None:
        lines.append("Learning is off here. `/adapters enable` says what it would mean, and turns it on.")
    else:
        lines.append(f"Learning is on since {when(found.enabled_at, 'D')}.")
    lines += [line for standing in found.standings for line in _standing(standing)]
    log = ["**Last**", *(f"- {_logged(line)}" for line in found.log)] if found.log else []
    room = MESSAGE_LIMIT - len("\n".join([*lines, *log]))
    return cut("\n".join([*lines, *_versions(found.versions, room), *log]))


def _versions(every: Sequence[Version], room: int) -> list[str]:
    """The newest of a server's versions, as many as have room, and how many there are beside them."""
    if not every:
        return []
    lines = ["**Versions**"]
    for number, version in enumerate(every):
        line, more = f"- {_version(version)}", f"- and {len(every) - number} older; /adapters show finds them"
        if len("\n".join([*lines, line, more])) + 2 > room:
            return [*lines, more]
        lines.append(line)
    return lines


def _standing(found: Standing) -> list[str]:
    serving = [version.name for version in (found.head, found.adapter) if version is not None]
    told = f"{_and(serving)} {'serve' if len(serving) > 1 else 'serves'}" if serving else "as it came"
    if found.paused:
        told += ", **paused**: `/adapters pause on:False` goes on"
    lines = [f"**{found.kind}** · {told}"]
    if found.run is not None:
        lines.append("- A training is under way; `/adapters cancel` stops it.")
    elif found.failed is not None:
        why = escape(found.failed)
        lines.append(
            f"- The last training: {why if len(why) <= FAILED_ROOM else why[: FAILED_ROOM - 1] + '…'}"
        )
    if found.trial is not None:
        lines.append("- A trial is under way; `/adapters cancel` ends it.")
    if (short := found.missing["head"]) is not None:
        lines.append(f"- For a picker: {short}. Members: 👍 and 👎, and `/privacy opt-in`.")
    elif (short := found.missing["adapter"]) is not None:
        lines.append(
            f"- Enough for a picker: `/adapters retrain kind:{found.kind}`. For an adapter: {short}."
        )
    else:
        lines.append(f"- Enough for an adapter: `/adapters retrain kind:{found.kind} what:adapter`.")
    for clique in found.cliques:
        mentions = _and(f"<@{member}>" for member in sorted(clique))
        lines.append(
            f"- {mentions} vote on the same pieces in the same minutes, again and again: they count as one voter."
        )
    return lines


def choice(version: Version) -> str:
    """A version in a list to choose from."""
    return f"{version.name} · {STATES.get(version.state, version.state)}"


def _version(version: Version) -> str:
    state = STATES.get(version.state, version.state)
    if version.state == "retired" and not version.loadable:
        state += ", its files are gone"
    elif version.state == "candidate":
        state += ", **/adapters show** has what can be done"
    elif version.state == "serving":
        state = f"**{state}**"
    return f"{version.name}, {when(version.made_at, 'D')}: {state}"


def _logged(line: LogLine) -> str:
    who = "I" if line.member_id == OURSELVES else _who(line.member_id)
    return (
        f"{when(line.at, 'R')} {who} {_ACTIONS.get(line.action, line.action)} {escape(line.detail)}".rstrip()
    )


def _who(member_id: int) -> str:
    return "somebody" if member_id == FORGOTTEN else f"<@{member_id}>"


def shown(version: Version, gates: Sequence[Gate]) -> str:
    """`/adapters show`: what is known of one version."""
    lines = [f"**{version.name}** · {_version(version).partition(': ')[2]} · `{version.digest[:12]}`"]
    lines += _found(version)
    lines += [gate_line(gate) for gate in gates]
    return cut("\n".join(lines))


def compared(one: Version, other: Version, gates: Sequence[tuple[Gate | None, Gate | None]]) -> str:
    """`/adapters compare`: two versions side by side."""
    lines = [f"**{one.name}** and **{other.name}**"]
    for version in (one, other):
        lines += [f"*{version.name}*", *_found(version)]
    for left, right in gates:
        known = left or right
        assert known is not None
        marks = " / ".join("–" if gate is None else _mark(gate) for gate in (left, right))
        said = " / ".join("–" if gate is None else escape(gate.sentence) for gate in (left, right))
        lines.append(f"- {known.name} {marks}: {said}")
    return cut("\n".join(lines))


def gate_line(gate: Gate) -> str:
    """One gate, with its sentence and whoever let it pass."""
    waived = f" (waived by {_who(gate.waived_by)})" if gate.waived_by is not None else ""
    return f"- {_mark(gate)} {escape(gate.sentence)}{waived}"


def _mark(gate: Gate) -> str:
    return "✅" if gate.passed else "☑️" if gate.waived_by is not None else "⚠️" if gate.waivable else "❌"


def _found(version: Version) -> list[str]:
    """What its report says in numbers."""
    auc = version.report.get("auc")
    if version.what == "head" and isinstance(auc, int | float):
        return [
            f"Of a liked piece and a disliked one that it had not seen, it knew which was which {auc:.0%} of the time."
        ]
    return []


def asked(kind: str, what: str, *, before: int = 0) -> str:
    """A run that has not begun."""
    wait = f" {before} other {'training is' if before == 1 else 'trainings are'} before it." if before else ""
    return f"🌱 **{kind} {CALLED[what]}** · written down.{wait}"


def learning(kind: str, what: str, step: Mapping[str, Any] | None = None) -> str:
    """A run at work, as its process last said."""
    head = f"🌱 **{kind} {CALLED[what]}**"
    if step is None:
        return f"{head} · reading how pieces were liked…"
    told = [_PHASES.get(str(step.get("phase")), "At work")]
    at, of = _number(step.get("step")), _number(step.get("of"))
    if at is not None and of:
        told.append(f"{at:,.0f} of {of:,.0f}")
    if (loss := _number(step.get("loss"))) is not None:
        told.append(f"loss {loss:.3f}")
    if (left := _number(step.get("eta_s"))) is not None:
        told.append(f"about {span(left)} left")
    bar = f"\n{_bar(at / of)}" if at is not None and of else ""
    return f"{head} · {' · '.join(told)}{bar}"


def run_failed(kind: str, what: str, sentence: str, picker: Version | None = None) -> str:
    """A run that came to nothing: why, and what serves now; `picker` was learnt on the way to an adapter."""
    why = escape(sentence)
    if len(why) > WHY_ROOM:
        why = f"{why[: WHY_ROOM - 1]}…"
    return f"🌱 **{kind} {CALLED[what]}** · {why} {_serves_on(picker)}"


def run_cancelled(kind: str, what: str, sentence: str, picker: Version | None = None) -> str:
    """A run that was called off; the sentence says by whom or why, and mentions nobody but by id."""
    return f"🌱 **{kind} {CALLED[what]}** · {sentence or 'Called off.'} {_serves_on(picker)}"


def head_learnt(version: Version, missing: str | None) -> str:
    """A picker that serves now, and what would be next."""
    told = (
        f"🌱 **{version.name}** serves from now on: for each {version.kind} I write a few drafts, and it keeps the one that"
        " this server would like best."
    )
    lines = [told, *_found(version)]
    if missing is None:
        lines.append("There are enough votes for an adapter, a model of this server's own.")
    else:
        lines.append(f"-# For an adapter, a model of this server's own: {missing}.")
    return "\n".join(lines)


def adapter_made(version: Version, gates: Sequence[Gate], picker: Version | None = None) -> str:
    """An adapter with its report: what its gates said, and what can be done with it; `picker` was learnt on the way to it."""
    stopping = [gate for gate in gates if gate.stops]
    if not stopping:
        every = all(gate.passed for gate in gates)
        told = (
            f"{'passed every check' if every else 'may serve: what it did not pass was waived'}. It does not serve yet: let members"
            " choose blindly between it and what serves, or let it serve at once; either can be taken back."
        )
    elif all(gate.waivable for gate in stopping):
        told = (
            "failed checks that are a matter of taste. If that is what this server likes, a moderator can waive them, by"
            " name, in the log; else it does not serve."
        )
    else:
        told = f"does not serve, because it failed what cannot be waived. {_serves_on(picker)}"
    listed = [gate_line(gate) for gate in gates if not gate.passed]
    passed = sum(gate.passed for gate in gates)
    lines = [f"🌱 **{version.name}** {told}", *listed, f"-# {passed} of {len(gates)} checks passed."]
    if _lacked_starter(version):
        lines.append(
            "-# It began with the model as it is: the starter adapter that I come with is for another model."
        )
    if picker is not None and picker.name not in told:
        lines.append(f"-# {_picks(picker)}.")
    return cut("\n".join(lines))


def _lacked_starter(version: Version) -> bool:
    """Whether what it began from would have been a starter, had the model not changed since that was made."""
    if version.report.get("parent") is not None:
        return False
    fit = [each for each in starters() if set(each.serves) & set(version.report.get("serves") or ())]
    return bool(fit) and all(each.base != version.base for each in fit)


def served(version: Version, by: int, before: Version | None) -> str:
    """A version was let serve."""
    was = before.name if before is not None else "what I came with"
    who = "The votes" if by == OURSELVES else f"<@{by}>"
    return f"🌿 {who} let **{version.name}** serve, instead of {was}."


def taken_back(version: Version, now: Version | None, by: int, why: str = "") -> str:
    """A version was taken back."""
    to = f"**{now.name}**" if now is not None else "what I came with"
    if by == OURSELVES:
        return (
            f"🍂 I took **{version.name}** back, because {escape(why)}. {to[0].upper()}{to[1:]} serves again."
        )
    return f"🍂 <@{by}> took **{version.name}** back. {to[0].upper()}{to[1:]} serves again."


def paused(kind: str, by: int, *, on: bool) -> str:
    """A taste was left aside, or taken up again."""
    if on:
        return f"⏸️ <@{by}> paused this server's taste: {kind} is written as I came. **/adapters pause on:False** goes on."
    return f"▶️ <@{by}> let this server's taste go on: it makes {kind} again."


def cancelling(kind: str) -> str:
    """A run is called off, which its own message tells."""
    return f"The training of {kind} is called off; what served before serves on."


def when(at: float, style: str) -> str:
    """A time as each reader's own clock tells it."""
    return f"<t:{int(at)}:{style}>"


def span(seconds: float) -> str:
    """How long that is, as people say it."""
    if seconds < 90:
        return "a minute"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"


def cut(text: str) -> str:
    """`text` within Discord's limit, cut at the end of a line."""
    if len(text) <= MESSAGE_LIMIT:
        return text
    return text[: MESSAGE_LIMIT - 2].rpartition("\n")[0] + "\n…"


def room(text: str) -> str:
    """`text` escaped, cut where it is longer than a pair has room for."""
    told = escape(text.strip())
    if len(told) <= TEXT_ROOM:
        return told
    return told[:TEXT_ROOM].rpartition("\n")[0].rstrip("\\ ") + "\n…"


def _serves_on(picker: Version | None) -> str:
    if picker is None:
        return "What served before serves on."
    return f"What wrote before writes on; {_picks(picker)}."


def _picks(picker: Version) -> str:
    return f"**{picker.name}**, learnt on the way, picks among its drafts"


def _bar(share: float) -> str:
    full = round(BAR * min(1.0, max(0.0, share)))
    return "▰" * full + "▱" * (BAR - full)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)
