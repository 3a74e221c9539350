/// Examples as JSON, one line each:
///
///     {"task":"compression(length=4)","split":"test","index":0,"tokens":[3,1,0,15],"targets":[3,1,0,15]}
///
/// A target of −100 is ignored.
public enum JSONLines {
  /// The UTF-8 bytes of an example's line, with the newline.
  public static func line(_ example: Example, task: any MADTask, split: Split, index: Int) -> [UInt8] {
    // Identities and splits are ASCII letters, digits and punctuation that JSON does not escape.
    var line = Array(#"{"task":"\#(task.identity)","split":"\#(split.rawValue)","index":\#(index),"tokens":["#.utf8)
    line.reserveCapacity(line.count + 8 * example.tokens.count)
    append(example.tokens, to: &line)
    line.append(contentsOf: #"],"targets":["#.utf8)
    append(example.targets, to: &line)
    line.append(contentsOf: "]}\n".utf8)
    return line
  }

  private static func append(_ numbers: [Int32], to line: inout [UInt8]) {
    for (place, number) in numbers.enumerated() {
      if place > 0 { line.append(UInt8(ascii: ",")) }
      line.append(contentsOf: String(number).utf8)
    }
  }
}

extension Dataset {
  /// Every example as a line of JSON.
  public func jsonLines() -> [UInt8] {
    (0..<count).reduce(into: []) { lines, index in
      lines.append(contentsOf: JSONLines.line(example(index), task: task, split: split, index: index))
    }
  }
}
