import Engine
import Foundation

/// Rotary position embedding (Su et al. 2021, arXiv 2104.09864) on all channels of a head, in the half-split order:
///
///     a' = a cos θ − b sin θ,  b' = b cos θ + a sin θ,   θ = t · 10000^(−2i/d)
///
/// for the channels `a = x[i]`, `b = x[i + d/2]`, i < d/2, at position t, counted from 0. Sixteen positions at a time.
final class RotaryEmbedding {
  private let pairs, positions: Int
  private let cosines, sines: Pointer  // [dim / 2, positions], saved
  private var isFilled = false

  init(dim: Int, time: Int, _ site: inout KernelSite) {
    (pairs, positions) = (dim / 2, aligned(time))
    cosines = site.saved(pairs * positions)
    sines = site.saved(pairs * positions)
  }

  /// Fills the table; to be called before the first rotation.
  func prepare() {
    guard !isFilled else { return }
    isFilled = true
    for pair in 0..<pairs {
      let frequency = Foundation.pow(10_000, -Double(pair) / Double(pairs))
      for t in 0..<positions {
        let angle = Double(t) * frequency
        cosines[pair * positions + t] = Float(Foundation.cos(angle))
        sines[pair * positions + t] = Float(Foundation.sin(angle))
      }
    }
  }

  /// `(a', b')` of pair i at the positions `t ..< t + 16`.
  @inline(__always)
  func rotate(_ a: Vector, _ b: Vector, pair: Int, at t: Int) -> (Vector, Vector) {
    let (cosine, sine) = (cosines.vector(pair * positions + t), sines.vector(pair * positions + t))
    return ((a * cosine).addingProduct(-b, sine), (b * cosine).addingProduct(a, sine))
  }

  /// The inverse, which takes gradients of `(a', b')` to gradients of `(a, b)`.
  @inline(__always)
  func rotateBack(_ a: Vector, _ b: Vector, pair: Int, at t: Int) -> (Vector, Vector) {
    let (cosine, sine) = (cosines.vector(pair * positions + t), sines.vector(pair * positions + t))
    return ((a * cosine).addingProduct(b, sine), (b * cosine).addingProduct(-a, sine))
  }
}
