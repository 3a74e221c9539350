import ArgumentParser
import Runs
import Search

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema of space files.",
    discussion: """
      Editors complete and check a space file against it: search-spaces/space.schema.json is this text, and the spaces \
      there name it under $schema.
      """)

  func run() throws { try StandardOutput.print(SpaceFile.schema(rungs: RungKinds.formats)) }
}
