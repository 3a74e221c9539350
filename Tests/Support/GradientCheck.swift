import Architecture
import Engine

/// Compares hand-derived gradients with central finite differences of `Σ y ⊙ dy`, one random direction per tensor.
public struct GradientCheck {
  public struct Mismatch: CustomStringConvertible {
    public let tensor: String
    public let derived, measured, scale: Double
    public var description: String { "\(tensor): derived \(derived), measured \(measured), scale \(scale)" }
  }

  /// - Parameter tolerance: the accepted error relative to `|gradient|·|direction|`, which a chance agreement would miss.
  public static func mismatches(
    _ run: LayerRun, seed: UInt64, step: Float = 4e-3, tolerance: Double = 2e-2
  ) -> [Mismatch] {
    let count = run.batch * run.time * run.dim
    var x = normals(count, seed: seed)
    let dy = normals(count, seed: seed &+ 1)
    let (y, dx) = run.run(x, dy: dy)
    let gradients = run.gradients.mapValues(\.values)

    // What rounding can do to a difference of losses.
    let rounding = 16 * 0x1p-24 * length(zip(y, dy).map { $0 * $1 })

    func loss() -> Double { zip(run.forward(x), dy).reduce(0) { $0 + Double($1.0) * Double($1.1) } }

    func compare(_ name: String, _ gradient: [Float], _ shift: ([Float]) -> Void) -> Mismatch? {
      // Mostly along the gradient, so that the derivative stands out of the rounding; partly across it, so that a
      // wrong direction shows.
      let noise = normals(gradient.count, seed: seed &+ 2)
      let size = length(gradient)
      guard size > 0 else {
        shift(noise.map { $0 * step })
        let up = loss()
        shift(noise.map { -2 * $0 * step })
        let down = loss()
        shift(noise.map { $0 * step })
        let measured = (up - down) / Double(2 * step)
        let scale = length(dy) * length(noise)
        return abs(measured) > 1e-3 * scale
          ? Mismatch(tensor: name, derived: 0, measured: measured, scale: scale) : nil
      }
      let spread = Double(gradient.count).squareRoot()
      let direction = zip(gradient, noise).map { Float(Double($0) / size * spread) * 0.7 + $1 * 0.7 }
      let derived = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      let scale = size * length(direction)
      var mismatch: Mismatch?
      // Where the loss is strongly curved, smaller steps must do.
      for step in [step, step / 8, step / 64] {
        shift(direction.map { $0 * step })
        let up = loss()
        shift(direction.map { -2 * $0 * step })
        let down = loss()
        shift(direction.map { $0 * step })
        let measured = (up - down) / Double(2 * step)
        if abs(measured - derived) <= tolerance * scale + rounding / Double(2 * step) { return nil }
        mismatch = Mismatch(tensor: name, derived: derived, measured: measured, scale: scale)
      }
      return mismatch
    }

    var found: [Mismatch] = []
    if let wrong = compare("x", dx, { for (i, d) in $0.enumerated() { x[i] += d } }) { found.append(wrong) }
    for parameter in run.primitive.parameters where parameter.isTrained {
      let weights = run.weights[parameter.name]!.pointer
      let wrong = compare(parameter.name, gradients[parameter.name]!) {
        for (i, d) in $0.enumerated() { weights[i] += d }
      }
      if let wrong { found.append(wrong) }
    }
    return found
  }

  private static func length(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
