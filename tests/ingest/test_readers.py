"""Readers: every line is a row or a bad line, and a bad line costs only itself."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from shopmind.ingest.readers.batch import LONGEST_LINE, Batch
from shopmind.ingest.readers.csv import CsvReader
from shopmind.ingest.readers.folder import FolderSource, data_file
from shopmind.ingest.readers.ndjson import NdjsonReader
from shopmind.ingest.readers.parquet import ParquetReader
from shopmind.kit.errors import InputError


def read_csv(path: Path, content: bytes | str, **options: int) -> list[Batch]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(CsvReader().read(path, **options))


def rows_of(batches: list[Batch]) -> list[tuple[int, ...]]:
    return [(line, *row) for batch in batches for line, row in zip(batch.lines, batch.frame.rows(), strict=True)]


def bad_of(batches: list[Batch]) -> list[tuple[int, str]]:
    return [(bad.line, bad.reason) for batch in batches for bad in batch.bad]


def test_bad_lines_are_told_with_line_and_reason_and_good_rows_get_in(tmp_path: Path) -> None:
    content = 'id,title\na,one\nb\nc,two,three\nd,"open\ne,four\nf,nu\0l\ng,five\n'
    batches = read_csv(tmp_path / "items.csv", content)
    assert rows_of(batches) == [(2, "a", "one"), (6, "e", "four"), (8, "g", "five")]
    assert bad_of(batches) == [
        (3, "too_few_fields"),
        (4, "too_many_fields"),
        (5, "unclosed_quote"),
        (7, "nul_byte"),
    ]


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    batches = read_csv(tmp_path / "items.csv", 'id;title\r\na;"one; ""two""\nthree"\r\nb;four\r\n')
    assert rows_of(batches) == [(2, "a", 'one; "two"\nthree'), (4, "b", "four")]


def test_a_quote_that_is_never_closed_costs_one_line_of_a_long_file(tmp_path: Path) -> None:
    content = "id,title\n" + 'x,"never closed\n' + "".join(f"{i},title {i}\n" for i in range(5_000))
    batches = read_csv(tmp_path / "items.csv", content, batch_rows=1_000)
    assert len(rows_of(batches)) == 5_000
    assert bad_of(batches) == [(2, "unclosed_quote")]


def test_a_field_of_ten_megabytes_is_a_bad_line(tmp_path: Path) -> None:
    content = "id,title\na," + "x" * 10_000_000 + "\nb,fine\n"
    batches = read_csv(tmp_path / "items.csv", content)
    assert rows_of(batches) == [(3, "b", "fine")]
    assert bad_of(batches) == [(2, "too_long")]
    assert LONGEST_LINE < 10_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_chinese_files_are_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = "id,title\na,西湖龙井绿茶\nb,白瓷盖碗茶具\n"
    content = ("\ufeff" + text).encode("utf-16-be") if encoding == "utf-16-be" else text.encode(encoding)
    batches = read_csv(tmp_path / "items.csv", content)
    assert rows_of(batches) == [(2, "a", "西湖龙井绿茶"), (3, "b", "白瓷盖碗茶具")]
    assert not any(batch.mended for batch in batches)


def test_a_western_file_without_unicode_is_read(tmp_path: Path) -> None:
    batches = read_csv(tmp_path / "items.csv", "id,title\na,café – crème\nb,naïve\n".encode("cp1252"))
    assert rows_of(batches) == [(2, "a", "café – crème"), (3, "b", "naïve")]


def test_single_lines_in_another_encoding_are_read_and_counted(tmp_path: Path) -> None:
    content = "id,title\na,龙井茶\nb,盖碗\n".encode() + "c,café\n".encode("latin-1") + "d,普洱茶饼\n".encode("gb18030")
    batches = read_csv(tmp_path / "items.csv", content)
    assert [row[2] for row in rows_of(batches)] == ["龙井茶", "盖碗", "café", "普洱茶饼"]
    assert batches[0].mended == (("encoding", 2),)


def test_a_header_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="id twice"):
        read_csv(tmp_path / "items.csv", "id,id\na,b\n")


@pytest.mark.parametrize("content", ["", "\n\n", "id,title\n"])
def test_an_empty_file_has_no_rows(tmp_path: Path, content: str) -> None:
    assert rows_of(read_csv(tmp_path / "items.csv", content)) == []


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "items.csv.gz"
    path.write_bytes(gzip.compress(b"id,title\na,one\n"))
    assert rows_of(list(CsvReader().read(path))) == [(2, "a", "one")]


def test_ndjson_takes_every_object_and_tells_every_other_line(tmp_path: Path) -> None:
    path = tmp_path / "items.ndjson"
    lines = ['{"id": 1}', "{broken", "[1]", "", '{"id": "two", "more": {"x": 1}}', '{"id": NaN}']
    path.write_text("\n".join(lines))
    (batch,) = NdjsonReader().read(path)
    assert list(batch.lines) == [1, 5]
    assert batch.frame["id"].to_list() == [1, "two"]
    assert bad_of([batch]) == [(2, "not_json"), (3, "not_json"), (6, "not_json")]


def test_parquet_is_read_in_slices_without_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    pl.DataFrame(
        {"item_id": ["a", "b", "c"], "image_jpg": [b"x", b"y", b"z"], "price": [0.1, None, float("nan")]}
    ).cast({"price": pl.Float32}).write_parquet(path)
    batches = list(ParquetReader().read(path, batch_rows=2))
    assert [list(batch.lines) for batch in batches] == [[1, 2], [3]]
    assert batches[0].frame.to_dict(as_series=False) == {"item_id": ["a", "b"], "price": [0.1, None]}


def test_a_broken_parquet_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(InputError, match=r"events\.parquet"):
        list(ParquetReader().read(path))


def test_a_folder_says_what_it_has_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none of the files items"):
        FolderSource(tmp_path)
    with pytest.raises(InputError, match="not a folder"):
        FolderSource(tmp_path / "absent")
    (tmp_path / "events.csv").write_text("type\n")
    (tmp_path / "items.jsonl").write_text("")
    assert FolderSource(tmp_path).tables() == ("items", "events")
    (tmp_path / "items.csv").write_text("")
    with pytest.raises(InputError, match="both there"):
        data_file(tmp_path, "items")
