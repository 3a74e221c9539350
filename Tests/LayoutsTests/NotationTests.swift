import Architecture
import Foundation
import Layouts
import Testing

@Suite("Layout notation")
struct NotationTests {
  @Test(
    "the canonical form",
    arguments: [
      ("swiglu", "swiglu"),
      ("  swiglu\n\tmlp\r\n", "swiglu mlp"),
      ("swiglu()", "swiglu"),
      ("swiglu( dim_inner = 64 )", "swiglu(dim_inner=64)"),
      ("3*swiglu", "swiglu swiglu swiglu"),
      ("3 * (swiglu mlp)", "swiglu mlp swiglu mlp swiglu mlp"),
      ("2*(swiglu 2*(mlp) swiglu)", "swiglu mlp mlp swiglu swiglu mlp mlp swiglu"),
      ("2*2*mlp", "mlp mlp mlp mlp"),
      ("2*(1*(swiglu)) mlp", "swiglu swiglu mlp"),
      ("002*mlp(dim_inner=0016)", "mlp(dim_inner=16) mlp(dim_inner=16)"),
      ("swiglu|mlp", "mlp|swiglu"),
      ("mlp |\n swiglu  |mlp", "mlp|mlp|swiglu"),
      ("2*(swiglu|mlp mlp)", "mlp|swiglu mlp mlp|swiglu mlp"),
      ("moe-mlp(active_experts=1,num_experts=4)", "moe-mlp(num_experts=4,active_experts=1)"),
      ("moe-mlp(experts=sparse, router_rule=masked)", "moe-mlp"),
      ("moe-mlp(router_rule=zeroed , experts = dense)", "moe-mlp(router_rule=zeroed,experts=dense)"),
      ("2*megatron:-- mlp", "swiglu swiglu swiglu swiglu mlp"),
      ("2*(megatron:-E)", "swiglu moe-mlp swiglu moe-mlp"),
    ])
  func canonical(_ text: String, _ canonical: String) throws {
    let layout = try Layout(parsing: text)
    #expect(layout.canonical == canonical)
    #expect(layout.description == canonical)
    #expect(try Layout(parsing: canonical) == layout)
  }

  @Test("every name, alias and option of the registry is understood, and simplifying twice changes nothing more")
  func registry() throws {
    for type in Primitives.all {
      let specification = type.specification
      #expect(try Layout(parsing: specification.name).canonical == specification.name)
      for alias in specification.aliases {
        let written = alias.options.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        let layout = try Layout(parsing: alias.name)
        #expect(try layout == Layout(parsing: "\(specification.name)(\(written))"))
        #expect(try layout == Layout(parsing: layout.canonical))
      }
      for option in specification.options {
        let values: [String] =
          switch option.kind {
          case .integer(let range): [String(range.lowerBound), String(range.upperBound)]
          case .word(let words): words
          case .flag: ["true", "false"]
          }
        for name in [option.name] + option.aliases {
          for value in values {
            let layout = try Layout(parsing: "\(specification.name)(\(name)=\(value))")
            #expect(try layout == Layout(parsing: layout.canonical))
          }
        }
      }
    }
  }

