"""`explorer bench`: what this machine does with the network and the app, measured now."""

import json
import platform
from pathlib import Path

import torch

from explorer.bench import backends, latent, network, race, startup
from explorer.models import zoo
from explorer.models.unet import UNet
from explorer.tables import print_table


def report(model: str, file: Path | None, with_app: bool, repeats: int) -> dict:
    """Measure, print as tables, write as JSON where a file is given, and return the numbers."""
    net = zoo.load(model, UNet)
    found = {
        "model": model,
        "machine": platform.processor() or platform.machine(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "peak_gflops": {"fp32": network.peak(torch.float32), "bf16": network.peak(torch.bfloat16)},
        "calls": network.calls(net, repeats),
        "digit_ms": network.digit(net, repeats),
        "diffusers": [
            other
            for layers in sorted({network.DIFFUSERS_LAYERS, net.cfg.blocks}, reverse=True)
            if (other := network.against_diffusers(net, repeats, layers))
        ],
        "backends": backends.measure(model, repeats),
        "latent": latent.measure(repeats),
        "race": race.measure(model, max(1, repeats // 4)) if with_app else None,
        "app": startup.measure() if with_app else None,
    }
    _print(found)
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return found


def _print(found: dict) -> None:
    peak = found["peak_gflops"]
    print_table(
        f"{found['model']}: one network call, fp32, {found['threads']} threads",
        ("batch", "ms", "ms an image", "GFLOP", "GFLOP/s", "share of fp32 peak"),
        [
            (
                batch,
                f"{call['ms']:.1f}",
                f"{call['ms'] / batch:.2f}",
                f"{call['gflop']:.2f}",
                f"{call['gflops']:.0f}",
                f"{call['gflops'] / peak['fp32']:.0%}",
            )
            for batch, call in found["calls"].items()
        ],
    )
    if in_latent := found["latent"]:
        print_table(
            "scenes: one call on one picture, in the latent and in pixels",
            ("call", "GFLOP", "ms", "MB of activations", "its work", "its time"),
            latent.table(in_latent),
        )
    if rivals := found["backends"]:
        beside = f"{found['model']}, beside diffusers' pipeline of equal work, in turns"
        print_table(
            f"{beside}: a digit, {backends.STEPS} guided steps; aim ≥ 3 ×",
            backends.DIGIT_HEAD,
            backends.digits(rivals),
        )
        print_table(
            f"{beside}: a batch of {backends.BATCH}; "
            "aims ≥ 2 × and ≥ 45 % of a matrix product's peak in its precision",
            backends.BATCH_HEAD,
            backends.batches(rivals),
        )
    lines = [
        ("matrix-multiply peak, fp32", f"{peak['fp32']:.0f} GFLOP/s", ""),
        ("matrix-multiply peak, bf16", f"{peak['bf16']:.0f} GFLOP/s", ""),
        ("one digit, 20 DDIM steps with guidance", f"{found['digit_ms']:.0f} ms", "≤ 300 ms"),
    ]
    if in_latent:
        lines.append(
            (
                "one scene of a prompt, 20 DPM++ 2M steps with guidance, decoded",
                f"{in_latent['picture_ms']:.0f} ms",
                f"≤ {latent.AIM_MS} ms",
            )
        )
    for other in found["diffusers"]:
        default = other["layers"] == network.DIFFUSERS_LAYERS
        depth = f"{other['layers']} block(s) a resolution{', its default' if default else ''}"
        lines += [
            (f"diffusers UNet2DModel, batch 1, {depth}", f"{other['ms']:.1f} ms", ""),
            ("  its work beside ours", f"{other['gflop'] / other['our_gflop']:.2f} ×", ""),
            ("  ours takes, in the same turns", f"{other['our_ms']:.1f} ms", ""),
            ("  ours is faster by", f"{other['ratio']:.2f} ×", "≥ 2 ×"),
        ]
    if raced := found["race"]:
        ratio = raced["together_s"] / raced["one_by_one_s"]
        lines += [
            (
                "six samplers, 20 NFE, with guidance, together",
                f"{raced['together_s']:.2f} s",
                "≤ 2 s",
            ),
            ("  beside the sum of each alone, in the same turns", f"{ratio:.2f} ×", "≤ 0.75 ×"),
            ("  what is sent of them", f"{raced['film_mb']:.2f} MB", "≤ 1.5 MB"),
            ("error against NFE in the plane, computed", f"{raced['order_s']:.2f} s", "≤ 1 s"),
        ]
    if app := found["app"]:
        lines += [
            ("page served after", f"{app['served_s']:.1f} s", "≤ 3 s"),
            (f"{app['picture']} after", f"{app['picture_s']:.1f} s", "≤ 5 s"),
            ("memory of the idle app", f"{app['resident_mb']:.0f} MB", "≤ 900 MB"),
        ]
    print_table("This machine", ("", "measured", "aim"), lines)
    if not found["diffusers"]:
        print('For the comparison with diffusers: pip install "denoising-explorer[bench]"')
