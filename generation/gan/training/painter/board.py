"""A skia canvas whose units are 1/256 of the picture at any side, drawn straight into numpy's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import skia

from generation.gan.training.painter.plane import to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.plane import Pixels, Plane

S = 256.0  # the side of a board in its own units
ROUGH = 2.2  # px, the least width of a line that may do without antialiasing
Points = npt.NDArray[np.float64]  # (n, 2) of x, y in those units


class Board:
    """`pixels` is the picture so far, (side, side, 4). What it is begun with is a colour, or pixels it then owns."""

    def __init__(self, plane: Plane, ground: Colour | Pixels) -> None:
        if isinstance(ground, tuple):
            packed = np.array([*to_bytes(np.array(ground, np.float32)), 255], np.uint8).view(np.uint32)
            filled = np.full((plane.side, plane.side), packed[0])
            self.pixels: Pixels = filled.view(np.uint8).reshape(plane.side, plane.side, 4)
        else:
            self.pixels = np.ascontiguousarray(ground)
        self._surface = skia.Surface(self.pixels, colorType=skia.kRGBA_8888_ColorType)
        self.canvas = self._surface.getCanvas()
        self.canvas.scale(plane.side / S, plane.side / S)
        self._scale = plane.side / S
        self._pen = stroke((0, 0, 0), 1)

    def poly(self, points: Points, paint: skia.Paint) -> None:
        """A polygon through points (n, 2)."""
        self.canvas.drawPath(skia.Path.Polygon([skia.Point(x, y) for x, y in points.tolist()], True), paint)

    def trail(
        self, points: Points, colour: Colour, width: float, alpha: float = 1.0, *, rough: bool = False
    ) -> None:
        """A round-ended line through points (n, 2).

        A rough one is for strokes by the hundred: if broad it is not antialiased, which takes a third of the time
        and is hardly missed at twice the final size.
        """
        self._pen.setColor4f(skia.Color4f(*colour, alpha))
        self._pen.setStrokeWidth(width)
        self._pen.setAntiAlias(not rough or width * self._scale < ROUGH)
        path = skia.Path.Polygon([skia.Point(x, y) for x, y in points.tolist()], False)
        self.canvas.drawPath(path, self._pen)

    def circle(self, x: float, y: float, radius: float, paint: skia.Paint) -> None:
        self.canvas.drawCircle(x, y, radius, paint)

    def rect(self, x: float, y: float, width: float, height: float, paint: skia.Paint) -> None:
        self.canvas.drawRect(skia.Rect.MakeXYWH(x, y, width, height), paint)

    def line(self, x0: float, y0: float, x1: float, y1: float, paint: skia.Paint) -> None:
        self.canvas.drawLine(x0, y0, x1, y1, paint)

    def arc(
        self, x: float, y: float, radius: float, start: float, sweep: float, paint: skia.Paint, *, pie: bool = False
    ) -> None:  # fmt: skip
        """A part of a circle, in degrees clockwise from three o'clock; with `pie`, a slice of it."""
        box = skia.Rect.MakeXYWH(x - radius, y - radius, 2 * radius, 2 * radius)
        self.canvas.drawArc(box, start, sweep, pie, paint)

    def turned(self, x: float, y: float, degrees: float) -> skia.AutoCanvasRestore:
        """`with board.turned(...)`: draw around (x, y), turned."""
        keep = skia.AutoCanvasRestore(self.canvas, True)
        self.canvas.translate(x, y)
        self.canvas.rotate(degrees)
        return keep


def fill(
    colour: Colour, alpha: float = 1.0, *, blur: float = 0.0, blend: skia.BlendMode = skia.BlendMode.kSrcOver
) -> skia.Paint:
    """Filled with a colour; `blur` softens the edge by about that many units."""
    paint = skia.Paint(Color4f=skia.Color4f(*colour, alpha), AntiAlias=True, BlendMode=blend)
    if blur:
        paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    return paint


def stroke(colour: Colour, width: float, alpha: float = 1.0) -> skia.Paint:
    """A round-ended line."""
    return skia.Paint(
        Color4f=skia.Color4f(*colour, alpha),
        AntiAlias=True,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )


def edged(colour: Colour, width: float) -> skia.Paint:
    """Filled, and `width` wider all round in halves, so that neighbours leave no seam."""
    return skia.Paint(
        Color4f=skia.Color4f(*colour, 1),
        AntiAlias=True,
        Style=skia.Paint.kStrokeAndFill_Style,
        StrokeWidth=width,
    )


def shaded(
    start: tuple[float, float], end: tuple[float, float], colours: Sequence[Colour], alpha: float = 1.0
) -> skia.Paint:
    """Filled with a straight gradient between two points of the board."""
    stops = [skia.Color4f(*colour, alpha).toColor() for colour in colours]
    gradient = skia.GradientShader.MakeLinear(points=[skia.Point(*start), skia.Point(*end)], colors=stops)
    return skia.Paint(Shader=gradient, AntiAlias=True)


def glowing(
    x: float, y: float, radius: float, colours: Sequence[Colour], alphas: Sequence[float]
) -> skia.Paint:
    """Filled with light that changes from a point outwards."""
    stops = [skia.Color4f(*colour, alpha).toColor() for colour, alpha in zip(colours, alphas, strict=True)]
    gradient = skia.GradientShader.MakeRadial(center=skia.Point(x, y), radius=radius, colors=stops)
    return skia.Paint(Shader=gradient, AntiAlias=True)
