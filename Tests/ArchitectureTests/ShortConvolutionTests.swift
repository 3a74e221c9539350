import Architecture
import Engine
import Foundation
import TestSupport
import Testing

/// A convolution over the middle columns of wider matrices, compared with the formula in float64.
private struct ConvolutionCase: Sendable, CustomStringConvertible {
  let channels, kernel, time, sequences: Int
  let hasBias, appliesSiLU: Bool
  var description: String { "\(channels)x\(kernel) [\(sequences), \(time)] bias \(hasBias) silu \(appliesSiLU)" }

  static let all = [
    (16, 4, 8, 2, true, true), (40, 4, 33, 3, true, true), (5, 3, 7, 1, false, false), (33, 3, 1, 2, true, false),
    (24, 1, 5, 2, true, true), (20, 7, 4, 2, false, true), (64, 2, 65, 1, true, false),
  ].map { ConvolutionCase(channels: $0, kernel: $1, time: $2, sequences: $3, hasBias: $4, appliesSiLU: $5) }

  struct Answer {
    var y, dx, dWeight, dBias: [Double]
  }

  /// x, dy `[rows, channels]`.
  func answer(x: [Float], weight: [Float], bias: [Float], dy: [Float]) -> Answer {
    var answer = Answer(
      y: [Double](repeating: 0, count: x.count), dx: [Double](repeating: 0, count: x.count),
      dWeight: [Double](repeating: 0, count: weight.count), dBias: [Double](repeating: 0, count: channels))
    for sequence in 0..<sequences {
      for t in 0..<time {
        for c in 0..<channels {
          let here = (sequence * time + t) * channels + c
          var a = hasBias ? Double(bias[c]) : 0
          for j in 0..<kernel where t - kernel + 1 + j >= 0 {
            a += Double(weight[c * kernel + j]) * Double(x[here - (kernel - 1 - j) * channels])
          }
          let s = 1 / (1 + exp(-a))
          answer.y[here] = appliesSiLU ? a * s : a
          let g = Double(dy[here]) * (appliesSiLU ? s * (1 + a * (1 - s)) : 1)
          answer.dBias[c] += g
          for j in 0..<kernel where t - kernel + 1 + j >= 0 {
            let there = here - (kernel - 1 - j) * channels
            answer.dWeight[c * kernel + j] += g * Double(x[there])
            answer.dx[there] += g * Double(weight[c * kernel + j])
          }
        }
      }
    }
    return answer
  }
}

@Suite("Short convolution")
struct ShortConvolutionTests {
  @Test(
    "output and gradients match the formula, and columns beside the range stay untouched",
    arguments: ConvolutionCase.all)
  fileprivate func reference(_ shape: ConvolutionCase) {
    let (channels, kernel, rows) = (shape.channels, shape.kernel, shape.sequences * shape.time)
    let (x, dy) = (normals(rows * channels, seed: 1), normals(rows * channels, seed: 2))
    let (weight, bias) = (normals(channels * kernel, seed: 3), normals(channels, seed: 4))
    let expected = shape.answer(x: x, weight: weight, bias: bias, dy: dy)

    func tensor(_ values: [Float]) -> (value: Buffer, gradient: Buffer, pointers: ParameterPointers) {
      let (value, gradient) = (Buffer(count: values.count), Buffer(count: values.count))
      for (i, v) in values.enumerated() { value.pointer[i] = v }
      gradient.fill(0.5)
      return (value, gradient, ParameterPointers(value: UnsafePointer(value.pointer), gradient: gradient.pointer))
    }
    let (weights, biases) = (tensor(weight), tensor(bias))
    // One sequence more than is used: what it is made for is an upper bound.
    let (convolution, workspace) = Workspace.build { allocator in
      var site = KernelSite(sequences: shape.sequences + 1, time: shape.time, workspace: allocator, maps: LinearMaps())
      { _ in
        weights.pointers
      }
      let convolution = ShortConvolution(
        channels: channels, kernel: kernel, weight: weights.pointers, bias: shape.hasBias ? biases.pointers : nil,
        appliesSiLU: shape.appliesSiLU, &site)
      allocator = site.workspace
      return convolution
    }
    // The range starts at column 3 of matrices with different widths.
    func wide(_ values: [Float]?, _ stride: Int) -> Buffer {
      let buffer = Buffer(count: rows * stride)
      buffer.fill(7)
      guard let values else { return buffer }
      for row in 0..<rows {
        for c in 0..<channels { buffer.pointer[row * stride + 3 + c] = values[row * channels + c] }
      }
      return buffer
    }
    func columns(_ buffer: Buffer, _ stride: Int) -> (inside: [Float], outside: [Float]) {
      let all = buffer.values.enumerated()
      func isInside(_ i: Int) -> Bool { (3..<3 + channels).contains(i % stride) }
      return (all.filter { isInside($0.offset) }.map(\.element), all.filter { !isInside($0.offset) }.map(\.element))
    }
    let strides = (x: channels + 5, y: channels + 3, dx: channels + 9)
    let (wideX, wideY) = (wide(x, strides.x), wide(nil, strides.y))
    convolution.forward(
      wideX.pointer + 3, strideX: strides.x, into: wideY.pointer + 3, strideY: strides.y, sequences: shape.sequences)
    let y = columns(wideY, strides.y)
    #expect(relativeError(y.inside, expected.y.map(Float.init)) < 2e-6)
    #expect(y.outside.allSatisfy { $0 == 7 })

    let (wideDY, wideDX) = (wide(dy, strides.y), wide(nil, strides.dx))
    convolution.backward(
      wideX.pointer + 3, strideX: strides.x, wideDY.pointer + 3, strideY: strides.y, into: wideDX.pointer + 3,
      strideDX: strides.dx, sequences: shape.sequences)
    let dx = columns(wideDX, strides.dx)
    #expect(relativeError(dx.inside, expected.dx.map(Float.init)) < 4e-6)
    #expect(dx.outside.allSatisfy { $0 == 7 })
    #expect(relativeError(weights.gradient.values.map { $0 - 0.5 }, expected.dWeight.map(Float.init)) < 1e-5)
    let dBias = biases.gradient.values.map { $0 - 0.5 }
    #expect(relativeError(dBias, shape.hasBias ? expected.dBias.map(Float.init) : dBias.map { _ in 0 }) < 1e-5)
    // In place: the gradient replaces what it came from.
    convolution.backward(
      wideX.pointer + 3, strideX: strides.x, wideDY.pointer + 3, strideY: strides.y, into: wideDY.pointer + 3,
      strideDX: strides.y, sequences: shape.sequences)
    #expect(columns(wideDY, strides.y).inside == dx.inside)
    _ = workspace
  }
}
