"""How an encoder is trained: every knob of the loop, with its range and its default."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TrainingSettings(BaseModel):
    """How an encoder is trained; the defaults are the recipe of the lab's pilots on AfriQA (see the README)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(200, ge=1, description="gradient steps")
    batch_size: int = Field(16, ge=1, description="sentence pairs a batch")
    batch_tokens: int | None = Field(None, ge=1, description="source pieces a batch, padding included; not batch_size")
    accumulate: int = Field(1, ge=1, description="batches a step")
    learning_rate: float = Field(1e-4, gt=0, description="at its peak, after the warm-up")
    warm_up: float = Field(0.1, ge=0, le=1, description="share of the steps over which the rate rises from 0")
    decay: Literal["linear", "cosine"] = Field("linear", description="how the rate falls after the warm-up")
    final_rate: float = Field(0.02, ge=0, le=1, description="share of the rate that is left after the last step")
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    learn: Literal["all", "last", "embeddings", "lora"] = Field("all", description="which weights learn")
    last_layers: int = Field(6, ge=1, description="how many layers learn where `learn` is last")
    lora_rank: int = Field(16, ge=1, description="rank of the change of each linear map where `learn` is lora")
    lora_alpha: int = Field(32, ge=1, description="the change is scaled by alpha / rank")
    projection: Literal["none", "learn"] = Field("none", description="learn: a linear map to the teacher's width")
    ema: float | None = Field(None, gt=0, lt=1, description="decay of a running mean of the weights, which is kept")
    teacher_share: float = Field(0.5, ge=0, lt=1, description="weight of the weights before training in the average")
    explode: float = Field(20.0, gt=1, description="a loss so many times the usual one (see the docs) stops")
    dev_every: int = Field(50, ge=1, description="steps from one development measure to the next")
    patience: int | None = Field(None, ge=1, description="measures without a new best after which training stops")
    checkpoint_every: int = Field(50, ge=1, description="steps from one checkpoint to the next")
    too_long: Literal["cut", "drop", "stop"] = Field("cut", description="pairs beyond the length of the encoder")
    dtype: str = Field("auto", description="auto, float32 or bfloat16")
