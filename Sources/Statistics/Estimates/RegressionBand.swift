/// The least-squares line through points, and how well it is known: at some places the 95 % interval of its height over
/// bootstrap draws of the points.
public struct RegressionBand: Sendable {
  public struct Place: Sendable, Equatable {
    public let x, y: Double
    /// nil without draws, or where too few of them have a line.
    public let interval: Interval?
  }

  public let intercept, slope: Double
  /// From the least to the greatest x, evenly.
  public let places: [Place]

  /// - Parameters:
  ///   - repeats: bootstrap draws.
  ///   - count: of places, at least two.
  /// - Returns: nil unless there are two different x.
  public init?(_ x: [Double], _ y: [Double], repeats: Int, seed: UInt64, places count: Int = 41) {
    guard let line = LinearRegression(columns: [x], targets: y), let least = x.min(), let most = x.max(), count > 1
    else { return nil }
    let draws = Bootstrap(rows: x.count, repeats: repeats, seed: seed) { rows in
      LinearRegression(columns: [rows.map { x[$0] }], targets: rows.map { y[$0] })
    }
    (intercept, slope) = (line.intercept, line.coefficients[0])
    places = (0..<count).map { index in
      let x = least + (most - least) * Double(index) / Double(count - 1)
      return Place(x: x, y: line.value([x]), interval: draws.interval { $0.value([x]) })
    }
  }
}
