"""Channel mixers as plain PyTorch modules, [batch, time, dim] to [batch, time, dim]; names as in the golden README."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def router_weights(scores: Tensor, active: int, rule: str) -> Tensor:
    """Weights of the experts, [..,E].

    `masked`: softmax over the `active` largest scores. `zeroed` (MAD): the other scores count as 0 in the softmax.
    """
    threshold = scores.topk(active, -1).values[..., -1:].detach()
    fill = -torch.inf if rule == "masked" else 0.0
    return torch.softmax(scores.masked_fill(scores < threshold, fill), -1)


class MLP(nn.Module):
    """proj(gelu(fc x))"""

    def __init__(self, dim: int, max_length: int, dim_inner: int | None = None):
        super().__init__()
        inner = dim_inner or 4 * dim
        self.fc, self.proj = nn.Linear(dim, inner, bias=False), nn.Linear(inner, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(F.gelu(self.fc(x), approximate="tanh"))


class SwiGLU(nn.Module):
    """w3(silu(w1 x) * w2 x)"""

    def __init__(self, dim: int, max_length: int, dim_inner: int | None = None):
        super().__init__()
        inner = dim_inner or 16 * -(-(8 * dim // 3) // 16)
        self.w1, self.w2 = nn.Linear(dim, inner, bias=False), nn.Linear(dim, inner, bias=False)
        self.w3 = nn.Linear(inner, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.w3(F.silu(self.w1(x)) * self.w2(x))


class SparseMoE(nn.Module):
    """Mixture of gated MLPs; each token goes through its `active_experts` experts only.

    Tokens are sorted by expert, so that every expert is three matrix products over its own tokens.
    """

    def __init__(self, dim: int, num_experts: int, active_experts: int, dim_inner: int):
        super().__init__()
        self.active = active_experts
        self.router = nn.Linear(dim, num_experts)
        self.gate = nn.Parameter(dim**-0.5 * torch.randn(num_experts, dim_inner, dim))
        self.up = nn.Parameter(dim**-0.5 * torch.randn(num_experts, dim_inner, dim))
        self.down = nn.Parameter(dim_inner**-0.5 * torch.randn(num_experts, dim, dim_inner))

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(0, 1)
        scores, experts = self.router(rows).topk(self.active, -1)
        weights = torch.softmax(scores, -1).flatten()
        order = experts.flatten().argsort()
        tokens = order // self.active
        counts = torch.bincount(experts.flatten(), minlength=self.gate.shape[0]).tolist()
        outputs = [
            F.linear(F.gelu(F.linear(part, gate), approximate="tanh") * F.linear(part, up), down)
            for part, gate, up, down in zip(
                rows.index_select(0, tokens).split(counts), self.gate.unbind(), self.up.unbind(), self.down.unbind())]
        mixed = torch.cat(outputs) * weights.index_select(0, order).unsqueeze(-1)
        return torch.zeros_like(rows).index_add(0, tokens, mixed).view_as(x)


class DenseMoE(nn.Module):
    """MAD's mixture: all experts are computed, and one down projection reads all of them."""

    def __init__(self, dim: int, num_experts: int, active_experts: int, dim_inner: int, router_rule: str):
        super().__init__()
        self.active, self.rule = active_experts, router_rule
        inner = num_experts * dim_inner
        self.up1, self.up2 = nn.Linear(dim, inner, bias=False), nn.Linear(dim, inner, bias=False)
        self.down1 = nn.Linear(inner, dim * num_experts, bias=False)
        self.router = nn.Linear(dim, num_experts)

    def forward(self, x: Tensor) -> Tensor:
        weights = router_weights(self.router(x), self.active, self.rule)
        z = self.down1(self.up1(x) * F.gelu(self.up2(x), approximate="tanh"))
        return (z.unflatten(-1, (-1, weights.shape[-1])) @ weights.unsqueeze(-1)).squeeze(-1)


def mixture_of_experts(
    dim: int, max_length: int, num_experts: int = 8, active_experts: int = 2, dim_inner: int | None = None,
    experts: str = "sparse", router_rule: str = "masked",
) -> nn.Module:
    """`moe-mlp` in its sparse or dense form.

    Unless given, the inner width is 16 in the dense form and SwiGLU's width shared among the experts in the sparse one.
    """
    if experts == "sparse":
        share = 8 * dim // 3 // num_experts
        return SparseMoE(dim, num_experts, active_experts, dim_inner or 16 * -(-share // 16))
    return DenseMoE(dim, num_experts, active_experts, dim_inner or 16, router_rule)


class RWKVChannelMixer(nn.Module):
    """sigmoid(receptance xr) * value(relu(key xk)^2), inputs mixed with those of the step before."""

    def __init__(self, dim: int, dim_inner: int | None, past_weight: bool):
        super().__init__()
        inner = dim_inner or 4 * dim
        self.past_weight = past_weight
        self.mix_k, self.mix_r = nn.Parameter(torch.linspace(0, 1, dim)), nn.Parameter(torch.linspace(0, 1, dim))
        self.key, self.value = nn.Linear(dim, inner, bias=False), nn.Linear(inner, dim, bias=False)
        self.receptance = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        shifted = F.pad(x, (0, 0, 1, -1))
        start, end = (x, shifted) if self.past_weight else (shifted, x)
        hidden = F.relu(self.key(torch.lerp(start, end, self.mix_k))).square()
        return torch.sigmoid(self.receptance(torch.lerp(start, end, self.mix_r))) * self.value(hidden)


class RWKV5ChannelMixer(RWKVChannelMixer):
    """The weights `mix_*` belong to the present step."""

    def __init__(self, dim: int, max_length: int, dim_inner: int | None = None):
        super().__init__(dim, dim_inner, past_weight=False)


class RWKV6ChannelMixer(RWKVChannelMixer):
    """The weights `mix_*` belong to the step before."""

    def __init__(self, dim: int, max_length: int, dim_inner: int | None = None):
        super().__init__(dim, dim_inner, past_weight=True)
