"""Indexes of a tiny BERT: the same runs as in memory, the same bytes after a kill, and every refusal."""

import errno
import filecmp
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.retrieval import (
    SCORERS,
    build_index,
    encode_passages,
    merge_runs,
    open_index,
    rank,
    run_of,
    search,
    search_index,
)
from clirlab.retrieval import build as building
from clirlab.retrieval.layout import quantise

PASSAGES = [(f"d{i}", text) for i, text in enumerate(["the cats", "a dog barks", "", "under a roof", "dogs", "on"] * 4)]


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(building, "CHUNK", 5)


@pytest.fixture
def index(tiny, animals, tmp_path):
    return build_index(tiny, animals, tmp_path / "index", dtype="float32", arithmetic="float32", progress=False)


def build(encoder, passages, folder, **options):
    return build_index(encoder, passages, folder, **({"arithmetic": "float32", "progress": False} | options))


def same_files(one, other):
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    return filecmp.cmpfiles(one, other, names, shallow=False)[1:] == ([], [])


def interrupted(passages, at, error=KeyboardInterrupt):
    yield from passages[:at]
    raise error


@pytest.mark.parametrize("scorer", SCORERS)
def test_float32_gives_the_run_of_vectors_in_memory(tiny, animals, index, scorer):
    queries = tiny.encode(animals.queries["text"].tolist(), dtype="float32")
    memory = rank(queries, animals, encode_passages(tiny, animals, dtype="float32"), scorer, k=150)
    mapped = rank(queries, animals, index, scorer, k=150)
    streamed = search_index(tiny, index, animals, k=150, scorer=scorer, dtype="float32")
    for run in (mapped, streamed):
        by_id = [frame.sort_values(["query_id", "doc_id"])["score"].to_numpy() for frame in (run, memory)]
        np.testing.assert_allclose(*by_id, rtol=1e-5, atol=1e-5)
        top = [frame[frame["rank"] <= 10].groupby("query_id")["score"].apply(list).tolist() for frame in (run, memory)]
        np.testing.assert_allclose(*top, rtol=1e-5, atol=1e-5)
    assert list(streamed.columns) == list(memory.columns)


def test_search_takes_an_index_for_passages(tiny, animals, index):
    found = search(tiny, animals, passages=index, k=5, dtype="float32")
    streamed = search_index(tiny, index, animals, k=5, dtype="float32")
    assert found["query_id"].equals(streamed["query_id"])
    np.testing.assert_allclose(found["score"], streamed["score"], rtol=1e-5)


def test_queries_may_be_texts_by_their_ids(tiny, animals, index):
    texts = dict(zip(animals.queries["query_id"], animals.queries["text"], strict=True))
    assert search_index(tiny, index, texts, k=5).equals(search_index(tiny, index, animals, k=5))


def test_vectors_norms_and_pooled_are_those_of_the_encoder(tiny, animals, index):
    place = {doc_id: i for i, doc_id in enumerate(animals.docs["doc_id"])}
    tokens = tiny.encode(animals.docs["text"].tolist(), kind="passage", dtype="float32")
    pooled = tokens.pooled()
    for positions, tile in index.tiles:
        for row, position in enumerate(positions):
            i = place[index.doc_ids[position]]
            for kept, made in ((tile.vectors, tokens.vectors), (tile.norms, tokens.norms)):
                torch.testing.assert_close(kept[row][tile.mask[row]], made[i][tokens.mask[i]], rtol=0, atol=1e-5)
            np.testing.assert_allclose(index.pooled[position], pooled[i], atol=1e-5)
    assert sorted(position for positions, _ in index.tiles for position in positions) == list(range(150))


def test_an_index_is_opened_without_reading_vectors(tiny, animals, index):
    opened = open_index(index.folder)
    assert all(isinstance(array, np.memmap) for array in opened.arrays.values())
    assert not {"doc_ids", "lengths", "id_ranks"} & set(vars(opened))  # nothing is worked out before it is asked for
    assert opened.tiles[1][1].vectors.shape[0] == 64
    assert repr(opened) == f"Index(150 passages, {index.manifest.tokens:,} tokens of {tiny.name}, 32 x float32)"


