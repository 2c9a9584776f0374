// The one codec for everything hashed, signed, stored on Bitcoin's side or sent: big-endian,
// bounded before it allocates, no trailing bytes. A struct names its fields once:
//
//   struct Vote {
//     Slot slot; Hash256 block;
//     static constexpr auto wire_fields() { return std::make_tuple(&Vote::slot, &Vote::block); }
//   };
//
// Layout rules (docs/wire_formats.md "Encoding"):
//   integers, Strong       big-endian, width of the type; unsigned __int128 is 16 bytes
//   bool                   one byte, 0 or 1
//   enum class             underlying type; the enum offers `constexpr bool is_valid(E)` by ADL
//   FixedBytes             its bytes
//   Blob<Max>, SharedBlob<Max>   u32 length, bytes
//   Text<Max>              u16 length, bytes
//   List<T, Max>           u32 count, elements
//   std::optional<T>       u8 0/1, then T
//   std::variant<...>      u8 index, then the alternative
//   BitVector              u16 bit count, bytes LSB first, spare bits zero
#pragma once

#include <concepts>
#include <optional>
#include <tuple>
#include <type_traits>
#include <variant>

#include "base/bytes.hpp"
#include "base/strong.hpp"

namespace quorate {

using U128 = unsigned __int128;

/// A vector with the largest count its codec accepts.
template <class T, std::size_t Max_>
struct List : std::vector<T> {
  static constexpr std::size_t max_count = Max_;
  using std::vector<T>::vector;
  List() = default;
  List(std::vector<T> v) : std::vector<T>(std::move(v)) {}  // NOLINT
  bool operator==(const List&) const = default;
};

template <std::size_t Max_>
struct Blob {
  static constexpr std::size_t max_size = Max_;
  Bytes bytes;
  auto operator<=>(const Blob&) const = default;
};

template <std::size_t Max_>
struct SharedBlob {
  static constexpr std::size_t max_size = Max_;
  SharedBytes bytes;
  bool operator==(const SharedBlob&) const = default;
};

template <std::size_t Max_>
struct Text {
  static constexpr std::size_t max_size = Max_;
  std::string text;
  auto operator<=>(const Text&) const = default;
};

/// One bit per member, bit i = byte i/8, bit i%8 (LSB first).
class BitVector {
 public:
  BitVector() = default;
  explicit BitVector(std::uint16_t bits) : bits_(bits), bytes_((bits + 7u) / 8u) {}
  /// @returns spare_bits_set or length_out_of_bounds when `bytes` is not the vector of `bits` bits.
  static Result<BitVector> from(std::uint16_t bits, ByteView bytes);

  [[nodiscard]] std::uint16_t size() const { return bits_; }
  [[nodiscard]] bool test(std::size_t i) const {
    ASSERT(i < bits_);
    return (bytes_[i / 8] >> (i % 8)) & 1;
  }
  void set(std::size_t i) {
    ASSERT(i < bits_);
    bytes_[i / 8] = static_cast<std::uint8_t>(bytes_[i / 8] | (1u << (i % 8)));
  }
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] ByteView view() const { return bytes_; }
  /// '0'/'1' in member order.
  [[nodiscard]] std::string to_text() const;
  auto operator<=>(const BitVector&) const = default;

 private:
  std::uint16_t bits_{};
  Bytes bytes_;
};

template <class T>
concept Described = requires { T::wire_fields(); };

/// Appends encodings to a byte string.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <class T>
  Writer& put(const T& x);
  Writer& raw(ByteView view) {
    append(out_, view);
    return *this;
  }

 private:
  template <class U>
  void integer(U value) {
    std::uint8_t buffer[sizeof(U)];
    put_be(buffer, value);
    out_.insert(out_.end(), buffer, buffer + sizeof(U));
  }
  Bytes& out_;
};

/// Reads encodings; the first failure is kept and everything after it reads as zero.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}

  template <class T>
  T get();
  /// The next n bytes as a view into the input, empty on failure.
  ByteView raw(std::size_t n) {
    if (failed_ || n > in_.size()) {
      fail(Errc::truncated);
      return {};
    }
    const ByteView head = in_.first(n);
    in_ = in_.subspan(n);
    return head;
  }
  void fail(Errc code) {
    if (!failed_) failed_ = code;
  }
  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] std::size_t left() const { return in_.size(); }
  /// The remaining input.
  [[nodiscard]] ByteView rest() const { return in_; }
  /// Success only if nothing failed and nothing is left.
  [[nodiscard]] Result<> finish() const {
    if (failed_) return *failed_;
    if (!in_.empty()) return Errc::trailing_bytes;
    return done();
  }
  [[nodiscard]] Result<> status() const {
    if (failed_) return *failed_;
    return done();
  }

 private:
  ByteView in_;
  std::optional<Errc> failed_;
};

namespace codec_detail {

template <class T>
inline constexpr bool is_list = false;
template <class T, std::size_t M>
inline constexpr bool is_list<List<T, M>> = true;
template <class T>
inline constexpr bool is_blob = false;
template <std::size_t M>
inline constexpr bool is_blob<Blob<M>> = true;
template <class T>
inline constexpr bool is_shared_blob = false;
template <std::size_t M>
inline constexpr bool is_shared_blob<SharedBlob<M>> = true;
template <class T>
inline constexpr bool is_text = false;
template <std::size_t M>
inline constexpr bool is_text<Text<M>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

template <class V, std::size_t I = 0>
V get_alternative(Reader& in, std::size_t index) {
  if constexpr (I < std::variant_size_v<V>) {
    if (index == I) return V{std::in_place_index<I>, in.get<std::variant_alternative_t<I, V>>()};
    return get_alternative<V, I + 1>(in, index);
  } else {
    in.fail(Errc::bad_enum);
    return V{};
  }
}

}  // namespace codec_detail

