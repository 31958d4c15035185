"""What is left of an uploaded picture: the picture."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base

from app.errors import Refused
from app.journals.picture_child import LONGEST_SIDE
from app.journals.pictures import Prepared, id_in, markdown_of, name_of, picture_in_post, prepare
from app.markdown import render_post


def upload(
    size: tuple[int, int] = (40, 30), kind: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    file = BytesIO()
    Image.new(mode, size, "orange" if mode == "RGB" else None).save(file, kind, **options)
    return file.getvalue()


def prepared_of(data: bytes) -> Prepared:
    return prepare(BytesIO(data), len(data))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("WEBP", "RGB"),
        ("GIF", "P"),
    ],
)
def test_every_kind_becomes_webp(kind: str, mode: str) -> None:
    prepared = prepared_of(upload(kind=kind, mode=mode))
    with Image.open(BytesIO(prepared.content)) as kept:
        assert (kept.format, kept.size) == ("WEBP", (40, 30))
    assert (prepared.width, prepared.height) == (40, 30)


def test_where_and_with_what_it_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Artist] = "kumquat phone", "kumquat person"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (51.0, 13.0, 0.0)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "kumquat comment")
    for data in (
        upload(exif=exif, comment=b"kumquat comment", icc_profile=b"kumquat profile"),
        upload(kind="PNG", pnginfo=text, exif=exif),
        upload(kind="WEBP", exif=exif, xmp=b"<kumquat/>"),
        upload() + b"kumquat, a second file behind the first",
    ):
        assert b"kumquat" in data
        prepared = prepared_of(data)
        assert b"kumquat" not in prepared.content
        with Image.open(BytesIO(prepared.content)) as kept:
            assert not kept.getexif() and set(kept.info) <= {"loop", "background", "timestamp", "duration"}


def test_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    prepared = prepared_of(upload((40, 30), exif=exif))
    assert (prepared.width, prepared.height) == (30, 40)


def test_a_large_photo_becomes_small_and_a_small_one_stays() -> None:
    prepared = prepared_of(upload((6000, 4000)))
    assert (prepared.width, prepared.height) == (LONGEST_SIDE, 1067)
    assert prepared_of(upload((3, 2))).width == 3


def test_a_photo_with_a_second_one_inside_is_a_photo() -> None:
    """As many phones make them: a JPEG that says it is an MPO."""
    file = BytesIO()
    first, second = Image.new("RGB", (6000, 4000), "orange"), Image.new("RGB", (40, 30))
    first.save(file, "MPO", save_all=True, append_images=[second])
    assert prepared_of(file.getvalue()).width == LONGEST_SIDE


def test_glass_stays_glass() -> None:
    with Image.open(BytesIO(prepared_of(upload(kind="PNG", mode="RGBA")).content)) as kept:
        assert kept.mode == "RGBA" and kept.getpixel((0, 0))[3] == 0


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def scans(count: int) -> bytes:
    """A progressive JPEG, one of whose scans comes again and again: each takes as long as the whole picture."""
    data = upload((4000, 3990), progressive=True)
    begin = data.rindex(b"\xff\xda")
    return data[:-2] + data[begin:-2] * count + b"\xff\xd9"


@pytest.mark.parametrize(
    "data",
    [
        scans(1500),
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a<script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        upload()[:200],
        upload(kind="BMP"),
        upload(kind="TIFF"),
        bomb(30_000, 30_000),
        bomb(2**31 - 1, 2**31 - 1),
        bomb(5000, 5000),
        b"\xff\xd8\xff" + b"\0" * 12_000_001,
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        prepared_of(data)
    assert refused.value.field == "picture"


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 600), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]))
def test_a_broken_file_is_refused_or_mended_and_nothing_else(noise: bytes, at: int, kind: str) -> None:
    data = upload(kind=kind)
    broken = data[:at] + noise + data[at + len(noise) :]
    try:
        prepared = prepared_of(broken)
    except Refused:
        return
    assert prepared.content[:4] == b"RIFF"


@given(st.text(max_size=80))
def test_any_description_is_the_description(alt: str) -> None:
    """Whatever signs it has, it is read to who does not see the picture, and nothing else comes of it."""
    name = name_of("k3j9x2abc234", 40, 30)
    html = render_post(markdown_of(alt, name), image=picture_in_post)
    assert html.count("<img ") == 1 and html.count("<") == 3
    assert f'src="/pictures/{name}"' in html and 'width="40" height="30"' in html


@pytest.mark.parametrize(
    "source",
    [
        "https://evil.example/pictures/k3j9x2abc234-40x30.webp",
        "//evil.example/pictures/k3j9x2abc234-40x30.webp",
        "/pictures/k3j9x2abc234-40x30.webp?x=1",
        "/pictures/../account",
        "/pictures/k3j9x2abc234-99999x1.webp",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "/account",
    ],
)
def test_only_pictures_of_ours_are_shown(source: str) -> None:
    assert "<img" not in render_post(f"![a find]({source})", image=picture_in_post)
    assert "<img" not in render_post("![a find](/pictures/k3j9x2abc234-40x30.webp)"), (
        "in answers there are none"
    )


def test_the_name_knows_the_id_and_nothing_else_is_one() -> None:
    assert id_in("k3j9x2abc234-40x30.webp") == "k3j9x2abc234"
    for name in (
        "",
        "k3j9x2abc234",
        "K3J9X2ABC234-40x30.webp",
        "k3j9x2abc234-40x30.png",
        "../k3j9x2abc234-1x1.webp",
    ):
        assert id_in(name) is None
