import Architecture
import Foundation
import Layouts
import MADTasks
import Testing

@Suite("list")
struct ListTests {
  struct ListedPrimitive: Decodable {
    struct Option: Decodable {
      let name, allowed, summary: String
      let aliases: [String]
      let minimum, maximum: Int?
      let words: [String]?
    }
    let name, kind, family, summary, source: String
    let aliases: [String]
    let options: [Option]
    let parameters: Int?
    let stateAtWidth128, cacheAtWidth128: Int?
  }

  @Test("primitives as JSON are the registry")
  func primitives() throws {
    let outcome = try Program.run("list", "primitives", "--json")
    #expect(outcome.status == 0)
    let listed = try JSONDecoder().decode([ListedPrimitive].self, from: Data(outcome.output.utf8))
    #expect(listed.map(\.name) == Primitives.all.map { $0.specification.name })
    for (primitive, type) in zip(listed, Primitives.all) {
      let specification = type.specification
      #expect(primitive.aliases == specification.aliases.map(\.name))
      #expect(primitive.options.map(\.name) == specification.options.map(\.name))
      #expect(primitive.options.map(\.allowed) == specification.options.map(\.allowed))
      #expect(primitive.kind == specification.kind.rawValue)
      #expect(primitive.family == specification.family.rawValue)
      #expect(!primitive.summary.isEmpty && !primitive.source.isEmpty)
      #expect(primitive.parameters != nil, "the default options of \(primitive.name) fit width 128")
    }
    #expect(listed.first { $0.name == "mlp" }?.parameters == 2 * 128 * 512)
    #expect(listed.first { $0.name == "mlp" }?.stateAtWidth128 == 0)
    #expect(listed.first { $0.name == "swiglu" }?.options.first?.maximum == 65_536)
  }

  @Test("primitives for people and as CSV name every option")
  func primitiveTables() throws {
    let (text, csv) = (try Program.run("list", "primitives"), try Program.run("list", "primitives", "--csv"))
    #expect(csv.output.split(separator: "\n").count == Primitives.all.count + 1)
    for type in Primitives.all {
      for name in [type.specification.name] + type.specification.options.map(\.name) {
        #expect(text.output.contains(name))
        #expect(csv.output.contains(name))
      }
    }
  }

  @Test("hybrids")
  func hybrids() throws {
    struct Listed: Decodable {
      let name, pattern, source: String
      let megatron, note: String?
      let attentionShare: Double
    }
    let outcome = try Program.run("list", "hybrids", "--json")
    let listed = try JSONDecoder().decode([Listed].self, from: Data(outcome.output.utf8))
    #expect(listed.map(\.name) == KnownHybrids.all.map(\.name))
    #expect(listed.first { $0.name == "samba" }?.attentionShare == 0.5)
    let (text, csv) = (try Program.run("list", "hybrids"), try Program.run("list", "hybrids", "--csv"))
    for hybrid in listed {
      #expect(text.output.contains("\(hybrid.name): \(hybrid.source)\n"))
      #expect(csv.output.contains("\n\(hybrid.name),\(hybrid.pattern),"))
    }
  }

  @Test("a hybrid stands for a layout with its prefix only")
  func hybridAsLayout() throws {
    let described = try Program.run("describe", "hybrid:striped-hyena")
    #expect(described.output.hasPrefix("hyena swiglu attention swiglu hyena swiglu attention swiglu\n"))
    #expect(try Program.run("describe", "mamba").output.hasPrefix("mamba\n"))
    let bare = try Program.run("describe", "striped-hyena")
    #expect(bare.status == 2)
    #expect(
      bare.errors
        == "madsearch: 'striped-hyena' is a hybrid, not a primitive; write 'hybrid:striped-hyena'\n")
    let misspelt = try Program.run("describe", "hybrid:stripd-hyena")
    #expect(misspelt.status == 2)
    #expect(misspelt.errors == "madsearch: there is no hybrid 'stripd-hyena'; did you mean 'striped-hyena'?\n")
  }

  @Test("tasks")
  func tasks() throws {
    struct Listed: Decodable {
      struct Variable: Decodable { let variable: String }
      let task, summary, backbone: String
      let chance: Double
      let variables: [Variable]
    }
    let outcome = try Program.run("list", "tasks", "--json")
    let listed = try JSONDecoder().decode([Listed].self, from: Data(outcome.output.utf8))
    let names = MADTasks.all.map { $0.name }
    #expect(listed.map { $0.task } == names)
    let (text, csv) = (try Program.run("list", "tasks"), try Program.run("list", "tasks", "--csv"))
    for task in listed {
      #expect(text.output.contains("\(task.task): \(task.summary)\n"))
      for variable in task.variables { #expect(csv.output.contains("\n\(task.task),\(variable.variable),")) }
    }
  }
}
