import Configuration

/// A way in which the configuration of a published model says what its layers are.
struct LayerListing {
  /// A kind of layer in the model's words, and where it stands.
  typealias Word = (text: String, path: String)

  /// The key that it is known by.
  let key: String
  /// - Throws: `ConfigurationError` if the values are impossible.
  let read: @Sendable (ModelConfiguration) throws(ConfigurationError) -> [Word]

  /// The most explicit first.
  static let all: [LayerListing] =
    ["layer_types", "layers_block_type", "layer_block_types", "layer_block_type", "attn_types"].map(list) + [
      repeated("block_types"),
      positions("attn_layer_indices"), positions("attn_layer_idx"), positions("full_attn_idxs", otherwise: "conv"),
      positions("hybrid_layer_ids", "hybrid"), positions("global_attn_idx", "global|mamba", otherwise: "local|mamba"),
      attentionSettings, fullAttentionLayers, typeNumbers, hyenaPlaces,
      periods("attn_layer_period", "attn_layer_offset"), interval("full_attention_interval"),
      interval("sliding_window_pattern", otherwise: "sliding_attention"),
    ]

  /// The number of layers.
  /// - Throws: `ConfigurationError` if it is missing or impossible.
  static func count(_ model: ModelConfiguration) throws(ConfigurationError) -> Int {
    let keys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"]
    guard let count = try model.integer(anyOf: keys, in: 1...Layout.maximumLayers) else {
      throw ConfigurationError(
        path: model.path,
        reason: "it says neither what its layers are (\(all.map(\.key).joined(separator: ", "))) nor how many "
          + "(\(keys.joined(separator: ", ")))")
    }
    return count
  }

  /// A word for each layer.
  private static func list(_ key: String) -> Self {
    Self(key: key) { model throws(ConfigurationError) in
      (try model.words(key) ?? []).enumerated().map { ($1, model.path(key, $0)) }
    }
  }

  /// Words that are repeated over the layers.
  private static func repeated(_ key: String) -> Self {
    Self(key: key) { model throws(ConfigurationError) in
      let words = try model.words(key) ?? []
      // Attention among recurrences is windowed there.
      let isWindowed = model.has("attention_window_size")
      return (0..<(try count(model))).map { layer in
        let word = words[layer % words.count]
        return (isWindowed && word == "attention" ? "sliding_attention" : word, model.path(key, layer % words.count))
      }
    }
  }

  /// The places of one kind of layers, from 0; the others are of another kind, that of the family unless said.
  private static func positions(
    _ key: String, _ word: String = "attention", otherwise other: String = LayerWords.own
  ) -> Self {
    Self(key: key) { model throws(ConfigurationError) in
      let count = try count(model)
      let places = Set(try model.integers(key, in: 0...(count - 1)) ?? [])
      return (0..<count).map { (places.contains($0) ? word : other, model.path(key)) }
    }
  }

  /// Flash Linear Attention: the places of attention, from 0, among mixers of the family.
  private static let attentionSettings = Self(key: "attn") { model throws(ConfigurationError) in
    guard let attention = try model.object("attn") else { return [] }
    let count = try count(model)
    let places = Set(try attention.integers("layers", in: 0...(count - 1)) ?? [])
    let word = attention.has("window_size") ? "sliding_attention" : "attention"
    return (0..<count).map { (places.contains($0) ? word : LayerWords.own, attention.path("layers")) }
  }

  /// Kimi Linear: places of full attention from 1.
  private static let fullAttentionLayers = Self(key: "linear_attn_config") { model throws(ConfigurationError) in
    let count = try count(model)
    let inner = try model.object("linear_attn_config")
    let places = Set(try inner?.integers("full_attn_layers", in: 1...count) ?? [])
    return (1...count).map {
      (places.contains($0) ? "attention" : "linear_attention", model.path("linear_attn_config"))
    }
  }

  /// MiniMax: 1 is softmax attention, 0 lightning attention.
  private static let typeNumbers = Self(key: "attn_type_list") { model throws(ConfigurationError) in
    (try model.integers("attn_type_list", in: 0...1) ?? []).enumerated().map {
      ($1 == 1 ? "attention" : "linear_attention", model.path("attn_type_list", $0))
    }
  }

  /// StripedHyena: the places of attention and of the kinds of Hyena.
  private static let hyenaPlaces = Self(key: "attn_layer_idxs") { model throws(ConfigurationError) in
    let kinds = [
      ("attn_layer_idxs", "attention"), ("hyena_layer_idxs", "hyena"), ("hcl_layer_idxs", "hyena"),
      ("hcm_layer_idxs", "hyena_medium"), ("hcs_layer_idxs", "hyena_short"),
    ]
    var words: [Int: Word] = [:]
    for (key, word) in kinds {
      for place in try model.integers(key, in: 0...(Layout.maximumLayers - 1)) ?? [] {
        words[place] = (word, model.path(key))
      }
    }
    let count = try model.has("num_layers") ? count(model) : (words.keys.max() ?? 0) + 1
    return (0..<count).map { words[$0] ?? ("hyena", model.path("attn_layer_idxs")) }
  }

  /// One in so many layers, from an offset on.
  private static func periods(_ period: String, _ offset: String) -> Self {
    Self(key: period) { model throws(ConfigurationError) in
      let every = try model.integer(period, in: 1...Layout.maximumLayers) ?? 1
      let first = try model.integer(offset, in: 0...(every - 1)) ?? 0
      return (0..<(try count(model))).map { ($0 % every == first ? "attention" : "mamba", model.path(period)) }
    }
  }

  /// The last of so many layers.
  private static func interval(_ key: String, otherwise other: String = "linear_attention") -> Self {
    Self(key: key) { model throws(ConfigurationError) in
      let every = try model.integer(key, in: 1...Layout.maximumLayers) ?? 1
      return (1...(try count(model))).map { ($0.isMultiple(of: every) ? "full_attention" : other, model.path(key)) }
    }
  }
}
