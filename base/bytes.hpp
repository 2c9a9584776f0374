// Byte strings, fixed-size digests, immutable shared payloads, hexadecimal.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace quorate {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// N bytes with a meaning given by `Tag`; compares as a byte string.
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t size = N;
  std::array<std::uint8_t, N> bytes{};

  constexpr auto operator<=>(const FixedBytes&) const = default;
  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] bool is_zero() const {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
  }
  /// Copies exactly N bytes; anything else is a bug of the caller.
  static FixedBytes from(ByteView view) {
    ASSERT(view.size() == N);
    FixedBytes out;
    std::copy(view.begin(), view.end(), out.bytes.begin());
    return out;
  }
};

template <class T>
inline constexpr bool is_fixed_bytes = false;
template <class Tag, std::size_t N>
inline constexpr bool is_fixed_bytes<FixedBytes<Tag, N>> = true;

/// A 32-byte hash without a more special meaning.
using Hash256 = FixedBytes<struct Hash256Tag, 32>;
/// RIPEMD160(SHA256(x)).
using Hash160 = FixedBytes<struct Hash160Tag, 20>;

/// Immutable bytes that several owners read without copying. Never null.
class SharedBytes {
 public:
  SharedBytes() : data_(empty()) {}
  explicit SharedBytes(Bytes bytes) : data_(std::make_shared<const Bytes>(std::move(bytes))) {}

  [[nodiscard]] const Bytes& get() const { return *data_; }
  [[nodiscard]] ByteView view() const { return *data_; }
  [[nodiscard]] std::size_t size() const { return data_->size(); }
  [[nodiscard]] bool is_empty() const { return data_->empty(); }
  bool operator==(const SharedBytes& other) const {
    return data_ == other.data_ || *data_ == *other.data_;
  }

  /// Remembers the bytes without keeping them.
  using Weak = std::weak_ptr<const Bytes>;
  [[nodiscard]] Weak weak() const { return data_; }
  /// The remembered bytes, if somebody still keeps them.
  [[nodiscard]] static std::optional<SharedBytes> lock(const Weak& weak) {
    auto data = weak.lock();
    if (data == nullptr) return std::nullopt;
    return SharedBytes{std::move(data)};
  }

 private:
  explicit SharedBytes(std::shared_ptr<const Bytes> data) : data_(std::move(data)) {}
  static const std::shared_ptr<const Bytes>& empty();
  std::shared_ptr<const Bytes> data_;
};

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline void append(Bytes& out, ByteView view) { out.insert(out.end(), view.begin(), view.end()); }

/// Lower-case hexadecimal without prefix.
[[nodiscard]] std::string to_hex(ByteView view);
template <class Tag, std::size_t N>
[[nodiscard]] std::string to_hex(const FixedBytes<Tag, N>& b) {
  return to_hex(b.view());
}

/// @returns the bytes, or bad_hex. Accepts both cases, no prefix.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// @returns exactly T::size bytes, or bad_hex / length_out_of_bounds.
template <class T>
[[nodiscard]] Result<T> fixed_from_hex(std::string_view text) {
  TRY_ASSIGN(const Bytes bytes, from_hex(text));
  if (bytes.size() != T::size) return Errc::length_out_of_bounds;
  return T::from(bytes);
}

/// The bytes in opposite order: Bitcoin's internal order ↔ display order.
template <class T>
[[nodiscard]] T reversed(T value) {
  std::reverse(value.bytes.begin(), value.bytes.end());
  return value;
}

/// Big-endian integers to and from raw memory; sizes are those of the types.
template <class U>
constexpr void put_be(std::uint8_t* out, U value) {
  for (std::size_t i = 0; i < sizeof(U); ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(U) - 1 - i)));
  }
}
template <class U>
constexpr U get_be(const std::uint8_t* in) {
  U value{};
  for (std::size_t i = 0; i < sizeof(U); ++i) value = static_cast<U>((value << 8) | in[i]);
  return value;
}

}  // namespace quorate

/// For look-up tables that are never iterated.
template <class Tag, std::size_t N>
struct std::hash<quorate::FixedBytes<Tag, N>> {
  std::size_t operator()(const quorate::FixedBytes<Tag, N>& b) const noexcept {
    static_assert(N >= sizeof(std::size_t));
    std::size_t h;
    std::memcpy(&h, b.bytes.data() + N - sizeof h, sizeof h);
    return h;
  }
};
