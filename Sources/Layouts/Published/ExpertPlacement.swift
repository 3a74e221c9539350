import Configuration

/// Which layers of a published model have experts, as its configuration says.
struct ExpertPlacement {
  private let places: [Bool]

  subscript(layer: Int) -> Bool { places[layer] }

  /// - Throws: `ConfigurationError` if the values are impossible.
  init(_ model: ModelConfiguration, layers count: Int) throws(ConfigurationError) {
    let range = 0...count
    if let words = try model.words("mlp_layer_types") {
      places = (0..<count).map { $0 < words.count && words[$0] != "dense" }
      return
    }
    if model.isList("moe_layer_freq"), let flags = try model.integers("moe_layer_freq", in: 0...1) {
      places = (0..<count).map { $0 < flags.count && flags[$0] == 1 }
      return
    }
    let counts = ["num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", "num_moe_experts"]
    guard try model.integer(anyOf: counts) ?? 0 > 1 else {
      places = [Bool](repeating: false, count: count)
      return
    }
    if let listed = try model.integers("moe_layers", in: range) {
      places = (0..<count).map(Set(listed).contains)
      return
    }
    let dense = Set(try model.integers("mlp_only_layers", in: range) ?? [])
    let first = try model.integer(anyOf: ["first_k_dense_replace", "num_dense_layers", "moe_layer_start_index"]) ?? 0
    let last = try model.integer("moe_layer_end_index", in: -1...Layout.maximumLayers) ?? -1
    // Every so many layers: from the first on, or the last of each so many.
    let every = try model.integer(anyOf: ["expert_layer_period", "moe_layer_freq"], in: 1...Layout.maximumLayers) ?? 1
    let offset = try model.integer("expert_layer_offset", in: 0...(every - 1)) ?? 0
    let step =
      try model.integer(
        anyOf: ["decoder_sparse_step", "moe_layer_interval", "interleave_moe_layer_step"], in: 1...Layout.maximumLayers)
      ?? 1
    places = (0..<count).map { layer in
      layer >= first && (last < 0 || layer <= last) && layer % every == offset && (layer + 1).isMultiple(of: step)
        && !dense.contains(layer)
    }
  }
}
