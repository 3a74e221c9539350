import Testing
import Training

@Suite("Work progress")
struct WorkProgressTests {
  @Test(
    "trainings count by their cost, finished ones of an earlier session included, and without a pace no time is promised"
  )
  func fraction() {
    var progress = WorkProgress(costs: [1, 2, 5]) { $0 == 1 }
    #expect(progress.fraction == 0.25)
    #expect(progress.secondsLeft == nil)
    progress.set(2, to: 0.5)
    #expect(progress.fraction == 4.5 / 8)
    progress.set(2, to: 1)
    progress.set(0, to: 1)
    #expect(progress.fraction == 1)
    #expect(WorkProgress(costs: []).fraction == 1)
  }
}
