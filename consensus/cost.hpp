// What transactions may use up, in five dimensions, per term. Source: SIP "Block Production during
// a Term"; the limits of a single block are Stacks 2.4's.
#pragma once

#include "base/units.hpp"

namespace quorate::consensus {

struct Cost {
  std::uint64_t write_length{};
  std::uint64_t write_count{};
  std::uint64_t read_length{};
  std::uint64_t read_count{};
  std::uint64_t runtime{};
  bool operator==(const Cost&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Cost::write_length, &Cost::write_count, &Cost::read_length,
                           &Cost::read_count, &Cost::runtime);
  }
};

/// Limit of one Stacks 2.4 block.
inline constexpr Cost block_cost_limit{15'000'000, 15'000, 100'000'000, 15'000, 5'000'000'000};

/// @returns cost_overflow when a dimension leaves 64 bits.
[[nodiscard]] Result<Cost> add(const Cost& a, const Cost& b);
/// @returns cost_overflow.
[[nodiscard]] Result<Cost> multiply(const Cost& cost, std::uint64_t factor);

/// Whether no dimension of `cost` exceeds `limit`.
[[nodiscard]] bool fits(const Cost& cost, const Cost& limit);

/// What a term may use: `factor` block limits, and as much again for each extension. None is
/// granted so far (docs/spec_gaps.md "Overdue terms").
/// Source: SIP "Block Production during a Term" (factor 10), "Extension: Overdue Term".
[[nodiscard]] Result<Cost> term_cost_limit(const Cost& block_limit, std::uint32_t factor,
                                           std::uint32_t extensions = 0);

/// What one STX transfer uses: it reads and writes two accounts. Gap: Stacks charges nothing for
/// it, but a limit nothing can reach is no limit (docs/spec_gaps.md "Cost of a transfer").
[[nodiscard]] Cost transfer_cost();

}  // namespace quorate::consensus
