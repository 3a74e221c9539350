import Architecture
import Engine
import Foundation
import Text

/// All that a training needs to go on exactly where it was: weights, AdamW's moments and the number of updates, with what
/// its owner notes. Random streams of a training are keyed by the step, so the step is their position too.
///
/// In the file (safetensors) weights have the names that the model gives them, moments those of their tensor after
/// `adamw.mean.` and `adamw.square.`.
public struct Checkpoint: Sendable {
  public enum Failure: ReportedError, Equatable {
    /// The file is none, or a damaged one.
    case unreadable(String)
    /// It belongs to another training.
    case mismatch(String)
    case unwritable(String)

    public var fault: Fault {
      if case .unwritable = self { .machine } else { .input }
    }

    public var description: String {
      switch self {
      case .unreadable(let reason): "not a readable checkpoint: \(reason)"
      case .mismatch(let reason): "the checkpoint of another training: \(reason)"
      case .unwritable(let reason): "cannot be written: \(reason)"
      }
    }
  }

  /// The number of updates done.
  public let step: Int
  /// What the owner of the training keeps beside the numbers.
  public let notes: [String: String]
  private let tensors: [String: SafeTensors.Tensor]

  private static let format = "madsearch checkpoint 1"
  private static let moments = (mean: "adamw.mean.", square: "adamw.square.")

  /// The state of a trainer between two steps.
  public init(_ trainer: Trainer, notes: [String: String] = [:]) {
    var tensors: [String: SafeTensors.Tensor] = [:]
    func add(_ prefix: String, _ entries: [TensorTable.Entry], of buffer: Buffer) {
      let values = buffer.values
      for entry in entries {
        let range = entry.offset..<entry.offset + entry.parameter.count
        tensors[prefix + entry.parameter.name] = .init(
          shape: entry.parameter.shape, values: .floats(Array(values[range])))
      }
    }
    add("", trainer.model.tensors.all, of: trainer.weights)
    add(Self.moments.mean, trainer.model.tensors.trained, of: trainer.mean)
    add(Self.moments.square, trainer.model.tensors.trained, of: trainer.square)
    (step, self.notes, self.tensors) = (trainer.step, notes, tensors)
  }

  /// - Throws: `Failure.unreadable`.
  public init(contentsOf url: URL) throws(Failure) {
    let file: SafeTensors
    do {
      file = try SafeTensors(contentsOf: url)
    } catch let error as SafeTensors.Failure {
      throw .unreadable(error.description)
    } catch {
      throw .unreadable(SystemReason.text(error))
    }
    guard file.metadata["format"] == Self.format else {
      throw .unreadable("it does not say that it is a '\(Self.format)'")
    }
    guard let step = file.metadata["step"].flatMap({ Int($0) }), step >= 0 else {
      throw .unreadable("it does not say its step")
    }
    (self.step, tensors) = (step, file.tensors)
    notes = file.metadata.filter { !["format", "step"].contains($0.key) }
  }

  /// - Throws: `Failure.unwritable`; an older file is still there then.
  public func write(to url: URL) throws(Failure) {
    let own = ["format": Self.format, "step": String(step)]
    let file = SafeTensors(tensors: tensors, metadata: notes.merging(own) { $1 })
    do {
      try WholeFile.write(file.encoded(), to: url)
    } catch let error as WholeFile.Failure {
      throw .unwritable(error.reason)
    } catch {
      throw .unwritable(SystemReason.text(error))
    }
  }

  /// Puts a trainer of the same model into this state.
  /// - Throws: `Failure.mismatch`, and then nothing is changed.
  public func restore(_ trainer: Trainer) throws(Failure) {
    let model = trainer.model
    var parts: [(values: [Float], target: Pointer)] = []
    for (prefix, entries, buffer) in [
      ("", model.tensors.all, trainer.weights), (Self.moments.mean, model.tensors.trained, trainer.mean),
      (Self.moments.square, model.tensors.trained, trainer.square),
    ] {
      for entry in entries {
        let name = prefix + entry.parameter.name
        guard let tensor = tensors[name], case .floats(let values) = tensor.values else {
          throw .mismatch("it has no tensor '\(name)'")
        }
        guard tensor.shape == entry.parameter.shape else {
          throw .mismatch(
            "its tensor '\(name)' has the shape \(tensor.shape), the model's has \(entry.parameter.shape)")
        }
        parts.append((values, buffer.pointer + entry.offset))
      }
    }
    for (values, target) in parts { target.update(from: values, count: values.count) }
    trainer.step = step
  }
}
