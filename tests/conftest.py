import json
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from clirlab.explore import panel
from clirlab.models import TokenEncoder, load_encoder

# a shell starts what is in the background with Ctrl-C ignored, which processes that tests start would inherit
signal.signal(signal.SIGINT, signal.default_int_handler)

# a script for an environment that has what this one has not
collect_ignore = ["models/elsewhere.py"]

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = ["query", "passage", ":", ",", "the", "a", "cat", "dog", "sleep", "bark", "on", "under", "roof"]
PIECES = [*SPECIAL, *WORDS, "##s", "##ing", "##ed"]
MAX_LENGTH, POSITIONS = 16, 20


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of third-party data sets, where CLIRLAB_DATA names one."""
    if "CLIRLAB_DATA" not in os.environ:
        pytest.skip("needs real data: set CLIRLAB_DATA to its folder")
    return Path(os.environ["CLIRLAB_DATA"])


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of 2 layers and width 32 with a WordPiece tokenizer and prompts: no download."""
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=MAX_LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(folder)
    torch.manual_seed(0)
    # a wide initialisation, so that attention is far from uniform and attending to padding would show
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=POSITIONS,
        initializer_range=0.5,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}, "default_prompt_name": None}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts), encoding="utf-8")
    return folder


@pytest.fixture
def tiny(tiny_folder: Path) -> TokenEncoder:
    return load_encoder(tiny_folder)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a notebook: explorers give widgets."""
    monkeypatch.setattr(panel, "get_ipython", lambda: SimpleNamespace(kernel="a kernel"))