def test_a_part_of_an_index_and_a_part_of_that(index):
    assert index.select(slice(10, 20)).select([3, 1]).doc_ids == [index.doc_ids[13], index.doc_ids[11]]
    part = index.select(np.array([140, 2, 77]))
    assert part.doc_ids == [index.doc_ids[i] for i in (140, 2, 77)]
    assert part.select(slice(1, None)).doc_ids == part.doc_ids[1:]
    ((positions, tile),) = part.tiles
    for row, position in enumerate(positions):
        alone = index.read([[140, 2, 77][position]])
        assert tile.vectors[row][tile.mask[row]].equal(alone.vectors[0][alone.mask[0]])
    np.testing.assert_array_equal(part.pooled, index.pooled[[140, 2, 77]])


@given(arrays(np.float32, (3, 6), elements=st.floats(-1, 1, width=32)))
def test_int8_is_off_by_at_most_half_a_scale(vectors):
    integers, scales = quantise(vectors)
    assert np.abs(integers).max() <= 127
    error = np.abs(integers * scales[:, None] - vectors).max(axis=1)
    largest = np.abs(vectors).max(axis=1)
    assert (error <= largest / 254 * 1.0001 + 1e-38).all()


@pytest.mark.parametrize(("dtype", "size", "error"), [("float16", 2 * 32, 3e-4), ("int8", 32 + 4, 0.004)])
def test_smaller_types_lie_within_their_error(tiny, animals, index, tmp_path, dtype, size, error):
    small = build(tiny, animals, tmp_path / dtype, dtype=dtype)
    sizes = small.manifest.sizes
    assert sizes["vectors"] + sizes.get("scales", 0) == size * small.manifest.tokens
    assert small.doc_ids == index.doc_ids
    for (_, kept), (_, whole) in zip(small.tiles, index.tiles, strict=True):
        assert 0 < (kept.vectors - whole.vectors).abs().max() <= error
        assert kept.norms.equal(whole.norms)


def test_a_collection_and_a_stream_of_it_are_the_same_index(tiny, animals, index, tmp_path):
    stream = zip(animals.docs["doc_id"], animals.docs["text"], strict=True)
    assert same_files(index.folder, build(tiny, stream, tmp_path / "stream", dtype="float32").folder)


