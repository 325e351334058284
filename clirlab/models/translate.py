"""A sequence-to-sequence model and texts in, translations out: NLLB, M2M-100, mBART-50, Opus-MT, T5 and their kin."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm
from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from clirlab.corpora import language_code
from clirlab.errors import InputError
from clirlab.models.load import HUB_PATTERNS, check_weights, folder_of
from clirlab.models.translation_cache import cache_folder, folder_fingerprint, keep_translations, read_translations
from clirlab.models.translation_codes import Codes, codes_of

KEPT_AT_ONCE = 256  # texts between two writes to the cache: what a run that is killed loses at most


class Translator:
    """A translation model for one pair of languages; from `load_translator`.

    Attributes
    ----------
    name, source, target : str
        Of the model; BCP-47 codes.
    codes : Codes
        How the model is told the languages.
    cache : Path or None
        The folder of what was translated before.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        source: str,
        target: str,
        codes: Codes,
        beams: int,
        longest: int,
        cache: Path | None,
    ) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.name, self.source, self.target, self.codes = name, source, target, codes
        self.beams, self.longest, self.cache = beams, longest, cache
        positions = getattr(model.config, "max_position_embeddings", 512)
        self.max_length = min(tokenizer.model_max_length, positions)
        if codes.source is not None and hasattr(tokenizer, "src_lang"):
            tokenizer.src_lang = codes.source

    def __repr__(self) -> str:
        return f"Translator({self.name}: {self.source} to {self.target}, {self.beams} beams)"

    def translate(self, texts: Sequence[str], batch_size: int = 16, progress: bool = False) -> list[str]:
        """The translations of `texts`, in their order.

        Each text is translated once, and not again in a later run where there is a cache. A blank text stays one.
        What is beyond the longest text that the model takes is cut, with a warning.

        Parameters
        ----------
        texts : sequence of str
            In the source language.
        batch_size : int
            Texts that are translated together; they are of similar length, and do not change each other.
        progress : bool
            Show a progress bar.
        """
        if isinstance(texts, str):
            raise InputError("translate takes a list of texts; for one text give a list of one")
        known = read_translations(self.cache) if self.cache is not None else {}
        known |= {text: "" for text in texts if not text.strip()}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        fresh: dict[str, str] = {}
        with tqdm(total=len(missing), desc=f"translate {self.source}", unit="text", disable=not progress) as bar:
            for batch, translations in self._batches(missing, batch_size):
                fresh |= zip(batch, translations, strict=True)
                bar.update(len(batch))
                if self.cache is not None and len(fresh) >= KEPT_AT_ONCE:
                    keep_translations(self.cache, fresh)
                    known, fresh = known | fresh, {}
        if self.cache is not None and fresh:
            keep_translations(self.cache, fresh)
        known |= fresh
        return [known[text] for text in texts]

    def _batches(self, texts: Sequence[str], batch_size: int) -> Iterator[tuple[list[str], list[str]]]:
        ids = [self._ids(text) for text in texts]
        if cut := sum(len(one) >= self.max_length for one in ids):
            warnings.warn(
                f"{cut} of {len(texts)} texts reach {self.max_length} pieces; what is beyond is cut", stacklevel=3
            )
        order = sorted(range(len(texts)), key=lambda i: -len(ids[i]))
        for start in range(0, len(order), batch_size):
            positions = order[start : start + batch_size]
            yield [texts[i] for i in positions], self._generate([ids[i] for i in positions])

    def _ids(self, text: str) -> list[int]:
        """The pieces of a text, with what tells the model the languages."""
        said = self.codes.prefix + text
        if self.codes.source_token is None or hasattr(self.tokenizer, "src_lang"):
            return self.tokenizer(said, truncation=True, max_length=self.max_length)["input_ids"]
        # a tokenizer that was saved without its class knows nothing of languages
        bare = self.tokenizer(said, add_special_tokens=False, truncation=True, max_length=self.max_length - 2)
        first = self.tokenizer.convert_tokens_to_ids(self.codes.source_token)
        return [first, *bare["input_ids"], self.tokenizer.eos_token_id]

    def _generate(self, ids: Sequence[list[int]]) -> list[str]:
        length, padding = max(map(len, ids)), self.tokenizer.pad_token_id or 0
        padded = torch.tensor([one + [padding] * (length - len(one)) for one in ids])
        attended = torch.tensor([[1] * len(one) + [0] * (length - len(one)) for one in ids])
        settings: dict[str, Any] = {"num_beams": self.beams, "do_sample": False, "max_new_tokens": self.longest}
        if self.codes.forced is not None:
            settings["forced_bos_token_id"] = self.tokenizer.convert_tokens_to_ids(self.codes.forced)
        with torch.inference_mode():
            found = self.model.generate(
                padded.to(self.model.device), attention_mask=attended.to(self.model.device), **settings
            )
        return [text.strip() for text in self.tokenizer.batch_decode(found, skip_special_tokens=True)]


