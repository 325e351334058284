"""Text in, token vectors out: any transformers encoder, with content masks and an optional projection."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from clirlab.errors import InputError, unknown_name
from clirlab.files import write_aside
from clirlab.models.batch import TokenBatch, join_batches
from clirlab.models.save import write_encoder
from clirlab.models.tokenize import Tokenized, tokenize

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@functools.cache
def fast_dtype(device_type: str) -> torch.dtype:
    """bfloat16 where the device computes in it natively (GPU; CPU with AVX512-BF16 or AMX), else float32."""
    if device_type == "cpu":
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return torch.bfloat16 if native else torch.float32
    return torch.bfloat16


def autocast(device: torch.device, dtype: str = "auto") -> AbstractContextManager:
    """The context to compute in: bfloat16 autocast or plain float32.

    Parameters
    ----------
    dtype : {"auto", "float32", "bfloat16"}
        ``auto`` takes bfloat16 where the device gains by it.
    """
    if dtype not in {"auto", *DTYPES}:
        raise unknown_name("dtype", dtype, ["auto", *DTYPES])
    chosen = fast_dtype(device.type) if dtype == "auto" else DTYPES[dtype]
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=chosen == torch.bfloat16)


class TokenEncoder:
    """A transformer encoder that gives a vector for each sub-word of a text.

    Parameters
    ----------
    model : PreTrainedModel
        Any encoder that yields ``last_hidden_state`` (and ``hidden_states`` for `layer`).
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer (it must give character offsets).
    name : str
        What it is called in tables and messages.
    prefixes : dict of str to str
        For each kind of text what is written before it, such as ``{"query": "query: "}``. It is encoded, but is no
        content.
    projection : nn.Linear, optional
        Applied to the last layer, as in ColBERT (Khattab & Zaharia 2020).
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        prefixes: dict[str, str] | None = None,
        projection: nn.Linear | None = None,
    ) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.name = name
        self.prefixes = prefixes or {}
        self.projection = projection
        self.max_length = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))

    @property
    def device(self) -> torch.device:
        return self.model.device

    @property
    def dim(self) -> int:
        """Width of a token vector."""
        return self.projection.out_features if self.projection is not None else self.model.config.hidden_size

    @property
    def layers(self) -> int:
        """How many layers there are above the embeddings (layer 0)."""
        return self.model.config.num_hidden_layers

    def __repr__(self) -> str:
        return f"TokenEncoder({self.name}: {self.layers} layers, d = {self.dim})"

    def tokenize(self, texts: Sequence[str], kind: str = "query") -> list[Tokenized]:
        """The pieces of each text with the prefix of its kind; see `clirlab.models.tokenize`."""
        if not texts:
            return []
        return tokenize(self.tokenizer, texts, self.prefixes.get(kind, ""), self.max_length)

    def hidden(self, ids: Tensor, attended: Tensor, layer: int | None = None) -> Tensor:
        """Token vectors as the encoder gives them, shape (B, L, d); differentiable.

        Parameters
        ----------
        ids, attended : Tensor, shape (B, L)
            Piece ids; True where there is no padding.
        layer : int, optional
            0 is the embedding layer; none means the last layer with the projection, where there is one.
        """
        if layer is not None:
            return self.hidden_layers(ids, attended)[layer]
        output = self.model(input_ids=ids, attention_mask=attended.long())
        return output.last_hidden_state if self.projection is None else self.projection(output.last_hidden_state)

    def hidden_layers(self, ids: Tensor, attended: Tensor) -> tuple[Tensor, ...]:
        """Token vectors of all layers from 0 (embeddings) in one pass, each of shape (B, L, d); without projection."""
        return self.model(input_ids=ids, attention_mask=attended.long(), output_hidden_states=True).hidden_states

    def batches(
        self,
        texts: Sequence[str],
        kind: str = "query",
        batch_size: int = 32,
        layer: int | None = None,
        dtype: str = "auto",
        progress: bool = False,
        cut: Sequence[Tokenized] | None = None,
    ) -> Iterator[tuple[list[int], TokenBatch]]:
        """Encode in batches of similar length, longest first: (positions of the texts, their vectors) of each batch.

        `cut` are the pieces of the texts, where `tokenize` gave them before.
        """
        if layer is not None:
            self.check_layer(layer)
        cut = self.tokenize(list(texts), kind) if cut is None else cut
        order = sorted(range(len(cut)), key=lambda i: -len(cut[i].ids))
        with tqdm(total=len(cut), desc=f"encode {kind}", unit="text", disable=not progress) as bar:
            for start in range(0, len(cut), batch_size):
                positions = order[start : start + batch_size]
                with torch.inference_mode(), autocast(self.device, dtype):
                    batch = self._encode([cut[i] for i in positions], layer)
                yield positions, batch
                bar.update(len(positions))

    def encode(
        self,
        texts: Sequence[str],
        kind: str = "query",
        batch_size: int = 32,
        layer: int | None = None,
        dtype: str = "auto",
        progress: bool = False,
    ) -> TokenBatch:
        """Token vectors of `texts`, in their order.

        Parameters
        ----------
        texts : sequence of str, length B
            At least one; longer ones than the encoder takes are cut, with a warning.
        kind : str
            Which prefix stands before each text (``"query"``, ``"passage"``); it is no content.
        batch_size : int
            Texts per forward pass; they are sorted by length first, so that little is padded.
        layer : int, optional
            0 (embeddings) to the number of layers; the last, projected where there is a projection, if not given.
        dtype : {"auto", "float32", "bfloat16"}
            Arithmetic of the encoder; the vectors are float32 in any case.
        progress : bool
            Show a progress bar.

        Returns
        -------
        TokenBatch
            vectors of shape (B, L, d), unit norm.

        Examples
        --------
        >>> from clirlab.models import load_encoder
        >>> tokens = load_encoder("e5-small").encode(["habari ya dunia", "dunia"], kind="query")
        >>> tokens.vectors.shape[-1], tokens.content(0)[0]
        (384, ['▁habari', '▁ya', '▁dunia'])
        """
        if isinstance(texts, str):
            raise InputError("encode takes a list of texts; for one text give a list of one")
        if not texts:
            raise InputError("nothing to encode: the list of texts is empty")
        # one context around all batches, so that the weights are cast to bfloat16 once and not for each batch
        with autocast(self.device, dtype):
            parts = list(self.batches(texts, kind, batch_size, layer, dtype, progress))
        return join_batches([batch for _, batch in parts], [i for positions, _ in parts for i in positions])

    def encode_layers(
        self, texts: Sequence[str], layers: Sequence[int], kind: str = "query", dtype: str = "auto"
    ) -> list[TokenBatch]:
        """Token vectors of `texts` at several layers from one pass; for one batch of texts of similar length.

        Examples
        --------
        >>> from clirlab.models import load_encoder
        >>> first, last = load_encoder("e5-small").encode_layers(["habari ya dunia"], layers=[0, 12])
        >>> first.content(0)[0] == last.content(0)[0], bool((first.vectors == last.vectors).all())
        (True, False)
        """
        for layer in layers:
            self.check_layer(layer)
        cut = self.tokenize(list(texts), kind)
        ids, attended, content = pad(cut, self.tokenizer.pad_token_id or 0)
        with torch.inference_mode(), autocast(self.device, dtype):
            hidden = self.hidden_layers(ids.to(self.device), attended.to(self.device))
            return [_token_batch(hidden[layer], cut, attended, content) for layer in layers]

    def check_layer(self, layer: int) -> None:
        """Raise an `InputError` if there is no such layer."""
        if not 0 <= layer <= self.layers:
            raise InputError(f"layer {layer}: {self.name} has layers 0 to {self.layers}")

    def _encode(self, cut: Sequence[Tokenized], layer: int | None) -> TokenBatch:
        ids, attended, content = pad(cut, self.tokenizer.pad_token_id or 0)
        return _token_batch(self.hidden(ids.to(self.device), attended.to(self.device), layer), cut, attended, content)

    def save(self, folder: str | Path) -> None:
        """Write the encoder as transformers, sentence-transformers and PyLate load it; see `clirlab.models.save`.

        Raises
        ------
        InputError
            If `folder` exists or the disk is full.
        """
        with write_aside(folder) as partial:
            write_encoder(self, partial)


def _token_batch(hidden: Tensor, cut: Sequence[Tokenized], attended: Tensor, content: Tensor) -> TokenBatch:
    """Vectors as the encoder gave them, shape (B, L, d), as unit vectors and norms."""
    raw = hidden.float().cpu() * attended.unsqueeze(-1)
    norms = raw.norm(dim=-1)
    vectors = raw / norms.clamp_min(1e-12).unsqueeze(-1)
    return TokenBatch(vectors, norms, content, attended, [c.pieces for c in cut], [c.word_ids for c in cut])


def pad(cut: Sequence[Tokenized], padding: int) -> tuple[Tensor, Tensor, Tensor]:
    """Piece ids, what is attended and what is content, each of shape (B, L), padded at the right."""
    length = max(len(c.ids) for c in cut)
    ids = torch.tensor([c.ids + [padding] * (length - len(c.ids)) for c in cut])
    attended = torch.tensor([[True] * len(c.ids) + [False] * (length - len(c.ids)) for c in cut])
    content = torch.tensor([c.content + [False] * (length - len(c.ids)) for c in cut])
    return ids, attended, content
