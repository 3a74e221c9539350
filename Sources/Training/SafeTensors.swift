import Foundation
import Text

/// Reads and writes the safetensors format: eight bytes of header length, a JSON header, then the data.
public struct SafeTensors: Sendable {
  public enum Values: Sendable, Equatable {
    case floats([Float])
    case integers([Int32])

    public var count: Int {
      switch self {
      case .floats(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  public struct Tensor: Sendable, Equatable {
    public var shape: [Int]
    public var values: Values
    public init(shape: [Int], values: Values) { (self.shape, self.values) = (shape, values) }
  }

  public var tensors: [String: Tensor]
  public var metadata: [String: String]

  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    (self.tensors, self.metadata) = (tensors, metadata)
  }

  public enum Failure: ReportedError, Equatable {
    case unreadable(String)

    public var fault: Fault { .input }

    public var description: String {
      switch self {
      case .unreadable(let reason): "not a readable safetensors file: \(reason)"
      }
    }
  }

  public func floats(_ name: String) throws -> [Float] {
    guard case .floats(let values)? = tensors[name]?.values else {
      throw Failure.unreadable("it has no F32 tensor '\(name)'")
    }
    return values
  }

  public func integers(_ name: String) throws -> [Int32] {
    guard case .integers(let values)? = tensors[name]?.values else {
      throw Failure.unreadable("it has no I32 tensor '\(name)'")
    }
    return values
  }

  /// - Throws: `Failure` if the content is not well-formed, or the error of reading the file.
  public init(contentsOf url: URL) throws { try self.init(Data(contentsOf: url)) }

  public init(_ data: Data) throws {
    self.init()
    guard data.count >= 8 else { throw Failure.unreadable("it is shorter than its header length") }
    let length = data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    guard length <= UInt64(data.count - 8) else { throw Failure.unreadable("its header is longer than the file") }
    let start = data.startIndex + 8 + Int(length)
    let header = try? JSONSerialization.jsonObject(with: data[(data.startIndex + 8)..<start])
    guard let entries = header as? [String: Any] else { throw Failure.unreadable("its header is not a JSON object") }
    for (name, entry) in entries {
      if name == "__metadata__" {
        metadata = entry as? [String: String] ?? [:]
      } else {
        tensors[name] = try Self.tensor(name, entry, data[start...])
      }
    }
  }

  private static func tensor(_ name: String, _ entry: Any, _ body: Data) throws -> Tensor {
    guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String,
      let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int], offsets.count == 2
    else { throw Failure.unreadable("the entry of '\(name)' lacks dtype, shape or data_offsets") }
    var bytes = 4
    for size in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw Failure.unreadable("the shape of '\(name)' is impossible") }
      bytes = product
    }
    guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= body.count, offsets[1] - offsets[0] == bytes else {
      throw Failure.unreadable("the offsets of '\(name)' do not fit its shape and the file")
    }
    let part = body[(body.startIndex + offsets[0])..<(body.startIndex + offsets[1])]
    func numbers<Number>(_ make: (UInt32) -> Number) -> [Number] {
      part.withUnsafeBytes { raw in
        (0..<bytes / 4).map { make(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))) }
      }
    }
    switch type {
    case "F32": return Tensor(shape: shape, values: .floats(numbers { Float(bitPattern: $0) }))
    case "I32": return Tensor(shape: shape, values: .integers(numbers { Int32(bitPattern: $0) }))
    default: throw Failure.unreadable("'\(name)' has the type \(type); F32 and I32 are understood")
    }
  }

  /// The file's bytes; equal tensors give equal bytes.
  public func encoded() throws -> Data {
    var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    var body = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let begin = body.count
      let words: [UInt32]
      let type: String
      switch tensor.values {
      case .floats(let values): (words, type) = (values.map { $0.bitPattern.littleEndian }, "F32")
      case .integers(let values): (words, type) = (values.map { UInt32(bitPattern: $0).littleEndian }, "I32")
      }
      words.withUnsafeBytes { body.append(contentsOf: $0) }
      header[name] = ["dtype": type, "shape": tensor.shape, "data_offsets": [begin, body.count]]
    }
    let json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    var file = Data()
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
    return file + json + body
  }
}
