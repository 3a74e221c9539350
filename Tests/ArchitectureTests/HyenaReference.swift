import Architecture
import Foundation
import TestSupport

/// The parts of the three Hyena layers by their definitions, in double precision.
struct HyenaReference {
  let run: LayerRun
  /// The channels of each of the three streams.
  let channels: Int

  static func primitive(
    _ name: String, _ options: [(name: String, value: OptionValue)] = [], dim: Int, maxLength: Int = 512
  ) throws -> any Primitive {
    let (type, _) = try Primitives.named(name)
    return try type.init(
      try OptionValues(options, for: type.specification), in: ModelContext(dim: dim, maxLength: maxLength))
  }

  func values(_ name: String) -> [Double] { run.weights[name]!.values.map(Double.init) }

  /// `W x + b` of one position.
  func linear(_ x: [Double], _ name: String) -> [Double] {
    let (weight, bias) = (values("\(name).weight"), run.weights["\(name).bias"]?.values)
    return (0..<weight.count / x.count).map { row in
      x.indices.reduce(Double(bias?[row] ?? 0)) { $0 + weight[row * x.count + $1] * x[$1] }
    }
  }

  /// The three streams of one sequence after projection and short convolution: `[stream][channel][time]`.
  func streams(_ x: [[Double]]) -> [[[Double]]] {
    let p = x.map { linear($0, "in_proj") }
    let (weight, bias) = (values("conv_weight"), values("conv_bias"))
    return (0..<3).map { stream in
      (0..<channels).map { channel in
        let c = stream * channels + channel
        return x.indices.map { t in
          (0..<3).reduce(bias[c]) { sum, j in
            t - 2 + j < 0 ? sum : sum + weight[c * 3 + j] * p[t - 2 + j][c % p[0].count]
          }
        }
      }
    }
  }

  /// The filters with their biases at distance 0: `[channel][time]`.
  func filters(time: Int) -> [[Double]] {
    let (z, t, delta, frequency) = (
      values("filter.z"), values("filter.t"), values("filter.delta"), values("filter.freq")
    )
    let bias = values("filter_bias")
    let lines = (0..<time).map { l in
      var a = Array(z[3 * l..<3 * l + 3])
      for layer in 0..<3 { a = zip(linear(a, "filter.linear\(layer)"), frequency).map { sin($0 * $1) } }
      return linear(a, "filter.linear3").enumerated().map { $1 * exp(-t[l] * delta[$0]) }
    }
    return bias.indices.map { c in (0..<time).map { lines[$0][c] + ($0 == 0 ? bias[c] : 0) } }
  }

  /// `x0 ⊙ (h ∗ (v ⊙ x1) + filter_bias ⊙ v ⊙ x1)` of one sequence: `[time][channel]`.
  func gated(_ x: [[Double]]) -> [[Double]] {
    let (streams, filters) = (streams(x), filters(time: x.count))
    return x.indices.map { t in
      (0..<channels).map { c in
        var sum = 0.0
        for s in 0...t { sum += filters[c][t - s] * streams[1][c][s] * streams[2][c][s] }
        return streams[0][c][t] * sum
      }
    }
  }

  /// Runs `layer` over each sequence of `[batch, time, dim]`.
  func forEachSequence(_ x: [Float], _ layer: ([[Double]]) -> [[Double]]) -> [Float] {
    (0..<run.batch).flatMap { sequence in
      layer(
        (0..<run.time).map { t in
          let start = (sequence * run.time + t) * run.dim
          return x[start..<start + run.dim].map(Double.init)
        }
      ).joined().map(Float.init)
    }
  }
}