  @Test("an option given with an alias overrides what the alias stands for")
  func aliasOverride() throws {
    for type in Primitives.all {
      for alias in type.specification.aliases {
        for (name, _) in alias.options {
          guard let option = type.specification.options.first(where: { $0.name == name }),
            case .integer(let range) = option.kind
          else { continue }
          let written = "(\(name)=\(range.lowerBound))"
          let others = alias.options.filter { $0.name != name }.map { ",\($0.name)=\($0.value)" }.joined()
          #expect(
            try Layout(parsing: alias.name + written)
              == Layout(parsing: type.specification.name + written.dropLast() + others + ")"))
        }
      }
    }
  }

  @Test("a layout has at most 1 024 layers, and that many are possible")
  func limits() throws {
    #expect(try Layout(parsing: "1024*mlp").layers.count == 1024)
    #expect(try Layout(parsing: "32*(32*(mlp))").layers.count == 1024)
    #expect(try Layout(parsing: "megatron:" + String(repeating: "-", count: 1024)).layers.count == 1024)
    let group = Array(repeating: "mlp", count: 64).joined(separator: "|")
    #expect(try Layout(parsing: group).layers[0].count == 64)
    #expect(throws: NotationError.self) { try Layout(parsing: group + "|mlp") }
    let spaces = String(repeating: " ", count: 99_997)
    #expect(try Layout(parsing: spaces + "mlp").canonical == "mlp")
    #expect(throws: NotationError.self) { try Layout(parsing: spaces + " mlp") }
  }

  @Test("layouts made of primitives are checked and canonical too")
  func fromPrimitives() throws {
    let (swiglu, mlp) = (try Layout(parsing: "swiglu").layers[0], try Layout(parsing: "mlp").layers[0])
    #expect(try Layout([swiglu + mlp, mlp]) == Layout(parsing: "mlp|swiglu mlp"))
    #expect(throws: ArchitectureError.invalidModel("a layout has from 1 to 1024 layers, found 0")) { try Layout([]) }
    #expect(throws: ArchitectureError.invalidModel("a layer has from 1 to 64 primitives, found 0")) {
      try Layout([mlp, []])
    }
    #expect(throws: ArchitectureError.self) { try Layout(Array(repeating: mlp, count: 1025)) }
  }

  @Test("a layout is stored as text")
  func codable() throws {
    let layouts = [try Layout(parsing: "2*(swiglu|mlp)"), try Layout(parsing: "mlp(dim_inner=5)")]
    let data = try JSONEncoder().encode(layouts)
    #expect(String(decoding: data, as: UTF8.self) == #"["mlp|swiglu mlp|swiglu","mlp(dim_inner=5)"]"#)
    #expect(try JSONDecoder().decode([Layout].self, from: data) == layouts)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Layout].self, from: Data(#"["3*"]"#.utf8)) }
  }

  @Test("a layout of default primitives that Megatron has is written as its pattern")
  func megatron() throws {
    for text in ["megatron:--", "megatron:E-", "megatron:*-M-G"] {
      guard let layout = try? Layout(parsing: text) else { continue }
      #expect(layout.megatronString == text)
    }
    #expect(try Layout(parsing: "2*swiglu").megatronString == "megatron:--")
    #expect(try Layout(parsing: "swiglu(dim_inner=5)").megatronString == nil)
    #expect(try Layout(parsing: "swiglu|swiglu").megatronString == nil)
    #expect(try Layout(parsing: "mlp").megatronString == nil)
  }

  @Test("a model is made of the layers in canonical order")
  func model() throws {
    let layout = try Layout(parsing: "swiglu|mlp mlp(dim_inner=3)")
    let model = try layout.makeModel(dim: 8, vocabulary: 5, maxLength: 4)
    // Embedding and unembedding 5·8 each and 5 biases, three norms, then mlp 8·32·2, swiglu 3·8·32, mlp 8·3·2.
    #expect(model.parameterCount == 85 + 24 + 512 + 768 + 48)
    #expect(model.layers.map(\.count) == [2, 1])
    #expect(throws: ArchitectureError.self) { try layout.makeModel(dim: 0, vocabulary: 5, maxLength: 4) }
  }

  @Test("a layer that cannot be built is named")
  func unsuitableLayer() throws {
    let layout = try Layout(parsing: "mlp moe-mlp(num_experts=2,active_experts=3)")
    let error = #expect(throws: LayerError.self) { try layout.makeModel(dim: 8, vocabulary: 5, maxLength: 4) }
    #expect(error?.layer == 2)
    #expect(error?.description.hasPrefix("layer 2, moe-mlp(num_experts=2,active_experts=3): ") == true)
  }
}
