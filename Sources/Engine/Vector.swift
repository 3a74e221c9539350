import COpenBLAS
import CVector

/// Sixteen float32 lanes: one AVX-512 register, or two AVX2 registers.
///
/// Arithmetic and `addingProduct` compile to single instructions. `rounded`, `clamped` and conversions to integers do
/// not (they are some thirty times slower): the functions of this file avoid them, and kernels must too.
public typealias Vector = SIMD16<Float>
public let vectorWidth = 16

/// How many vectors fit in the registers of the processor that this is built for: 32 with AVX-512, 8 with AVX2.
@inlinable @inline(__always) public var vectorRegisters: Int { Int(MADSEARCH_VECTOR_REGISTERS) }

extension UnsafeMutablePointer where Pointee == Float {
  /// The sixteen values at `offset`, which need not be aligned.
  @inlinable @inline(__always)
  public func vector(_ offset: Int = 0) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  @inlinable @inline(__always)
  public func store(_ value: Vector, _ offset: Int = 0) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: Vector.self)
  }
}

extension UnsafePointer where Pointee == Float {
  @inlinable @inline(__always)
  public func vector(_ offset: Int = 0) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }
}

extension SIMD16 where Scalar == Float {
  /// The sum of the sixteen lanes, pair by pair: `sum()` adds them one after the other.
  @inlinable @_transparent
  public var laneSum: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}

/// Numbers on which elementwise kernels run: one float for loops that the compiler vectorises, or sixteen lanes.
public protocol Lanes: Sendable {
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  init(repeating value: Float)
  /// `self + a · b`, rounded once.
  func addingProduct(_ a: Self, _ b: Self) -> Self
  /// The smaller and the larger number, lane by lane.
  func lower(_ other: Self) -> Self
  func upper(_ other: Self) -> Self
  /// `2^k` for `shifted = k + 1.5·2²³`, whole k in −126…127: the exponent field is cut out of the bits.
  static func powerOfTwo(shifted: Self) -> Self
  /// The absolute value.
  var magnitudes: Self { get }
  /// `self` where `condition` is at least zero, else `other`.
  func whereNonNegative(_ condition: Self, else other: Self) -> Self
  /// Splits a positive normal number in `m · 2^e` with √½ ≤ m < √2.
  var mantissaAndExponent: (Self, Self) { get }
}

extension Float: Lanes {
  @inlinable @inline(__always) public init(repeating value: Float) { self = value }
  @inlinable @inline(__always) public func lower(_ other: Float) -> Float { self < other ? self : other }
  @inlinable @inline(__always) public func upper(_ other: Float) -> Float { self > other ? self : other }
  @inlinable @inline(__always) public static func powerOfTwo(shifted: Float) -> Float {
    Float(bitPattern: (shifted.bitPattern &+ 127) &<< 23)
  }
  @inlinable @inline(__always) public var magnitudes: Float { Float(bitPattern: bitPattern & 0x7fff_ffff) }
  @inlinable @inline(__always) public func whereNonNegative(_ condition: Float, else other: Float) -> Float {
    condition >= 0 ? self : other
  }
  @inlinable @inline(__always) public var mantissaAndExponent: (Float, Float) {
    let shifted = bitPattern &- 0x3f35_04f3
    let exponent = Int32(bitPattern: shifted) &>> 23
    let mantissa = Float(bitPattern: (shifted & 0x007f_ffff) &+ 0x3f35_04f3)
    // exponent + 1.5·2²³ written as bits: an integer conversion would stop vectorisation.
    let number = Float(bitPattern: UInt32(bitPattern: exponent &+ 0x4b40_0000)) - 12_582_912
    return (mantissa, number)
  }
}

extension SIMD16: Lanes where Scalar == Float {
  /// `self + a · b`, rounded once, in one instruction.
  @inlinable @inline(__always) public func addingProduct(_ a: Self, _ b: Self) -> Self {
    vector16_adding_product(self, a, b)
  }

  @inlinable @inline(__always) public func lower(_ other: Self) -> Self {
    other.replacing(with: self, where: self .< other)
  }
  @inlinable @inline(__always) public func upper(_ other: Self) -> Self {
    other.replacing(with: self, where: self .> other)
  }
  @inlinable @inline(__always) public static func powerOfTwo(shifted: Self) -> Self {
    let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &+ SIMD16<UInt32>(repeating: 127)
    return unsafeBitCast(bits &<< SIMD16<UInt32>(repeating: 23), to: Self.self)
  }
  @inlinable @inline(__always) public var magnitudes: Self {
    unsafeBitCast(unsafeBitCast(self, to: SIMD16<UInt32>.self) & SIMD16<UInt32>(repeating: 0x7fff_ffff), to: Self.self)
  }
  @inlinable @inline(__always) public func whereNonNegative(_ condition: Self, else other: Self) -> Self {
    other.replacing(with: self, where: condition .>= SIMD16<Float>.zero)
  }
  @inlinable @inline(__always) public var mantissaAndExponent: (Self, Self) {
    let shifted = unsafeBitCast(self, to: SIMD16<UInt32>.self) &- SIMD16<UInt32>(repeating: 0x3f35_04f3)
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &>> SIMD16<Int32>(repeating: 23)
    let mantissa = (shifted & SIMD16<UInt32>(repeating: 0x007f_ffff)) &+ SIMD16<UInt32>(repeating: 0x3f35_04f3)
    let number = unsafeBitCast(exponent &+ SIMD16<Int32>(repeating: 0x4b40_0000), to: Self.self)
    return (unsafeBitCast(mantissa, to: Self.self), number - SIMD16<Float>(repeating: 12_582_912))
  }
}
