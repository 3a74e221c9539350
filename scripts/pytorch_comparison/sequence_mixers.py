"""Sequence mixers as plain PyTorch modules, [batch, time, dim] to [batch, time, dim].

State-dict names and formulas are those of the golden vectors' README (Tests/ArchitectureTests/Golden). Every module
takes the width, the longest sequence and the primitive's options by keyword.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import kernels
from .channel_mixers import router_weights


def heads_first(x: Tensor, heads: int) -> Tensor:
    """[B,T,heads*d] -> [B,heads,T,d]"""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def heads_last(x: Tensor) -> Tensor:
    """[B,heads,T,d] -> [B,T,heads*d]"""
    return x.transpose(1, 2).flatten(2)


def previous_step(x: Tensor) -> Tensor:
    """x one step later, zeros first."""
    return F.pad(x, (0, 0, 1, -1))


def taps(channels: int, width: int) -> tuple[nn.Parameter, nn.Parameter]:
    """Weight [channels, width] and bias of a short convolution."""
    bound = width**-0.5
    return (nn.Parameter(torch.empty(channels, width).uniform_(-bound, bound)),
            nn.Parameter(torch.empty(channels).uniform_(-bound, bound)))


class Attention(nn.Module):
    """Causal softmax attention with rotary positions, grouped keys and values, and a sliding window."""

    mask: Tensor | None
    cosine: Tensor
    sine: Tensor

    def __init__(self, dim: int, max_length: int, heads: int, kv_heads: int | None = None, window: int | None = None):
        super().__init__()
        self.heads, self.kv_heads, self.width = heads, kv_heads or heads, dim // heads
        rows = (heads + 2 * self.kv_heads) * self.width
        self.grouped = self.kv_heads != heads
        self.add_module("qkv" if self.grouped else "Wqkv", nn.Linear(dim, rows))
        self.add_module("out" if self.grouped else "out_proj", nn.Linear(dim, dim))
        frequency = 10000.0 ** (-torch.arange(0, self.width, 2, dtype=torch.float64) / self.width)
        angle = torch.arange(max_length, dtype=torch.float64)[:, None] * frequency
        cosine, sine = angle.cos().repeat(1, 2).float(), torch.cat([-angle.sin(), angle.sin()], 1).float()
        self.register_buffer("cosine", cosine[:, None], persistent=False)  # [T,1,d]
        self.register_buffer("sine", sine[:, None], persistent=False)
        mask = None
        if window is not None:
            distance = torch.arange(max_length)[:, None] - torch.arange(max_length)
            mask = torch.zeros(max_length, max_length).masked_fill((distance < 0) | (distance > window), -torch.inf)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        time = x.shape[1]
        qkv = self.get_submodule("qkv" if self.grouped else "Wqkv")(x).unflatten(-1, (-1, self.width))
        rotated, v = qkv.split([self.heads + self.kv_heads, self.kv_heads], 2)
        first, second = rotated.chunk(2, -1)
        rotated = rotated * self.cosine[:time] + torch.cat([second, first], -1) * self.sine[:time]
        q, k = rotated.split([self.heads, self.kv_heads], 2)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        if self.mask is None:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.grouped)
        else:
            y = F.scaled_dot_product_attention(
                q, k, v, attn_mask=self.mask[:time, :time], enable_gqa=self.grouped)
        return self.get_submodule("out" if self.grouped else "out_proj")(heads_last(y))


class LinearAttention(nn.Module):
    """Linear attention, with MAD's learned product feature map or elu + 1."""

    def __init__(self, dim: int, max_length: int, heads: int, feature_map: str = "elu"):
        super().__init__()
        self.heads, self.learned = heads, feature_map == "mad"
        names = ("proj_q", "proj_k", "proj_v", "out_proj") if self.learned else ("q", "k", "v", "out")
        self.names = names
        for name in names:
            self.add_module(name, nn.Linear(dim, dim, bias=False))
        if self.learned:
            width = dim // heads
            self.fq1, self.fq2, self.fk1, self.fk2 = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (self.get_submodule(name)(x).unflatten(-1, (self.heads, -1)) for name in self.names[:3])
        if self.learned:
            q, k = self.fq1(q) * self.fq2(q), self.fk1(k) * self.fk2(k)
        else:
            q, k = F.elu(q) + 1, F.elu(k) + 1
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        y = kernels.linear_attention(q, k, v, epsilon=1e-12 if self.learned else 1e-6)
        return self.get_submodule(self.names[3])(heads_last(y))


