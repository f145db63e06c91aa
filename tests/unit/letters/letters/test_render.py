import io
import pickle
import re
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from portal.domain.foundation.errors import InputError
from portal.domain.letters.letters.drawing.address_block import check_layout, window_block
from portal.domain.letters.letters.drawing.fonts import missing_characters
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.render import (
    fit_back,
    render_back,
    render_chunk,
    render_testpage,
)
from portal.domain.letters.letters.drawing.texts import LetterTexts, same
from portal.domain.letters.letters.drawing.typesetting import page_count
from tests.support.reading.structure import structure_of
from tests.unit.letters.letters.conftest import MakeLetter, page_images, page_texts

MM_PER_INCH = 25.4
DPI = 200
LONG_ADDRESS = (
    "東京都汐風区潮見坂一丁目1234番地の56",
    (
        "グランドエクセレントレジデンス潮見坂ザ・"
        "タワー＆ガーデンズウエストウイング三十二階３２０１号室"
    ),
)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_phone_and_scanner_read_each_letter_of_a_chunk(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    letters = [make_letter(number) for number in range(1, 6)]
    pages = page_images(render_chunk(letters, frame), DPI)
    assert len(pages) == 5
    for letter, page in zip(letters, pages, strict=True):
        read = {found.text for found in zxingcpp.read_barcodes(page)}
        assert read == {letter.sign_in_url, letter.letter_number}
        assert not any(letter.password in text for text in read)


def test_the_letter_says_everything_it_must(frame: LetterFrame, make_letter: MakeLetter) -> None:
    letter = make_letter(7, enclosures=("辞退届",))
    (text,) = (squeezed(page) for page in page_texts(render_chunk([letter], frame)))
    for expected in (
        "1234-560-007",
        "CDFG-HJKL-MNPQ",
        letter.letter_number,
        "〒139-0012",
        "転送不要",
        "髙橋𠮷郎様",
        "令和5年7月20日",
        "汐風区長",
        "対象のこども2人",
        "60,000円",
        "coupon.shiokaze.example",
        "2023年12月31日",
        "2024年3月31日",
        "スマートフォンがない方へ",
        "受け取れなかったとき",
        "お住まいでないとき",
        "引っ越し",
        "受け取りを希望しない方へ",
        "2023年9月29日",
        "0120-000-501",
        "FAX03-0000-0501",
        "午前9時から午後5時まで",
        "休み 土曜日、日曜日、祝日、12月29日から12月31日",
        "電話は2023年12月28日まで",
        "ATMの操作",
        "個人情報",
        "譲渡・売買・換金",
        "差出人・返還先",
        "辞退届",
        "English",
        "简体中文",
        "繁體中文",
        "한국어",
        "やさしい",
    ):
        assert squeezed(expected) in text, expected


def test_name_and_address_stand_in_the_window_only(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    letter = make_letter(addressee="葛\U000e0100城　花子")
    (text,) = page_texts(render_chunk([letter], frame))
    assert text.count("葛\U000e0100城") == 1
    assert text.count("潮見坂") == 1


def test_the_window_shows_the_block_and_nothing_else(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    layout = frame.layout
    letter = make_letter(
        address_lines=LONG_ADDRESS, addressee="ALEXANDRA MARIA DOS SANTOS OLIVEIRA"
    )
    (page,) = page_images(render_chunk([letter], frame), DPI)
    scale = DPI / MM_PER_INCH
    left, top = layout.window_left_mm, layout.window_top_mm
    right, bottom = left + layout.window_width_mm, top + layout.window_height_mm
    around = page.convert("L").crop((0, 0, int((right + 8) * scale), int((bottom + 8) * scale)))
    ink = around.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    seen = [edge / scale for edge in ink]
    padding = layout.padding_mm - 0.5
    assert seen[0] >= left + padding
    assert seen[1] >= top + padding
    assert seen[2] <= right - padding
    assert seen[3] <= bottom - padding


def test_the_customer_barcode_has_67_bars_at_the_pitch_that_the_post_accepts(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    letter = make_letter()
    (page,) = page_images(render_chunk([letter], frame), 600)
    scale = 600 / MM_PER_INCH
    layout = frame.layout
    # the row of timing bars: the middle of the barcode, above the letter number
    foot = layout.window_top_mm + layout.window_height_mm - layout.padding_mm
    row = int((foot - 5.6 - 1 - 9 * 0.36 / 2) * scale)
    width = int((layout.window_left_mm + layout.window_width_mm) * scale)
    line = [value < 128 for value in page.convert("L").crop((0, row, width, row + 1)).tobytes()]
    starts = [x for x in range(1, width) if line[x] and not line[x - 1]]
    assert len(starts) == 67
    pitch = (starts[-1] - starts[0]) / 66 / scale
    assert 0.9 < pitch < 1.18


def test_chunks_are_tagged_for_screen_readers_and_alike_on_every_run(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    first = render_chunk([make_letter()], frame)
    assert b"pdfuaid:part" in first
    assert b"/MarkInfo" in first
    assert b"/Lang" in first
    assert render_chunk([make_letter()], frame) == first


def test_the_back_speaks_the_other_languages_on_one_page(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    (text,) = page_texts(render_back(frame))
    for expected in (
        "December 31, 2023",
        "Do not want them?",
        "谨防诈骗",
        "謹防詐騙",
        "사기에 주의하세요",
        "2023年12月31日",
    ):
        assert squeezed(expected) in squeezed(text)
    both = render_chunk([make_letter(1), make_letter(2)], frame, back_points=fit_back(frame))
    assert page_count(both) == 4
    assert "1234-560-002" in page_texts(both)[2]


def test_texts_that_need_a_second_page_are_refused(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    blocks = {**frame.texts.blocks, "opening": same("長い文。" * 300)}
    with pytest.raises(InputError, match="収まりません"):
        render_chunk([make_letter()], replace(frame, texts=LetterTexts(blocks)))


def test_an_address_that_fits_no_window_is_refused_by_letter_number_only(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    letter = make_letter(address_lines=("汐" * 400,))
    with pytest.raises(InputError) as caught:
        window_block(letter, frame.layout)
    assert letter.letter_number in caught.value.message
    assert "汐汐" not in caught.value.message


def test_every_character_of_a_long_address_is_printed(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    letter = make_letter(address_lines=LONG_ADDRESS)
    block = window_block(letter, frame.layout)
    assert "".join(block.address) == "".join(LONG_ADDRESS)
    (text,) = page_texts(render_chunk([letter], frame))
    assert squeezed("".join(LONG_ADDRESS)) in squeezed(text)


def test_a_window_too_narrow_for_the_barcode_is_refused(frame: LetterFrame) -> None:
    with pytest.raises(InputError, match="カスタマバーコード"):
        check_layout(replace(frame.layout, window_width_mm=60))


def test_secrets_and_names_stay_out_of_repr(make_letter: MakeLetter) -> None:
    letter = make_letter()
    shown = repr(letter)
    for secret in (
        letter.password,
        letter.login_id,
        letter.addressee,
        letter.address_lines[0],
        letter.postal_code,
    ):
        assert secret not in shown


def test_letters_and_frame_go_to_worker_processes(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    letter = make_letter()
    there = pickle.loads(pickle.dumps((frame, letter)))
    assert render_chunk([there[1]], there[0]) == render_chunk([letter], frame)


def test_the_alignment_page_shows_settings_and_a_sample(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    (text,) = page_texts(render_testpage(frame, make_letter(addressee="見本　太郎")))
    assert "window_left_mm" in text
    assert "見本　太郎" in text
    assert not missing_characters("見本　太郎")


def test_each_side_has_one_code_and_the_back_says_what_its_opens(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    """Two codes within one picture of a camera would open by chance what nobody wanted."""
    both = render_chunk([make_letter(1)], frame, back_points=fit_back(frame))
    front, back = (
        [one for one in zxingcpp.read_barcodes(page) if one.format == zxingcpp.QRCode]
        for page in page_images(both, DPI)
    )
    assert [one.text for one in front] == [make_letter(1).sign_in_url]
    assert [one.text for one in back] == ["https://coupon.shiokaze.example/letter"]
    said = squeezed(page_texts(both)[1])
    assert "このQRコードで、手紙の文を大きく読めます。" in said
    assert "coupon.shiokaze.example/letter" in said


def test_a_voice_code_stands_far_from_the_qr_code_with_its_notch_at_the_edge(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    drawn = io.BytesIO()
    Image.new("L", (424, 424), 60).save(drawn, "PNG")
    with_code = replace(frame, voice_code=drawn.getvalue())
    pdf = render_chunk([make_letter(1)], with_code, back_points=fit_back(with_code))
    back = page_images(pdf, DPI)[1].convert("L")
    dots = DPI / MM_PER_INCH
    (qr,) = [one for one in zxingcpp.read_barcodes(back) if one.format == zxingcpp.QRCode]
    area = back.crop((round(170 * dots), round(255 * dots), round(205 * dots), round(292 * dots)))
    gray = area.point(lambda dot: 255 if dot == 60 else 0).tobytes()
    rows = [gray[at : at + area.width] for at in range(0, len(gray), area.width)]
    widest = max(rows, key=lambda row: row.count(255))
    assert widest.count(255) / dots == pytest.approx(18, abs=0.4)
    assert 170 + widest.index(255) / dots - qr.position.top_right.x / dots > 100
    edge = back.crop((round(206 * dots), round(255 * dots), back.width, round(292 * dots)))
    assert edge.point(lambda dot: 255 if dot < 128 else 0).getbbox() is not None, "the notch"
    assert "音声コード" in structure_of(pdf).of("Figure")[-1].alt


def test_the_alignment_page_shows_the_envelopes_braille(
    frame: LetterFrame, make_letter: MakeLetter
) -> None:
    line = replace(frame, braille="しおかぜく くーぽん")
    (text,) = page_texts(render_testpage(line, make_letter()))
    assert "しおかぜく くーぽん" in text
    assert "点字" not in page_texts(render_testpage(frame, make_letter()))[0]
