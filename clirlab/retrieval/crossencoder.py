"""Pairs of query and passage texts in, relevance out: any sequence classifier of one or two logits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from tqdm.auto import tqdm
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from clirlab.errors import InputError
from clirlab.models.encoder import autocast
from clirlab.models.load import check_weights, folder_of


class CrossEncoder:
    """A transformer that reads a query and a passage together (Nogueira & Cho 2019).

    Parameters
    ----------
    model : PreTrainedModel
        With a head of one logit (relevance) or of two (not relevant, relevant).
    tokenizer : PreTrainedTokenizerBase
    name : str
        What it is called in tables and messages.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.name = name
        self.max_length = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))
        # RoBERTa counts positions from behind its padding id
        if model.config.model_type in {"roberta", "xlm-roberta", "camembert"}:
            self.max_length = min(self.max_length, model.config.max_position_embeddings - 2)

    def __repr__(self) -> str:
        return f"CrossEncoder({self.name})"

    def score(
        self, pairs: Sequence[tuple[str, str]], batch_size: int = 32, dtype: str = "auto", progress: bool = False
    ) -> Tensor:
        """The logit of relevance of each (query, passage), shape (N,), float32; of two logits, their difference.

        Too long a pair loses the end of its longer text. Pairs are sorted by length, so that little is padded.
        """
        if not pairs:
            return torch.zeros(0)
        cut = self.tokenizer(
            [query for query, _ in pairs],
            [passage for _, passage in pairs],
            truncation="longest_first",
            max_length=self.max_length,
        )
        order = sorted(range(len(pairs)), key=lambda i: -len(cut["input_ids"][i]))
        scores = torch.empty(len(pairs))
        with (
            torch.inference_mode(),
            autocast(self.model.device, dtype),
            tqdm(total=len(pairs), desc="re-rank", unit="pair", disable=not progress) as bar,
        ):
            for start in range(0, len(order), batch_size):
                chosen = order[start : start + batch_size]
                batch = self.tokenizer.pad(
                    {key: [values[i] for i in chosen] for key, values in cut.items()}, return_tensors="pt"
                )
                logits = self.model(**batch.to(self.model.device)).logits.float().cpu()
                scores[chosen] = logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0)
                bar.update(len(chosen))
        return scores


def load_cross_encoder(name: str | Path, device: str = "cpu") -> CrossEncoder:
    """Load a cross-encoder from a local folder or from the Hugging Face hub (``"owner/model"``); safetensors only.

    Raises
    ------
    InputError
        If there is none, its weights are in pickle format or cut short, its head is missing or has more than two
        logits.
    """
    folder = folder_of(str(name), "cross-encoder", bundled=())
    check_weights(folder)
    model, report = AutoModelForSequenceClassification.from_pretrained(
        folder, use_safetensors=True, output_loading_info=True
    )
    if missing := sorted(report["missing_keys"]):
        raise InputError(
            f"{folder}: {len(missing)} tensors of a cross-encoder are not in its weights, such as {missing[0]}; "
            "is it a model for token vectors?"
        )
    if model.config.num_labels > 2:
        raise InputError(f"{folder}: {model.config.num_labels} classes; a cross-encoder has one logit, or two")
    return CrossEncoder(model.to(device), AutoTokenizer.from_pretrained(folder), str(name))