template <class T>
Writer& Writer::put(const T& x) {
  namespace d = codec_detail;
  if constexpr (std::same_as<T, bool>) {
    integer(static_cast<std::uint8_t>(x ? 1 : 0));
  } else if constexpr (std::is_enum_v<T>) {
    integer(static_cast<std::underlying_type_t<T>>(x));
  } else if constexpr (std::integral<T> || std::same_as<T, U128>) {
    integer(x);
  } else if constexpr (is_strong<T>) {
    integer(x.value);
  } else if constexpr (is_fixed_bytes<T>) {
    raw(x.view());
  } else if constexpr (d::is_list<T>) {
    ASSERT(x.size() <= T::max_count);
    integer(static_cast<std::uint32_t>(x.size()));
    for (const auto& element : x) put(element);
  } else if constexpr (d::is_blob<T>) {
    ASSERT(x.bytes.size() <= T::max_size);
    integer(static_cast<std::uint32_t>(x.bytes.size()));
    raw(x.bytes);
  } else if constexpr (d::is_shared_blob<T>) {
    ASSERT(x.bytes.size() <= T::max_size);
    integer(static_cast<std::uint32_t>(x.bytes.size()));
    raw(x.bytes.view());
  } else if constexpr (d::is_text<T>) {
    ASSERT(x.text.size() <= T::max_size);
    integer(static_cast<std::uint16_t>(x.text.size()));
    raw(as_bytes(x.text));
  } else if constexpr (d::is_optional<T>) {
    put(x.has_value());
    if (x) put(*x);
  } else if constexpr (d::is_variant<T>) {
    integer(static_cast<std::uint8_t>(x.index()));
    std::visit([this](const auto& alternative) { this->put(alternative); }, x);
  } else if constexpr (std::same_as<T, BitVector>) {
    integer(x.size());
    raw(x.view());
  } else {
    static_assert(Described<T>, "no codec for this type");
    std::apply([&](auto... member) { (put(x.*member), ...); }, T::wire_fields());
  }
  return *this;
}

template <class T>
T Reader::get() {
  namespace d = codec_detail;
  if constexpr (std::same_as<T, bool>) {
    const auto byte = get<std::uint8_t>();
    if (byte > 1) fail(Errc::bad_flag);
    return byte == 1;
  } else if constexpr (std::is_enum_v<T>) {
    const auto x = static_cast<T>(get<std::underlying_type_t<T>>());
    if (!is_valid(x)) {
      fail(Errc::bad_enum);
      return T{};
    }
    return x;
  } else if constexpr (std::integral<T> || std::same_as<T, U128>) {
    const ByteView view = raw(sizeof(T));
    return view.empty() ? T{} : get_be<T>(view.data());
  } else if constexpr (is_strong<T>) {
    return T{get<typename T::Rep>()};
  } else if constexpr (is_fixed_bytes<T>) {
    const ByteView view = raw(T::size);
    return view.empty() ? T{} : T::from(view);
  } else if constexpr (d::is_list<T>) {
    const auto count = get<std::uint32_t>();
    if (count > T::max_count) fail(Errc::length_out_of_bounds);
    T out;
    // Grows with what was really read, so a lying count allocates nothing.
    for (std::uint32_t i = 0; i < count && ok(); ++i) {
      out.push_back(get<typename T::value_type>());
    }
    return ok() ? out : T{};
  } else if constexpr (d::is_blob<T> || d::is_shared_blob<T>) {
    const auto length = get<std::uint32_t>();
    if (length > T::max_size) fail(Errc::length_out_of_bounds);
    if constexpr (d::is_blob<T>) {
      return T{to_bytes(raw(length))};
    } else {
      return T{SharedBytes{to_bytes(raw(length))}};
    }
  } else if constexpr (d::is_text<T>) {
    const auto length = get<std::uint16_t>();
    if (length > T::max_size) fail(Errc::length_out_of_bounds);
    const ByteView view = raw(length);
    return T{std::string(view.begin(), view.end())};
  } else if constexpr (d::is_optional<T>) {
    if (!get<bool>()) return std::nullopt;
    return get<typename T::value_type>();
  } else if constexpr (d::is_variant<T>) {
    const auto index = get<std::uint8_t>();
    return ok() ? d::get_alternative<T>(*this, index) : T{};
  } else if constexpr (std::same_as<T, BitVector>) {
    const auto bits = get<std::uint16_t>();
    auto vector = BitVector::from(bits, raw((bits + 7u) / 8u));
    if (!vector.ok()) {
      fail(vector.code());
      return {};
    }
    return std::move(vector).value();
  } else {
    static_assert(Described<T>, "no codec for this type");
    T out{};
    std::apply(
        [&](auto... member) {
          ((out.*member = get<std::remove_cvref_t<decltype(out.*member)>>()), ...);
        },
        T::wire_fields());
    return out;
  }
}

/// The encoding of one value.
template <class T>
[[nodiscard]] Bytes encode(const T& x) {
  Bytes out;
  Writer{out}.put(x);
  return out;
}

/// The value whose encoding is exactly `in`, or the first thing wrong with it.
template <class T>
[[nodiscard]] Result<T> decode(ByteView in) {
  Reader reader{in};
  T x = reader.get<T>();
  TRY(reader.finish());
  return x;
}

}  // namespace quorate
