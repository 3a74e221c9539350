import MADTasks
import Testing

@Suite("Accuracy")
struct AccuracyTests {
  @Test("pooled accuracy is the share of positions that count and are right")
  func pooled() {
    var accuracy = Accuracy()
    #expect(accuracy.pooled == 0 && accuracy.macro == 0)
    accuracy.add(predicted: [1, 2, 3, 4], targets: [1, -100, 3, 5])
    accuracy.add(predicted: [7], targets: [7])
    #expect(accuracy.counted == 4 && accuracy.correct == 3)
    #expect(accuracy[.pooled] == 0.75)
  }

  @Test("macro accuracy averages recall over classes, then over batches")
  func macro() {
    var accuracy = Accuracy()
    // Recall of 0 is 2/3, of 1 is 1, and 2 is predicted but never a target.
    accuracy.add(predicted: [0, 0, 2, 1, 9], targets: [0, 0, 0, 1, -100])
    #expect(abs(accuracy.macro - (2.0 / 3 + 1 + 0) / 3) < 1e-15)
    // A batch where nothing counts is not one.
    accuracy.add(predicted: [3], targets: [-100])
    #expect(abs(accuracy.macro - (2.0 / 3 + 1 + 0) / 3) < 1e-15)
    accuracy.add(predicted: [5, 5], targets: [5, 4])
    #expect(abs(accuracy[.macro] - ((2.0 / 3 + 1 + 0) / 3 + 0.5) / 2) < 1e-15)
    #expect(accuracy.pooled == 4.0 / 6)
  }

  @Test("slices can be fed")
  func slices() {
    var accuracy = Accuracy()
    accuracy.add(predicted: [0, 1, 2][1...], targets: [9, 1, 2][1...])
    #expect(accuracy.pooled == 1 && accuracy.macro == 1)
  }
}
