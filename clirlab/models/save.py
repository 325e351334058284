"""An encoder in, a folder that transformers, sentence-transformers and PyLate load out.

One layout serves them all: the model and tokenizer as transformers writes them; ``modules.json`` with mean pooling,
the projection where there is one, and normalisation, as sentence-transformers lists them; and beside the prompts what
PyLate reads. PyLate takes the projection out of the list and applies it to each token, sentence-transformers to the
mean of the tokens: as it is linear, both orders give the same mean.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors.torch import save_file
from torch import nn

if TYPE_CHECKING:
    from clirlab.models.encoder import TokenEncoder

IDENTITY = "torch.nn.modules.linear.Identity"


def write_encoder(encoder: TokenEncoder, folder: Path) -> None:
    """Write `encoder` into a folder, which is made where there is none.

    ``AutoModel.from_pretrained`` gives the model without the projection. The vector that sentence-transformers gives
    for a text with one of its prompts is ``encoder.encode([text], kind).pooled(over="all")``. PyLate and
    sentence-transformers' MultiVectorEncoder give a vector for every piece, special tokens and prompt included.
    """
    encoder.model.save_pretrained(folder)
    # of the last call, not of the tokenizer: the same encoder is to give the same bytes
    encoder.tokenizer.backend_tokenizer.no_truncation()
    encoder.tokenizer.backend_tokenizer.no_padding()
    encoder.tokenizer.save_pretrained(folder)
    width = encoder.model.config.hidden_size
    pooling = {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True, "include_prompt": True}
    modules = [("Transformer", ""), ("Pooling", "1_Pooling")]
    configs: dict[str, Any] = {
        "config_sentence_transformers.json": prompts_of(encoder),
        "sentence_bert_config.json": {"max_seq_length": encoder.max_length, "do_lower_case": False},
        "1_Pooling/config.json": pooling,
    }
    if encoder.projection is not None:
        modules.append(("Dense", "2_Dense"))
        configs["2_Dense/config.json"] = _dense_config(encoder.projection)
    modules.append(("Normalize", f"{len(modules)}_Normalize"))
    (folder / modules[-1][1]).mkdir()
    configs["modules.json"] = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (kind, path) in enumerate(modules)
    ]
    for name, content in configs.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if encoder.projection is not None:
        state = {f"linear.{k}": tensor.cpu().contiguous() for k, tensor in encoder.projection.state_dict().items()}
        save_file(state, folder / "2_Dense" / "model.safetensors", metadata={"format": "pt"})


def prompts_of(encoder: TokenEncoder) -> dict[str, Any]:
    """What ``config_sentence_transformers.json`` says of an encoder."""
    # sentence-transformers looks for "document" first, and takes it for empty where it is missing
    prompts = {"query": "", "document": encoder.prefixes.get("passage", ""), **encoder.prefixes}
    described: dict[str, Any] = {"model_type": "SentenceTransformer", "prompts": prompts, "default_prompt_name": None}
    described["similarity_fn_name"] = "cosine"
    if encoder.projection is None:
        return described
    return described | {
        "query_prefix": _as_one_token(encoder, prompts["query"]),
        "document_prefix": _as_one_token(encoder, prompts["document"]),
        "query_length": encoder.max_length,
        "document_length": encoder.max_length,
        "do_query_expansion": False,
        "attend_to_expansion_tokens": False,
        "skiplist_words": [],
    }


def _as_one_token(encoder: TokenEncoder, prefix: str) -> str:
    """The prefix if it is one token; else none: PyLate would add it to the vocabulary, with a vector at random."""
    return prefix if encoder.tokenizer.tokenize(prefix) == [prefix] else ""


def _dense_config(projection: nn.Linear) -> dict[str, Any]:
    sizes = {"in_features": projection.in_features, "out_features": projection.out_features}
    return sizes | {"bias": projection.bias is not None, "activation_function": IDENTITY}
