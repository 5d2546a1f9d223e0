"""Addresses of a second of a recording, for each place that keeps them."""

from __future__ import annotations

import pytest

from app.text.moments import first_moment, moment_address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.youtube.com/watch?v=abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk&t=754"),
        ("http://youtube.com/watch?t=12s&v=abc&list=x", "http://youtube.com/watch?v=abc&list=x&t=754"),
        ("https://youtu.be/abcdefghijk?si=a%20b#x", "https://youtu.be/abcdefghijk?si=a+b&t=754"),
        ("https://www.youtube.com/live/abc", "https://www.youtube.com/live/abc?t=754"),
        ("https://www.youtube-nocookie.com/embed/abc", "https://www.youtube-nocookie.com/embed/abc?start=754"),
        ("https://vimeo.com/123456789", "https://vimeo.com/123456789#t=754s"),
        ("https://player.vimeo.com/video/123?h=ab#t=1s", "https://player.vimeo.com/video/123?h=ab#t=754s"),
        ("https://vimeo.com/123/0a1b2c", "https://vimeo.com/123/0a1b2c#t=754s"),
        ("https://media.ccc.de/v/36c3-1-a_talk", "https://media.ccc.de/v/36c3-1-a_talk#t=754"),
        ("https://video.fosdem.org/2020/K/a.webm", "https://video.fosdem.org/2020/K/a.webm#t=754"),
        ("http://example.org/A.MP4?x=1", "http://example.org/A.MP4?x=1#t=754"),
        ("https://archive.org/download/a/b.ogv", "https://archive.org/download/a/b.ogv#t=754"),
    ],
)
def test_a_second_of_a_recording(url: str, expected: str) -> None:
    assert moment_address(url, 754.9) == expected
    assert moment_address(moment_address(url, 3) or "", 754) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/playlist?list=x", "https://www.youtube.com/watch?list=x", "https://youtu.be/",
        "https://vimeo.com/channels/staff", "https://example.org/talk", "https://notyoutube.com/watch?v=a",
        "javascript:alert(1)//youtube.com/watch?v=a", "ftp://example.org/a.mp4", "", "http://[", "https://media.ccc.de/",
        "https://example.org/slides.pdf",
    ],
)  # fmt: skip
def test_where_no_second_can_be_asked_for(url: str) -> None:
    assert moment_address(url, 5) is None


def test_the_first_that_can_be_asked_is_taken() -> None:
    assert first_moment(["https://example.org/talk", "https://vimeo.com/1", "https://vimeo.com/2"], -3) == (
        "https://vimeo.com/1#t=0s"
    )
    assert first_moment([], 1) is None
