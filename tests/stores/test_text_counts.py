"""How many documents have a word is kept until the index changes."""

from pathlib import Path

from shopmind.stores.tantivy_text import TantivyText


def test_counts_of_words_follow_what_this_and_other_processes_write(tmp_path: Path) -> None:
    reader, writer = (TantivyText(tmp_path, fields={"title": 1.0, "brand": 1.0}) for _ in range(2))
    writer.update([(1, {"title": ["tea"]}), (2, {"title": ["tea"], "brand": ["cup"]})], [], mark=1)
    assert reader.frequencies(["tea", "cup", "no", "tea"]).tolist() == [2, 1, 0, 2]
    writer.update([(3, {"title": ["tea", "no"]})], [], mark=2)
    assert reader.frequencies(["tea", "no"]).tolist() == [3, 1]
    reader.update([(4, {"brand": ["cup"]})], [], mark=3)
    assert reader.frequencies(["cup"]).tolist() == [2]
    reader.clear()
    assert reader.frequencies(["cup"]).tolist() == [0]