def load_translator(
    name: str | Path,
    source: str,
    target: str = "en",
    device: str = "cpu",
    beams: int = 4,
    longest: int = 128,
    prefix: str = "",
    cache: str | Path | bool = True,
) -> Translator:
    """Load a translation model for one pair of languages.

    Parameters
    ----------
    name : str or Path
        A local folder, or an id on the Hugging Face hub (``"facebook/nllb-200-distilled-600M"``). NLLB, M2M-100,
        mBART-50, MADLAD-400 and Opus-MT with several targets are told the languages in their own codes; a model
        without such codes knows one pair of languages, which nobody checks.
    source, target : str
        Any usual code, such as ``"sw"`` or ``"swh_Latn"``.
    device : str
        Where it computes, such as ``"cpu"`` or ``"cuda"``.
    beams : int
        Of beam search; 1 takes the likeliest next piece each time.
    longest : int
        Pieces of a translation.
    prefix : str
        What is written before each text, for models of T5's kind (``"translate German to English: "``).
    cache : str, Path or bool
        Where translations are kept for later runs, by the model's contents and all settings: the cache folder (True),
        another one, or nowhere (False).

    Raises
    ------
    InputError
        If there is no such model, its weights are in pickle format or damaged, it is no sequence-to-sequence model,
        its tokenizer needs a package that is not installed, or it does not know a language (the nearest is named).
    """
    if beams < 1 or longest < 1:
        raise InputError(f"beams and longest must be at least 1, got {beams} and {longest}")
    folder = folder_of(str(name), "translation model", (), patterns=[*HUB_PATTERNS, "*.spm"])
    check_weights(folder)
    config = AutoConfig.from_pretrained(folder)
    if not config.is_encoder_decoder:
        raise InputError(f"{name}: {config.model_type} is no sequence-to-sequence model; it cannot translate")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (ImportError, ValueError) as error:
        remedy = "pip install 'clirlab[translate]' brings what the tokenizers of Opus-MT and M2M-100 need"
        raise InputError(f"{name}: its tokenizer cannot be read ({_first_line(error)}); {remedy}") from error
    special = [*tokenizer.all_special_tokens, *getattr(tokenizer, "lang_token_to_id", ())]
    codes = codes_of([*tokenizer.get_vocab(), *special], source, target, str(name))
    model, report = AutoModelForSeq2SeqLM.from_pretrained(folder, use_safetensors=True, output_loading_info=True)
    if missing := sorted(report["missing_keys"]):
        raise InputError(f"{folder}: {len(missing)} tensors of the model are not in its weights, such as {missing[0]}")
    codes = codes._replace(prefix=prefix + codes.prefix)
    place = None
    if cache is not False:
        described = {"model": folder_fingerprint(folder), "codes": codes, "beams": beams, "longest": longest}
        place = cache_folder(described, None if cache is True else Path(cache))
    said = language_code(source), language_code(target)
    return Translator(model.to(device), tokenizer, str(name), *said, codes, beams, longest, place)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
