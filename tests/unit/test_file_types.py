"""What is taken as a file, by its name and by its first bytes."""

import pytest

from callsheet.kit.errors import Refused
from callsheet.kit.file_types import (
    HEAD,
    KNOWN,
    LONGEST_NAME,
    USUAL,
    check_contents,
    check_ending,
    clean_name,
)

ZEROS = b"\0" * 60
SAMPLES: dict[str, list[bytes]] = {
    "jpg": [b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1", b"\xff\xd8\xff\xe1\0\x10Exif\0\0",
            b"\xff\xd8\xff\xdb"],
    "png": [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
    "gif": [b"GIF89a", b"GIF87a"],
    "webp": [b"RIFF\x24\0\0\0WEBPVP8 "],
    "avif": [b"\0\0\0\x20ftypavif\0\0\0\0avifmif1"],
    "heic": [b"\0\0\0\x20ftypheic\0\0\0\0mif1heic"],
    "tif": [b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"],
    "psd": [b"8BPS\0\1"],
    "psb": [b"8BPS\0\2"],
    "ai": [b"%PDF-1.5\n", b"%!PS-Adobe-3.0 EPSF-3.0\n"],
    "eps": [b"%!PS-Adobe-3.0 EPSF-3.0\n"],
    "pdf": [b"%PDF-1.7\n%\xe2\xe3"],
    "svg": [b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'],
    "mp4": [b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", b"\0\0\0\x18ftypmp42",
            b"\0\0\0\x20ftypavc1", b"\0\0\0\x1cftypdash"],
    "m4v": [b"\0\0\0\x20ftypM4V \0\0\2\0"],
    "mov": [b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", b"\0\0\0\x08wide\0\0\0\0mdat"],
    "webm": [bytes.fromhex("1a45dfa301000000000000 1f4286810142f7810142f2810442f381084282 84")
             + b"webm"],
    "avi": [b"RIFF\x24\0\0\0AVI LIST"],
    "m4a": [b"\0\0\0\x20ftypM4A \0\0\2\0"],
    "mp3": [b"ID3\3\0\0\0\0\0\0", b"\xff\xfb\x90\x44"],
    "aac": [b"\xff\xf1\x50\x80"],
    "wav": [b"RIFF\x24\0\0\0WAVEfmt "],
    "flac": [b"fLaC\0\0\0\x22"],
    "ogg": [b"OggS\0\2"],
    "zip": [b"PK\3\4\x14\0\0\0\x08\0", b"PK\5\6"],
    "txt": ["Grüße".encode(), b"\xef\xbb\xbfWith a mark", b""],
    "srt": [b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"],
    "vtt": [b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"],
}  # fmt: skip
SAME = {"jpeg": "jpg", "tiff": "tif"}
HARMFUL = {
    "a page": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "a page after blanks": b"\n  <html><body onload=alert(1)>",
    "a program": b"MZ\x90\0\3\0\0\0" + ZEROS,
    "another program": b"\x7fELF\2\1\1\0" + ZEROS,
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "nothing that one knows": bytes(range(64, 0, -1)),
}


@pytest.mark.parametrize("ending", sorted(KNOWN))
def test_every_known_type_is_recognized_by_its_first_bytes(ending: str) -> None:
    for sample in SAMPLES[SAME.get(ending, ending)]:
        kind = check_ending(f"file.{ending}", KNOWN)
        padded = sample if kind.text else sample + ZEROS
        check_contents(f"file.{ending}", kind, padded)


@pytest.mark.parametrize("what", sorted(HARMFUL))
def test_nothing_harmful_goes_by_another_name(what: str) -> None:
    for ending in USUAL - {"txt", "srt", "vtt"}:
        kind = check_ending(f"file.{ending}", USUAL)
        with pytest.raises(Refused) as raised:
            check_contents(f"file.{ending}", kind, HARMFUL[what])
        assert raised.value.code == "file_type_mismatch", ending


def test_a_page_is_no_text_and_bytes_are_none_either() -> None:
    kind = check_ending("captions.vtt", USUAL)
    for head in (HARMFUL["a page"], HARMFUL["a page after blanks"], b"a\0b", b"\xff\xfe\0\0"):
        with pytest.raises(Refused):
            check_contents("captions.vtt", kind, head)


def test_a_letter_may_be_cut_where_the_head_ends() -> None:
    kind = check_ending("a.txt", USUAL)
    check_contents("a.txt", kind, (b"x" * (HEAD - 1)) + "ü".encode()[:1])
    with pytest.raises(Refused):  # but not in a text that is shorter
        check_contents("a.txt", kind, b"x" + "ü".encode()[:1])


def test_types_do_not_stand_for_each_other() -> None:
    for ending, samples in SAMPLES.items():
        for other in ("png", "pdf", "zip", "wav"):
            if (ending, other) not in {(other, other), ("ai", "pdf")}:  # an .ai may be a PDF
                kind = check_ending(f"file.{other}", KNOWN)
                with pytest.raises(Refused):
                    check_contents(f"file.{other}", kind, samples[0] + ZEROS)


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a", "a.jpg.exe", ".jpg", "a.HTM"])
def test_endings_that_are_not_taken(name: str) -> None:
    with pytest.raises(Refused) as raised:
        check_ending(name, USUAL)
    assert raised.value.code == "file_type_not_allowed"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Spring film.mp4", "Spring film.mp4"),
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\windows\\a.png", "a.png"),
        ("/absolute/path/b.png", "b.png"),
        ("a\r\nSet-Cookie: x.png", "a Set-Cookie_ x.png"),
        ("a\0b.png", "a b.png"),
        ("invoice\u202egnp.exe.png", "invoice gnp.exe.png"),  # read from right to left
        ("  .hidden.png. ", "hidden.png"),
        ('a"b<c>:d|e?f*.png', "a_b_c_d_e_f_.png"),
        ("Cafe\u0301.png", "Caf\u00e9.png"),
        ("日本語.png", "日本語.png"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ["", "...", "a/", "\0", " / ", "\u202e"])
def test_a_file_needs_a_name(name: str) -> None:
    with pytest.raises(Refused) as raised:
        clean_name(name)
    assert raised.value.code == "file_name_missing"


def test_long_names_keep_their_ending() -> None:
    kept = clean_name("x" * 500 + ".png")
    assert (len(kept), kept[-4:]) == (LONGEST_NAME, ".png")
