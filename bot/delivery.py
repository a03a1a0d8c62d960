"""A finished piece reaches its channel exactly once, whatever was cut off half-way.

The first message is an edit, which may be done twice. Every further one is a post with a nonce of its own, which
Discord takes once within a few minutes; after a longer outage the channel's history is read first, for the mark
that each of our pages carries. A card or a screenplay is put beside the text by an edit after all of that, so that the
text waits for it in no case and stays where it fails. It leaves waiting and progress to `bot.live`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
import structlog

from bot import cards, views
from bot.history import carries, find_ours
from bot.pages import attachments
from bot.pictures.cards import finished as finished_pictures
from bot.shown import NO_PINGS, TRANSIENT, ShownMessage, TooLarge, Undeliverable, Withdrawn, answer
from bot.votes import offer_votes
from studio import deliver
from studio.pictures import drawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.pages import Attachment
    from studio.pages import Press
    from studio.store import Store
    from studio.store.records import Creation, JobRecord

log = structlog.get_logger(__name__)

LONG_WAIT_S = 60.0
PAGE_WITHIN_S = 30.0  # what a page is worth waiting for, once the text is there
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 60.0
FILE_LIMIT = 10 * 1024 * 1024  # Discord's least; where it says that it takes less, less is tried


async def until_done(act: Callable[[], Awaitable[None]], job_id: str) -> None:
    """Do `act` until Discord takes it. What cannot ever succeed leaves as Withdrawn or Undeliverable."""
    delay = FIRST_DELAY_S
    while True:
        try:
            return await act()
        except TRANSIENT as error:
            if isinstance(error, discord.HTTPException) and 400 <= error.status < 500 and error.status != 429:
                raise
            if isinstance(error, discord.RateLimited):
                delay = max(delay, error.retry_after)
            log.warning("delivery_retried", job=job_id, error=type(error).__name__, in_s=delay)
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_DELAY_S)


class Delivery:
    """One piece on its way into one channel."""

    def __init__(
        self, store: Store, shown: ShownMessage, record: JobRecord, creation: Creation,
        clock: Callable[[], float], *, press: Press | None, resumed: bool,
    ) -> None:  # fmt: skip
        """`press` sets the pages, where there are any. `resumed`: another life of this process may have posted already."""
        self._store = store
        self._shown = shown
        self._record = record
        self._creation = creation
        self._clock = clock
        self._press = press
        self._unsure = resumed

    async def run(self) -> None:
        """Show the piece; every step may have been done before.

        Raises:
            Withdrawn: its message was deleted, so it is never shown.
            Undeliverable: its channel can no longer be reached.
            Refusal: it cannot be shown; the sentence says why.
        """
        card = None
        if self._creation.pictures:
            last = await self._pictures()
        else:
            card, last = await self._text()
        if self._waited_long():
            await self._announce()
        channel = self._shown.channel
        if not self._creation.is_open:  # of drafts nobody could say which one a vote is for
            await offer_votes(channel.get_partial_message(last), self._record.id)
        if card is not None and self._press is not None and not self._creation.is_open:
            await self._pages(card, self._press)
        await deliver.settled(self._store, self._record.id, self._clock())

    async def _pictures(self) -> int:
        """Show the pictures in the one message, as large as Discord takes them here. The message's id."""
        limit = FILE_LIMIT
        while True:
            file = await drawn.attachment(self._store.pictures, self._creation, limit)
            try:
                await self._first(finished_pictures(self._creation, file, spoiler=self._record.spoiler))
            except TooLarge:
                limit = len(file) // 2
            else:
                return self._shown.message_id

    async def _text(self) -> tuple[cards.Card, int]:
        """Show the text, in as many messages as it needs. What is shown, and the id of the last message."""
        posted = await deliver.posted_parts(self._store, self._record.id)
        card = cards.finished(self._creation)
        as_file = cards.finished(self._creation, as_file=True)
        if len(card.pages) > 1 and not await self._may_post(posted):
            card = as_file
        await self._first(card)
        last = self._shown.message_id
        try:
            for page in range(1, len(card.pages)):
                last = posted.get(page) or await self._post_page(card, page)
        except Undeliverable:
            card = as_file
            await self._first(card)  # the whole piece in the message that can still be edited
            last = self._shown.message_id
        return card, last

    async def _pages(self, card: cards.Card, press: Press) -> None:
        """Put the piece's pages beside the text in its first message, which is shown already and stays if this fails."""
        job_id = self._record.id
        try:
            async with asyncio.timeout(PAGE_WITHIN_S):
                if not await self._may_attach():
                    return
                beside = attachments(self._creation, await press.pages(self._creation))
                if beside:
                    await self._edit(card, beside)
        except (Undeliverable, *TRANSIENT) as error:
            log.info("page_lost", job=job_id, error=type(error).__name__)

    async def _first(self, card: cards.Card) -> None:
        await self._edit(card)
        await self._posted(0, self._shown.message_id)

    async def _edit(self, card: cards.Card, beside: tuple[Attachment, ...] = ()) -> None:
        view = views.when_made(self._creation, 0, len(card.pages))

        async def act() -> None:
            await self._shown.edit(card.pages[0], view, now=self._clock(), card=card, beside=beside)

        await until_done(act, self._record.id)

    async def _post_page(self, card: cards.Card, page: int) -> int:
        """Post a page, or find it where an earlier life left it."""
        job_id = self._record.id
        found: list[int] = []

        async def act() -> None:
            mark = views.page_id(job_id, page)
            if self._unsure and (old := await self._in_history(lambda message: carries(message, mark))):
                found.append(old)
                return
            self._unsure = True  # from here on a failure leaves open whether it was taken
            try:
                message = await self._shown.channel.send(
                    card.pages[page],
                    nonce=f"{job_id}-{page}",
                    reference=self._reference() if page == 1 else None,  # type: ignore[arg-type]
                    mention_author=False,
                    view=views.when_made(self._creation, page, len(card.pages)),
                    allowed_mentions=NO_PINGS,
                )
            except discord.HTTPException as error:
                raise answer(error) from error
            found.append(message.id)

        await until_done(act, job_id)
        await self._posted(page, found[0])
        return found[0]

    async def _announce(self) -> None:
        """Ping the one member who waited long, once; where that is not allowed the edit has to do."""
        job_id = self._record.id
        if self._record.notified:
            return
        member_id, several = self._record.member_id, len(self._creation.drafts)
        text = cards.announcement(self._creation.brief, member_id, several if self._creation.is_open else 0)
        # an earlier life may have posted the other, before one was picked
        either = (text, cards.announcement(self._creation.brief, member_id, several))

        def ours(message: discord.Message) -> bool:
            return message.content in either and any(
                user.id == self._record.member_id for user in message.mentions
            )

        async def act(reference: discord.MessageReference | None) -> None:
            if self._unsure and await self._in_history(ours):
                return
            self._unsure = True
            await self._shown.channel.send(
                text,
                nonce=f"{job_id}-done",
                reference=reference,  # type: ignore[arg-type]
                mention_author=False,
                allowed_mentions=discord.AllowedMentions(
                    everyone=False,
                    roles=False,
                    users=[discord.Object(self._record.member_id)],
                    replied_user=False,
                ),
            )

        try:
            await until_done(lambda: act(self._reference()), job_id)
        except (discord.HTTPException, Undeliverable) as error:
            log.info("announcement_lost", job=job_id, error=type(error).__name__)
        await deliver.notified(self._store, job_id)

    async def _may_post(self, posted: dict[int, int]) -> bool:
        """Whether more messages can be posted here without doubling one; no where that is not known.

        A post needs permissions that an interaction's answer does not; and another life's posts can be found
        again only where the history may be read.
        """
        allowed = await self._allowed()
        if allowed is None:
            return False
        permissions, in_thread = allowed
        send = permissions.send_messages_in_threads if in_thread else permissions.send_messages
        if not (permissions.view_channel and send):
            return False
        return permissions.read_message_history or not self._unsure or len(posted) > 1

    async def _may_attach(self) -> bool:
        """Whether files are wanted here; yes where that is not known, since Discord says so itself then."""
        allowed = await self._allowed()
        return allowed is None or allowed[0].attach_files

    async def _allowed(self) -> tuple[discord.Permissions, bool] | None:
        """What the bot may do in the job's channel, and whether that is a thread; None where it is not known."""
        client = self._shown.client
        try:
            found = client.get_channel(self._record.channel_id)
            channel = found or await client.fetch_channel(self._record.channel_id)
            if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
                return None
            return channel.permissions_for(channel.guild.me), isinstance(channel, discord.Thread)
        except (discord.ClientException, discord.InvalidData, *TRANSIENT):
            return None

    async def _in_history(self, ours: Callable[[discord.Message], bool]) -> int | None:
        first = discord.Object(self._shown.message_id)
        return await find_ours(self._shown.client, self._shown.channel, first, ours)

    def _reference(self) -> discord.MessageReference:
        return discord.MessageReference(
            message_id=self._shown.message_id,
            channel_id=self._record.channel_id,
            guild_id=self._record.guild_id,
            fail_if_not_exists=False,
        )

    def _waited_long(self) -> bool:
        return self._clock() - self._record.asked_at > LONG_WAIT_S

    async def _posted(self, page: int, message_id: int) -> None:
        await deliver.posted(self._store, self._record.id, page, self._record.channel_id, message_id)


__all__ = ["Delivery", "Undeliverable", "Withdrawn", "until_done"]
