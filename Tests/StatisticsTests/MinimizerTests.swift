import Foundation
import Statistics
import Testing

@Suite("Minimizer")
struct MinimizerTests {
  @Test("Rosenbrock's valley")
  func rosenbrock() {
    let end = Minimizer.minimize(from: [-1.2, 1], steps: 200) { point, gradient in
      let (x, y) = (point[0], point[1])
      gradient = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
      return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
    }
    #expect(abs(end.point[0] - 1) < 1e-7 && abs(end.point[1] - 1) < 1e-7)
    #expect(end.value < 1e-15)
  }

  @Test("a sum of absolute values, which has kinks")
  func kinks() {
    let end = Minimizer.minimize(from: [7, -2], steps: 500) { point, gradient in
      let (first, second) = (point[0] - 2 * point[1], point[0] + point[1] - 3)
      gradient = [first.signed + 10 * second.signed, -2 * first.signed + 10 * second.signed]
      return abs(first) + 10 * abs(second)
    }
    #expect(abs(end.point[0] - 2) < 1e-6 && abs(end.point[1] - 1) < 1e-6)
  }

  @Test("stays where nothing can be gained")
  func nothingToGain() {
    let undefined = Minimizer.minimize(from: [1], steps: 10) { _, gradient in
      gradient = [1]
      return .nan
    }
    #expect(undefined.point == [1])
    let flat = Minimizer.minimize(from: [1], steps: 10) { _, gradient in
      gradient = [0]
      return 3
    }
    #expect(flat.point == [1] && flat.value == 3)
    let empty = Minimizer.minimize(from: [], steps: 10) { _, _ in 2 }
    #expect(empty.value == 2)
  }

  @Test("goes round places where the function is not defined")
  func holes() {
    let end = Minimizer.minimize(from: [3], steps: 100) { point, gradient in
      gradient = [1 / point[0] - 1 / (point[0] * point[0])]
      return point[0] > 0 ? log(point[0]) + 1 / point[0] : .nan
    }
    #expect(abs(end.point[0] - 1) < 1e-6)
  }
}

extension Double {
  fileprivate var signed: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
