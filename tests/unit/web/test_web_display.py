"""The picture of a virtual board's little display over HTTP."""

from asking import Asking, ask


def test_the_picture_in_rows_of_hexadecimal_digits(tmp_path):
    async def steps(web: Asking):
        row = (True, False, False, False, False, False, True, True)
        web.gateway.board.surroundings.shown = (row, (False,) * 8, (True,) * 8)
        answer = await web.public.get("/api/v1/display")
        assert answer.json() == {"width": 8, "height": 3, "rows": ["83", "00", "ff"]}

    ask(tmp_path, steps)


def test_without_a_display_there_is_none(tmp_path):
    async def steps(web: Asking):
        answer = await web.public.get("/api/v1/display")
        assert answer.status_code == 404
        assert "no display" in answer.json()["error"]

    ask(tmp_path, steps)