@pytest.mark.parametrize("dtype", ["float16", "int8"])
@pytest.mark.parametrize("at", [3, 5, 17])
def test_what_was_cut_off_goes_on_and_ends_in_the_same_bytes(tiny, tmp_path, small_chunks, dtype, at):
    whole, half = tmp_path / "whole", tmp_path / "half"
    build(tiny, PASSAGES, whole, dtype=dtype)
    with pytest.raises(KeyboardInterrupt):
        build(tiny, interrupted(PASSAGES, at), half, dtype=dtype)
    assert not half.exists()
    with pytest.raises(InputError, match=r"no index .* half built in .*\.half\.building: give the same command again"):
        open_index(half)
    encoded = []
    tokenize = tiny.tokenize
    tiny.tokenize = lambda texts, kind: encoded.extend(texts) or tokenize(texts, kind)
    build(tiny, PASSAGES, half, dtype=dtype)
    assert encoded == [text for _, text in PASSAGES[at // 5 * 5 :]]  # whole chunks are not encoded again
    assert same_files(whole, half)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half", "whole"]


def test_a_killed_process_goes_on_and_ends_in_the_same_bytes(tiny, tiny_folder, tmp_path, small_chunks):
    build(tiny, PASSAGES, tmp_path / "whole")
    code = f"""
import time
from clirlab.models import load_encoder
from clirlab.retrieval import build, build_index
build.CHUNK = 5
def stream():
    for number, passage in enumerate({PASSAGES!r}):
        if number == 12:
            time.sleep(600)
        yield passage
encoder, folder = load_encoder({str(tiny_folder)!r}), {str(tmp_path / "half")!r}
build_index(encoder, stream(), folder, arithmetic="float32", progress=False)
"""
    log = tmp_path / ".half.building" / "log.jsonl"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        while process.poll() is None and (not log.is_file() or log.read_bytes().count(b"\n") < 3):
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert same_files(tmp_path / "whole", build(tiny, PASSAGES, tmp_path / "half").folder)


@pytest.mark.parametrize("damage", ["torn log", "torn data", "lost file", "no log"])
def test_what_a_power_cut_leaves_is_written_again(tiny, tmp_path, small_chunks, damage):
    build(tiny, PASSAGES, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        build(tiny, interrupted(PASSAGES, 17), tmp_path / "half")
    half = tmp_path / ".half.building"
    if damage == "torn log":
        (half / "log.jsonl").write_bytes((half / "log.jsonl").read_bytes()[:-9])
    elif damage == "torn data":
        content = bytearray((half / "vectors").read_bytes())
        content[-3:] = b"\0\0\0"
        (half / "vectors").write_bytes(content)
    else:
        (half / {"lost file": "norms", "no log": "log.jsonl"}[damage]).unlink()
    assert same_files(tmp_path / "whole", build(tiny, PASSAGES, tmp_path / "half").folder)


def test_a_half_of_other_passages_or_settings_is_refused_and_may_be_begun_afresh(
    tiny, tiny_folder, tmp_path, small_chunks
):
    half = tmp_path / "half"
    with pytest.raises(KeyboardInterrupt):
        build(tiny, interrupted(PASSAGES, 12), half)
    for others in ([("d0", "other"), *PASSAGES[1:]], PASSAGES[:5]):
        with pytest.raises(InputError, match="is half built from other passages; give the same again"):
            build(tiny, others, half)
    with pytest.raises(InputError, match="is half built with dtype float16, and not int8; go on with that, or give re"):
        build(tiny, PASSAGES, half, dtype="int8")
    other = load_encoder(tiny_folder, prefixes={})
    with pytest.raises(InputError, match=r"is half built with \S+ \(\w{12}\), and not with \S+ \(\w{12}\); go on"):
        build(other, PASSAGES, half)
    assert build(other, PASSAGES, half, resume=False).doc_ids == build(tiny, PASSAGES, tmp_path / "whole").doc_ids


def test_a_full_disk_loses_nothing(tiny, tmp_path, small_chunks, monkeypatch):
    settled = []
    fsync = os.fsync

    def full(descriptor):
        settled.append(descriptor)
        if len(settled) == 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        InputError, match=r"the disk is full; what is written is kept in .*\.half\.building\. Free some"
    ):
        build(tiny, PASSAGES, tmp_path / "half")
    monkeypatch.undo()
    monkeypatch.setattr(building, "CHUNK", 5)
    assert (tmp_path / ".half.building" / "log.jsonl").read_bytes().count(b"\n") == 3  # the source and two chunks
    half = build(tiny, PASSAGES, tmp_path / "half")
    assert same_files(build(tiny, PASSAGES, tmp_path / "whole").folder, half.folder)


def test_no_second_process_builds_in_the_same_place(tiny, tmp_path):
    def stream():
        yield from PASSAGES
        with pytest.raises(InputError, match="another process is building this index; wait until it is done"):
            build(tiny, PASSAGES, tmp_path / "index")

    assert len(build(tiny, stream(), tmp_path / "index")) == len(PASSAGES)


def test_a_repeated_id_no_passage_and_a_name_that_is_taken(tiny, tmp_path, small_chunks):
    for twice in ("d1", "d22"):  # in the chunk of the first one, and in another
        passages = [*PASSAGES[:4], (twice, "again"), *PASSAGES[4:]]
        with pytest.raises(InputError, match=f"the id '{twice}' occurs twice among the passages"):
            build(tiny, passages, tmp_path / twice)
    with pytest.raises(InputError, match="there are no passages to write an index of"):
        build(tiny, [], tmp_path / "none")
    build(tiny, PASSAGES, tmp_path / "index")
    with pytest.raises(InputError, match="index exists; give another name, or open it with open_index"):
        build(tiny, PASSAGES, tmp_path / "index")
    with pytest.raises(InputError, match="unknown dtype 'float8'; did you mean 'float"):
        build(tiny, PASSAGES, tmp_path / "other", dtype="float8")


def test_passages_without_a_token_are_an_index_too(tiny, tmp_path):
    index = build(tiny, [("a", ""), ("b", "")], tmp_path / "index")
    run = search_index(tiny, index, {"q": "a cat"})
    assert run["doc_id"].tolist() == ["a", "b"]
    assert run["score"].tolist() == [-np.inf, -np.inf]


def test_an_index_of_another_encoder_is_refused_by_both_names(tiny, tiny_folder, index):
    assert len(open_index(index.folder, tiny)) == 150
    other = load_encoder(tiny_folder, prefixes={})
    other.name = "other"
    with pytest.raises(InputError, match=rf"is the index of {tiny.name} \(\w{{12}}\), not of other \(\w{{12}}\); open"):
        open_index(index.folder, other)


def test_what_is_no_whole_index_is_refused(index, tmp_path):
    with pytest.raises(InputError, match=r"no index \(index.json is missing\); make one with build_index"):
        open_index(tmp_path)
    (tmp_path / "index.json").write_text("{}")
    with pytest.raises(InputError, match=r"index\.json: not the manifest of an index; build the index anew"):
        open_index(tmp_path)
    norms = index.folder / "norms"
    content = norms.read_bytes()
    norms.write_bytes(content[:-1])
    message = rf"norms: {len(content) - 1:,} bytes, and {len(content):,} were written; copy the index again"
    with pytest.raises(InputError, match=message):
        open_index(index.folder)
    norms.unlink()
    with pytest.raises(InputError, match="norms: 0 bytes, and"):
        open_index(index.folder)


def test_an_index_of_another_format_is_refused(index):
    manifest = index.folder / "index.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(InputError, match="format 2, and this version reads 1; build the index anew"):
        open_index(index.folder)


def test_verify_finds_one_changed_byte_and_says_where(tiny, tmp_path, small_chunks):
    index = build(tiny, PASSAGES, tmp_path / "index")
    index.verify()
    vectors = index.folder / "vectors"
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)
    with pytest.raises(InputError, match=r"vectors is damaged at passages 21 to 24 \(sha256 differs\); copy the index"):
        open_index(index.folder).verify()
    log = index.folder / "log.jsonl"
    log.write_bytes(log.read_bytes() + b"\n")
    with pytest.raises(InputError, match=r"log.jsonl is damaged"):
        open_index(index.folder).verify()


def test_vectors_of_another_width_and_unknown_scorers_are_refused(tiny, index, exact_index):
    with pytest.raises(InputError, match=r"the queries have vectors of 32 dimensions, and the index of exact .* has 8"):
        search_index(tiny, exact_index(), {"q": "a cat"})
    with pytest.raises(InputError, match="unknown scorer 'maxim'; did you mean 'maxsim'"):
        search_index(tiny, index, {"q": "a cat"}, scorer="maxim")
    with pytest.raises(InputError, match="k must be at least 1, got 0"):
        search_index(tiny, index, {"q": "a cat"}, k=0)


@given(st.integers(1, 12), st.lists(st.integers(0, 3), min_size=12, max_size=12), st.integers(1, 11))
def test_merging_the_best_of_the_parts_gives_the_best_of_the_whole(k, scores, cut):
    scores = np.array([scores, scores[::-1]], dtype=np.float32)
    ids = [f"d{i}" for i in np.random.default_rng(sum(map(int, scores[0]))).permutation(12)]
    whole = run_of(scores, ["b", "a"], ids, k)
    parts = [run_of(scores[:, part], ["b", "a"], ids[part], k) for part in (slice(0, cut), slice(cut, 12))]
    assert merge_runs(parts, k).equals(whole)
