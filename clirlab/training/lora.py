"""A model in, the same with small changes of low rank that learn in its place out; and merged into its weights again.

Source: Hu et al. 2021, LoRA, arXiv 2106.09685; the library is peft.
"""

from __future__ import annotations

import warnings
from typing import Any

from transformers import PreTrainedModel

from clirlab.errors import InputError


def add_adapters(model: PreTrainedModel, rank: int, alpha: int) -> Any:
    """Put a change B A of low rank beside every linear map of `model`, in place; B is 0, so that nothing changes yet.

    Parameters
    ----------
    rank : int
        Rows of A and columns of B.
    alpha : int
        The change is alpha / rank · B A.

    Returns
    -------
    peft.PeftModel
        Around the same model; for `merge_adapters`.

    Raises
    ------
    InputError
        If peft is not installed.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise InputError("learn='lora' needs the library peft: pip install 'clirlab[lora]'") from error
    with warnings.catch_warnings():
        # peft asks transformers for an attribute by its old name
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(
            model, LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear", lora_dropout=0.0, bias="none")
        )


def merge_adapters(adapted: Any) -> PreTrainedModel:
    """The model with the changes added to its weights, in place: an ordinary model again."""
    return adapted.merge_and_unload()
