// Integers that carry their unit. No implicit conversion, and only the arithmetic that means
// something: a difference of two points on an axis is a plain integer, amounts add to amounts.
#pragma once

#include <compare>
#include <cstdint>

#include "base/assert.hpp"

namespace quorate {

/// What may be done with a strong integer.
enum class Arithmetic : std::uint8_t {
  none,    ///< An identifier: compare only.
  point,   ///< A place on an axis: + integer, point − point = integer, ++.
  amount,  ///< A quantity: amount ± amount, checked against wrap-around.
};

template <class Tag, class Rep_, Arithmetic A>
struct Strong {
  using Rep = Rep_;
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}

  constexpr auto operator<=>(const Strong&) const = default;

  constexpr Strong operator+(Rep step) const requires(A == Arithmetic::point) {
    const Rep sum = static_cast<Rep>(value + step);
    ASSERT(sum >= value || step < Rep{});
    return Strong{sum};
  }
  constexpr Rep operator-(Strong other) const requires(A == Arithmetic::point) {
    ASSERT(value >= other.value || Rep(-1) < Rep{});
    return static_cast<Rep>(value - other.value);
  }
  constexpr Strong& operator++() requires(A == Arithmetic::point) {
    ++value;
    return *this;
  }
  constexpr Strong operator+(Strong other) const requires(A == Arithmetic::amount) {
    const Rep sum = static_cast<Rep>(value + other.value);
    ASSERT(sum >= value);
    return Strong{sum};
  }
  constexpr Strong operator-(Strong other) const requires(A == Arithmetic::amount) {
    ASSERT(value >= other.value);
    return Strong{static_cast<Rep>(value - other.value)};
  }
  constexpr Strong& operator+=(Strong other) requires(A == Arithmetic::amount) {
    return *this = *this + other;
  }
  constexpr Strong& operator-=(Strong other) requires(A == Arithmetic::amount) {
    return *this = *this - other;
  }
};

template <class T>
inline constexpr bool is_strong = false;
template <class Tag, class Rep, Arithmetic A>
inline constexpr bool is_strong<Strong<Tag, Rep, A>> = true;

}  // namespace quorate
