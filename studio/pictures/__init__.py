"""Pictures as a member meets them: the brief, the bytes on disk, the sheet, the sizes and the names.

`briefs` makes wishes, `capture` makes creations of what a host made, `files` keeps their bytes; `sheet` and `sizes`
draw with Pillow, pure, bytes in and bytes out; `names` minds emoji and stickers. No torch, and nothing of Discord
but its limits.
"""
