"""Pictures of pages, small enough for a repository: PNGs with a palette of at most 256 colours."""

import base64
import struct
import zlib
from collections import Counter
from itertools import batched

from playwright.sync_api import Page

PIXELS = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return [image.width, btoa(text)];
}"""
COLOURS, EXACT = 256, 96  # so many at most, and of these so many as they are; the rest speaks for its surroundings

Colour = tuple[int, ...]


def take(page: Page) -> bytes:
    """What the browser shows, as a PNG."""
    shown = base64.b64encode(page.screenshot(animations="disabled")).decode()
    blank = page.context.browser.new_page() if page.context.browser else page  # the page's own policy forbids this
    width, pixels = blank.evaluate(PIXELS, shown)
    blank.close()
    return _png(
        width, [(red, green, blue) for red, green, blue, _ in batched(base64.b64decode(pixels), 4, strict=True)]
    )


def _png(width: int, pixels: list[Colour]) -> bytes:
    palette, index = _palette(Counter(pixels))
    rows = b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in batched(pixels, width, strict=True))
    head = struct.pack(">IIBBBBB", width, len(pixels) // width, 8, 3, 0, 0, 0)
    parts = (b"IHDR", head), (b"PLTE", bytes(sum(palette, ()))), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def _palette(seen: Counter[Colour]) -> tuple[list[Colour], dict[Colour, int]]:
    """The colours to keep, and which of them stands for each that was seen."""
    kept = [colour for colour, _ in seen.most_common(EXACT)]
    coarse: Counter[Colour] = Counter()
    for colour, count in seen.items():
        coarse[_middle(colour, 16)] += count  # so wide that rare hues find a place too
    kept += [colour for colour, _ in coarse.most_common() if colour not in kept][: COLOURS - len(kept)]

    def nearest(colour: Colour) -> int:
        return min(range(len(kept)), key=lambda n: sum((a - b) ** 2 for a, b in zip(kept[n], colour, strict=True)))

    exact = {colour: number for number, colour in enumerate(kept)}
    near = {colour: nearest(colour) for colour in {_middle(colour, 8) for colour in seen}}
    return kept, {colour: exact.get(colour, near[_middle(colour, 8)]) for colour in seen}


def _middle(colour: Colour, step: int) -> Colour:
    return tuple(part // step * step + step // 2 for part in colour)