class GatedLinearAttention(nn.Module):
    """Linear attention whose state decays per key channel, by a gate that depends on the input."""

    def __init__(self, dim: int, max_length: int, heads: int):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.q_proj, self.k_proj, self.v_proj, self.g_proj, self.o_proj = (
            nn.Linear(dim, dim, bias=False) for _ in range(5))
        self.gk_proj0, self.gk_proj1 = nn.Linear(dim, 16, bias=False), nn.Linear(16, dim)
        self.g_norm = nn.Parameter(torch.ones(dim // heads))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (heads_first(project(x), self.heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        log_decay = heads_first(F.logsigmoid(self.gk_proj1(self.gk_proj0(x))) / 16, self.heads)
        o = kernels.decayed_attention(q * self.scale, k, v, log_decay).transpose(1, 2)
        normalised = F.rms_norm(o, o.shape[-1:], self.g_norm, 1e-5).flatten(2)
        return self.o_proj(normalised * F.silu(self.g_proj(x)))


class ImplicitFilter(nn.Module):
    """Hyena's long filters: a small sine network of the position under an exponential window."""

    z: Tensor
    t: Tensor
    delta: Tensor

    def __init__(self, channels: int, order: int, max_length: int, train_z: bool = True):
        super().__init__()
        t = torch.linspace(0, 1, max_length)
        angle = 1e-4 * 2 * math.pi * torch.arange(max_length) / max_length
        z = torch.stack([t, angle.cos(), -angle.sin()], 1)
        if train_z:
            self.z = nn.Parameter(z)
        else:
            self.register_buffer("z", z)
        self.register_buffer("t", t)
        slow, fast = math.log(0.01) / 1.5, math.log(0.01) / 0.3
        self.register_buffer("delta", torch.linspace(slow, fast, channels).abs())
        self.freq = nn.Parameter(torch.ones(order))
        self.linear0, self.linear1, self.linear2 = nn.Linear(3, order), nn.Linear(order, order), nn.Linear(order, order)
        self.linear3 = nn.Linear(order, channels, bias=False)

    def forward(self, time: int) -> Tensor:
        """The first `time` values of every filter, [channels,time]."""
        a = self.z[:time]
        for linear in (self.linear0, self.linear1, self.linear2):
            a = torch.sin(self.freq * linear(a))
        return F.linear(self.linear3.weight, a) * torch.exp(-self.delta[:, None] * self.t[:time])


class Hyena(nn.Module):
    """Gated long convolution; the input projection is shared by `proj_groups` groups of channels."""

    def __init__(self, dim: int, max_length: int, inner_factor: int = 4, proj_groups: int = 4, filter_order: int = 4,
                 train_z: bool = True):
        super().__init__()
        inner = inner_factor * dim
        self.groups = proj_groups
        self.in_proj = nn.Linear(dim, 3 * inner // proj_groups)
        self.conv_weight, self.conv_bias = taps(3 * inner, 3)
        self.filter = ImplicitFilter(inner, filter_order, max_length, train_z)
        self.filter_bias = nn.Parameter(torch.randn(inner))
        self.out_proj = nn.Linear(inner, dim)

    def forward(self, x: Tensor) -> Tensor:
        p = self.in_proj(x).repeat(1, 1, self.groups)
        gate, x1, v = kernels.short_convolution(p, self.conv_weight, self.conv_bias).chunk(3, -1)
        u = v * x1
        mixed = kernels.long_convolution(self.filter(x.shape[1]), u)
        return self.out_proj(gate * torch.addcmul(mixed, self.filter_bias, u))


class MultiHeadHyena(nn.Module):
    """Hyena over outer products: o_t = sum_s h[t-s] (q_t.k_s) v_s in each group of `head_dim` channels.

    Computed like attention with the filter's Toeplitz matrix in the softmax's place, a block of queries at a time.
    """

    BLOCK = 16
    lag: Tensor

    def __init__(self, dim: int, max_length: int, head_dim: int, proj_groups: int = 4, filter_order: int = 2,
                 train_z: bool = True):
        super().__init__()
        self.groups, self.copies = dim // head_dim, proj_groups
        self.in_proj = nn.Linear(dim, 3 * dim // proj_groups)
        self.conv_weight, self.conv_bias = taps(3 * dim, 3)
        self.filter = ImplicitFilter(self.groups, filter_order, max_length, train_z)
        self.filter_bias = nn.Parameter(torch.randn(self.groups))
        self.out_proj = nn.Linear(dim, dim)
        lag = torch.arange(max_length)[:, None] - torch.arange(max_length)
        self.register_buffer("lag", torch.where(lag < 0, lag.max() + 1, lag), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        time = x.shape[1]
        p = self.in_proj(x).repeat(1, 1, self.copies)
        p = kernels.short_convolution(p, self.conv_weight, self.conv_bias)
        q, v, k = (heads_first(part, self.groups) for part in p.chunk(3, -1))
        h = self.filter(time)
        h = torch.cat([h[:, :1] + self.filter_bias[:, None], h[:, 1:], torch.zeros_like(h[:, :1])], 1)
        lag = self.lag[:time, :time].clamp(max=time)
        toeplitz = h.index_select(1, lag.flatten()).unflatten(1, (time, time))  # [groups,T,T], 0 above the diagonal
        blocks = []
        for start in range(0, time, self.BLOCK):
            stop = min(start + self.BLOCK, time)
            scores = (q[:, :, start:stop] @ k[:, :, :stop].transpose(-1, -2)) * toeplitz[:, start:stop, :stop]
            blocks.append(scores @ v[:, :, :stop])
        return self.out_proj(heads_last(torch.cat(blocks, 2)))


class HyenaExperts(nn.Module):
    """Hyena whose channels are shared among experts; a router mixes the experts' channels."""

    def __init__(self, dim: int, max_length: int, num_experts: int, active_experts: int = 2, filter_order: int = 16,
                 router_rule: str = "masked", train_z: bool = True):
        super().__init__()
        self.experts, self.active, self.rule = num_experts, active_experts, router_rule
        self.in_proj = nn.Linear(dim, 3 * dim)
        self.conv_weight, self.conv_bias = taps(3 * dim, 3)
        self.filter = ImplicitFilter(dim, filter_order, max_length, train_z)
        self.filter_bias = nn.Parameter(torch.randn(dim))
        self.router = nn.Linear(dim, num_experts)
        self.out_proj = nn.Linear(dim // num_experts, dim)

    def forward(self, x: Tensor) -> Tensor:
        p = kernels.short_convolution(self.in_proj(x), self.conv_weight, self.conv_bias)
        gate, x1, v = p.chunk(3, -1)
        u = v * x1
        mixed = kernels.long_convolution(self.filter(x.shape[1]), u)
        c = gate * torch.addcmul(mixed, self.filter_bias, u)
        weights = router_weights(self.router(x), self.active, self.rule)
        return self.out_proj((c.unflatten(-1, (-1, self.experts)) * weights.unsqueeze(2)).sum(-1))


class Mamba(nn.Module):
    """Selective state space with a diagonal state matrix."""

    def __init__(self, dim: int, max_length: int, d_state: int = 4, d_conv: int = 4, expand: int = 2,
                 dt_rank: int | None = None):
        super().__init__()
        inner, rank = expand * dim, dt_rank or -(-dim // 16)
        self.sizes = [rank, d_state, d_state]
        self.in_proj = nn.Linear(dim, 2 * inner, bias=False)
        self.conv_weight, self.conv_bias = taps(inner, d_conv)
        self.x_proj = nn.Linear(inner, sum(self.sizes), bias=False)
        self.dt_proj = nn.Linear(rank, inner)
        nn.init.constant_(self.dt_proj.bias, math.log(math.expm1(0.01)))
        self.A_log = nn.Parameter(torch.arange(1.0, d_state + 1).log().repeat(inner, 1))
        self.D = nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        u, z = self.in_proj(x).chunk(2, -1)
        u = F.silu(kernels.short_convolution(u, self.conv_weight, self.conv_bias))
        step, b, c = self.x_proj(u).split(self.sizes, -1)
        dt = F.softplus(self.dt_proj(step))
        o = kernels.selective_scan(u, dt, -torch.exp(self.A_log), b, c)
        return self.out_proj(torch.addcmul(o, self.D, u) * F.silu(z))


class Mamba2(nn.Module):
    """State-space dual: a scalar decay per head, input and output maps shared by all heads."""

    def __init__(self, dim: int, max_length: int, d_state: int, head_dim: int, d_conv: int = 4, expand: int = 2):
        super().__init__()
        inner = expand * dim
        heads = inner // head_dim
        self.head_dim, self.convolved = head_dim, [inner, d_state, d_state]
        self.sizes = [inner, inner + 2 * d_state, heads]
        self.in_proj = nn.Linear(dim, sum(self.sizes), bias=False)
        self.conv_weight, self.conv_bias = taps(inner + 2 * d_state, d_conv)
        self.dt_bias = nn.Parameter(torch.full((heads,), math.log(math.expm1(0.01))))
        self.A_log = nn.Parameter(torch.empty(heads).uniform_(1, 16).log())
        self.D = nn.Parameter(torch.ones(heads))
        self.norm = nn.Parameter(torch.ones(inner))
        self.out = nn.Linear(inner, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        z, ubc, step = self.in_proj(x).split(self.sizes, -1)
        ubc = F.silu(kernels.short_convolution(ubc, self.conv_weight, self.conv_bias))
        u, b, c = ubc.split(self.convolved, -1)
        u = u.unflatten(-1, (-1, self.head_dim))
        dt = F.softplus(step + self.dt_bias)
        o = kernels.state_space_dual(u * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, b, c)
        r = torch.addcmul(o, self.D.unsqueeze(-1), u).flatten(2) * F.silu(z)
        return self.out(F.rms_norm(r, r.shape[-1:], self.norm, 1e-5))


class GatedDeltaNet(nn.Module):
    """Delta rule with a decaying state."""

    def __init__(self, dim: int, max_length: int, heads: int, d_conv: int = 4):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.g, self.out = (nn.Linear(dim, dim, bias=False) for _ in range(5))
        self.q_conv, self.k_conv, self.v_conv = (taps(dim, d_conv)[0] for _ in range(3))
        self.beta, self.alpha = nn.Linear(dim, heads, bias=False), nn.Linear(dim, heads, bias=False)
        self.dt_bias = nn.Parameter(torch.full((heads,), math.log(math.expm1(0.01))))
        self.A_log = nn.Parameter(torch.empty(heads).uniform_(1, 16).log())
        self.norm = nn.Parameter(torch.ones(dim // heads))

    def forward(self, x: Tensor) -> Tensor:
        parts = ((self.q, self.q_conv), (self.k, self.k_conv), (self.v, self.v_conv))
        q, k, v = (
            F.silu(kernels.short_convolution(project(x), weight)).unflatten(-1, (self.heads, -1))
            for project, weight in parts)
        q = q * torch.rsqrt((q * q).sum(-1, keepdim=True) + 1e-6) * q.shape[-1] ** -0.5
        k = k * torch.rsqrt((k * k).sum(-1, keepdim=True) + 1e-6)
        beta = torch.sigmoid(self.beta(x)).transpose(1, 2)
        log_decay = (-torch.exp(self.A_log) * F.softplus(self.alpha(x) + self.dt_bias)).transpose(1, 2)
        o = kernels.gated_delta_rule(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), beta, log_decay)
        o = o.transpose(1, 2)
        return self.out(F.rms_norm(o, o.shape[-1:], self.norm, 1e-5).flatten(2) * F.silu(self.g(x)))


class GatedShortConvolution(nn.Module):
    """A short convolution between two gates."""

    def __init__(self, dim: int, max_length: int, kernel: int = 3):
        super().__init__()
        self.in_proj = nn.Linear(dim, 3 * dim, bias=False)
        self.conv_weight = taps(dim, kernel)[0]
        self.out = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        b, c, u = self.in_proj(x).chunk(3, -1)
        return self.out(c * kernels.short_convolution(b * u, self.conv_weight))


class HeadNorm(nn.Module):
    """Normalises each head's channels, [B,T,H,d] to [B,T,H*d]; weight and bias per channel."""

    def __init__(self, dim: int, epsilon: float):
        super().__init__()
        self.epsilon = epsilon
        self.weight, self.bias = nn.Parameter(torch.ones(dim)), nn.Parameter(torch.zeros(dim))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.bias, F.layer_norm(x, x.shape[-1:], eps=self.epsilon).flatten(2), self.weight)


class RWKVTimeMixer(nn.Module):
    """What versions 5 and 6 share: projections, recurrence, normalisation within heads, gate."""

    def __init__(self, dim: int, head_dim: int, epsilon: float, scale: float):
        super().__init__()
        self.heads, self.scale = dim // head_dim, scale
        self.receptance, self.key, self.value, self.gate, self.output = (
            nn.Linear(dim, dim, bias=False) for _ in range(5))
        self.bonus = nn.Parameter(0.1 * torch.randn(self.heads, head_dim))
        self.ln_x = HeadNorm(dim, epsilon)

    def mix(self, xr: Tensor, xk: Tensor, xv: Tensor, xg: Tensor, log_decay: Tensor) -> Tensor:
        """Everything after the token shift; log_decay [B or 1,H,T,d]."""
        r, k, v = (heads_first(y, self.heads) for y in (self.receptance(xr), self.key(xk), self.value(xv)))
        o = kernels.decayed_attention(r, k, v, log_decay, self.bonus).transpose(1, 2) * self.scale
        return self.output(self.ln_x(o) * F.silu(self.gate(xg)))


class RWKV5TimeMixer(RWKVTimeMixer):
    """Linear attention with a constant decay per channel and token shift."""

    def __init__(self, dim: int, max_length: int, head_dim: int):
        super().__init__(dim, head_dim, epsilon=1e-5, scale=1 / 8)
        ramp = torch.linspace(0, 1, dim)
        self.mix_k, self.mix_v, self.mix_r, self.mix_g = (nn.Parameter(ramp.clone()) for _ in range(4))
        self.decay = nn.Parameter((-6 + 5 * ramp).view(self.heads, head_dim))

    def forward(self, x: Tensor) -> Tensor:
        shifted = previous_step(x)
        xr, xk, xv, xg = (torch.lerp(shifted, x, m) for m in (self.mix_r, self.mix_k, self.mix_v, self.mix_g))
        log_decay = -torch.exp(self.decay)[None, :, None].expand(-1, -1, x.shape[1], -1)
        return self.mix(xr, xk, xv, xg, log_decay)


class RWKV6TimeMixer(RWKVTimeMixer):
    """RWKV 5 with token shift and decay that depend on the input."""

    def __init__(self, dim: int, max_length: int, head_dim: int):
        super().__init__(dim, head_dim, epsilon=64e-5, scale=1.0)
        ramp = torch.linspace(0, 1, dim)
        self.mix_x, self.mix_w, self.mix_k, self.mix_v, self.mix_r, self.mix_g = (
            nn.Parameter(1 - ramp) for _ in range(6))
        self.mix_w1 = nn.Parameter(1e-2 * torch.randn(dim, 160))
        self.mix_w2 = nn.Parameter(1e-2 * torch.randn(5, 32, dim))
        self.decay = nn.Parameter(-6 + 5 * ramp)
        self.decay_w1 = nn.Parameter(1e-2 * torch.randn(dim, 64))
        self.decay_w2 = nn.Parameter(1e-2 * torch.randn(64, dim))

    def forward(self, x: Tensor) -> Tensor:
        change = previous_step(x) - x
        pieces = torch.tanh(torch.addcmul(x, change, self.mix_x) @ self.mix_w1).chunk(5, -1)
        own = (self.mix_w, self.mix_k, self.mix_v, self.mix_r, self.mix_g)
        xw, xk, xv, xr, xg = (
            torch.addcmul(x, change, mix + piece @ back)
            for mix, piece, back in zip(own, pieces, self.mix_w2.unbind(0)))
        log_decay = -torch.exp(self.decay + torch.tanh(xw @ self.decay_w1) @ self.decay_w2)
        return self.mix(xr, xk, xv, xg, heads_first(log_decay, self.heads))


SEQUENCE_MIXERS: dict[str, type[nn.Module]] = {
    "attention": Attention,
    "linear-attention": LinearAttention,
    "gated-linear-attention": GatedLinearAttention,
    "hyena": Hyena,
    "mh-hyena": MultiHeadHyena,
    "hyena-experts": HyenaExperts,
    "mamba": Mamba,
    "mamba2": Mamba2,
    "gated-deltanet": GatedDeltaNet,
    "gated-short-conv": GatedShortConvolution,
    "rwkv5-time-mixer": RWKV5TimeMixer,
    "rwkv6-time-mixer": RWKV6TimeMixer,
}
