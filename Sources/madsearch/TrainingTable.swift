import Architecture
import Configuration

/// Trainings that a user measured, a row each, all numbers positive.
struct TrainingTable {
  enum Column: String, CaseIterable {
    case parameters, tokens, flops
  }

  private static let largestCount = 100_000

  /// nil where there is no such column.
  let parameters, tokens, flops: [Double]?
  let losses: [Double]

  /// - Parameters:
  ///   - parameters: the name of the column, which then has to be there; nil for the usual name. The others alike.
  ///   - needed: the columns beside loss that have to be there; nil for those of any form.
  /// - Throws: `ConfigurationErrors`, with lines and columns for paths.
  init(
    _ file: CSVFile, parameters: String?, tokens: String?, flops: String?, loss: String?, needed: Set<Column>?
  ) throws {
    let given: [Column: String?] = [.parameters: parameters, .tokens: tokens, .flops: flops]
    func suggest(_ name: String, _ known: [String]) -> String {
      suggestion(for: name, among: known, otherwise: "the columns are")
    }
    var problems = Problems()
    var columns: [Column: Int] = [:]
    for column in Column.allCases {
      let name = (given[column] ?? nil) ?? column.rawValue
      let isNeeded = needed?.contains(column) ?? false
      if given[column] ?? nil != nil || isNeeded || file.names.contains(name) {
        columns[column] = file.column(name, suggesting: suggest, &problems)
      }
    }
    let lossColumn = file.column(loss ?? "loss", suggesting: suggest, &problems)
    try problems.check()
    if columns[.flops] == nil, columns[.parameters] == nil || columns[.tokens] == nil {
      problems.add(
        "line 1",
        "columns parameters and flops, flops alone, or parameters and tokens are expected, found "
          + file.names.joined(separator: ", ") + "; --parameters, --tokens and --flops name others")
    }
    if file.rows.count > Self.largestCount {
      problems.add("line \(file.rows[Self.largestCount].line)", "at most \(Self.largestCount) rows are possible")
    }
    try problems.check()
    let lists = [lossColumn, columns[.parameters], columns[.tokens], columns[.flops]].map { column in
      column.flatMap { file.numbers(in: $0, positive: true, &problems) }
    }
    try problems.check()
    (self.losses, self.parameters, self.tokens, self.flops) = (lists[0] ?? [], lists[1], lists[2], lists[3])
  }
}
