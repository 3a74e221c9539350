import Foundation
import Testing
import Training

@Suite("Schedules and checkpoints")
struct ScheduleTests {
  @Test("warm-up is linear, then half a cosine falls to the minimum")
  func cosine() {
    let schedule = Schedule(peak: 1, minimum: 0.1, shape: .cosine, warmUp: 4, steps: 104)
    #expect(schedule.rate(at: 0) == 0.25)
    #expect(schedule.rate(at: 3) == 1)
    #expect(schedule.rate(at: 4) == 1)
    #expect(abs(schedule.rate(at: 54) - 0.55) < 1e-12)
    #expect(abs(schedule.rate(at: 104) - 0.1) < 1e-12)
    #expect(abs(schedule.rate(at: 500) - 0.1) < 1e-12)
  }

  @Test("a stride keeps the rate over an epoch")
  func stride() {
    let schedule = Schedule(peak: 1, minimum: 0, shape: .cosine, steps: 40, stride: 10)
    #expect(schedule.rate(at: 9) == schedule.rate(at: 0))
    #expect(abs(schedule.rate(at: 20) - 0.5) < 1e-12)
    #expect(Schedule(peak: 0.3).rate(at: 17) == 0.3)
  }

  @Test("safetensors come back as they were, whatever their order")
  func safetensors() throws {
    let file = SafeTensors(
      tensors: [
        "b": .init(shape: [2, 2], values: .floats([1, -2, .infinity, 0.5])),
        "a": .init(shape: [3], values: .integers([1, -100, 7])), "empty": .init(shape: [0, 4], values: .floats([])),
      ], metadata: ["layout": "mlp"])
    let read = try SafeTensors(file.encoded())
    #expect(read.tensors == file.tensors && read.metadata == file.metadata)
    #expect(try file.encoded() == read.encoded())
  }

  @Test(
    "damaged safetensors are errors, not crashes",
    arguments: [
      Data(), Data([1, 2, 3]), Data([255, 255, 255, 255, 255, 255, 255, 255]),
      Data([2, 0, 0, 0, 0, 0, 0, 0]) + Data("[]".utf8),
      Data([74, 0, 0, 0, 0, 0, 0, 0])
        + Data(#"{"x":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}"#.utf8),
      Data([56, 0, 0, 0, 0, 0, 0, 0]) + Data(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0, 80]}}"#.utf8),
    ])
  func damaged(data: Data) {
    #expect(throws: SafeTensors.Failure.self) { try SafeTensors(data) }
  }
}
