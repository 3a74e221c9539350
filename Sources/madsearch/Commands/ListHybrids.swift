import ArgumentParser
import Layouts
import Reporting
import Text

struct ListHybrids: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hybrids",
    abstract: "Print the known hybrids and baselines, with their patterns.",
    discussion: """
      'hybrid:NAME' stands for one of them wherever a layout is expected, fitted to \(KnownHybrids.defaultLayers) \
      layers; 'hybrid:NAME:16' has 16, 'hybrid:NAME:published' those of the published model. The shares are those of \
      attention among the sequence mixers of the pattern, and of attention without a window.
      """)

  @OptionGroup var format: OutputFormat

  func run() throws {
    let rows = try KnownHybrids.all.map(Self.row)
    if format.json {
      try StandardOutput.print(Self.table(rows).json.text)
    } else if format.csv {
      try StandardOutput.print(Self.table(rows).csv)
    } else {
      try StandardOutput.print(rows.map(Self.text).joined(separator: "\n"))
    }
  }

  private struct Row {
    let hybrid: KnownHybrid
    let megatron: String?
    let share: KnownHybrid.AttentionShare
  }

  private static func row(_ hybrid: KnownHybrid) throws -> Row {
    let layout = try Layout(parsing: hybrid.pattern)
    return Row(hybrid: hybrid, megatron: layout.megatronString, share: layout.attentionShare)
  }

  /// A hybrid for people.
  private static func text(_ row: Row) -> String {
    func percent(_ share: Double) -> String { NumberText.fixed(100 * share, decimals: 1) + " %" }
    let (hybrid, share) = (row.hybrid, row.share)
    var lines = ["\(hybrid.name): \(hybrid.source)"]
    if let stripe = hybrid.stripe { lines.append("  stripe     \(stripe)") }
    if let published = hybrid.published { lines.append("  published  \(published)") }
    if let megatron = row.megatron { lines.append("  pattern    \(megatron)") }
    lines.append(
      "  attention  \(percent(share.all))" + (share.full == share.all ? "" : ", full \(percent(share.full))"))
    if let note = hybrid.note { lines.append("  note       \(note)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ rows: [Row]) -> Table {
    var table = Table(
      [
        "name", "pattern", "stripe", "published", "megatron", "attentionShare", "fullAttentionShare", "source", "note",
      ].map { .init($0, $0) })
    func cell(_ text: String?) -> Table.Cell { text.map(Table.Cell.text) ?? .nothing }
    for row in rows {
      let hybrid = row.hybrid
      table.add([
        .text(hybrid.name), .text(hybrid.pattern), cell(hybrid.stripe), cell(hybrid.published), cell(row.megatron),
        .number(row.share.all), .number(row.share.full), .text(hybrid.source), cell(hybrid.note),
      ])
    }
    return table
  }
}
