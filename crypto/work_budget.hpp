// Long computations in slices: whoever runs one gives each slice a budget and does something else
// in between. Units count work, not time, so that every run cuts at the same places.
#pragma once

#include <cstdint>

namespace quorate::crypto {

class WorkBudget {
 public:
  /// About 50 ns each: an addition of secret scalars, or of points that share inversions.
  explicit WorkBudget(std::uint64_t units) : left_(units) {}

  void spend(std::uint64_t units) { left_ -= units < left_ ? units : left_; }
  [[nodiscard]] bool is_spent() const { return left_ == 0; }

 private:
  std::uint64_t left_;
};

/// Some ten milliseconds.
inline constexpr std::uint64_t slice_units = 200'000;
inline constexpr std::uint64_t unlimited_units = ~std::uint64_t{0};

/// What the larger pieces cost.
inline constexpr std::uint64_t public_key_units = 450;
inline constexpr std::uint64_t ecdh_units = 850;

}  // namespace quorate::crypto
