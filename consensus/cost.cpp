#include "consensus/cost.hpp"

namespace quorate::consensus {
namespace {

/// Applies a checked operation to every dimension.
template <class F>
Result<Cost> per_dimension(const Cost& cost, F operation) {
  Cost out;
  bool overflow = false;
  const auto one = [&](auto member) { overflow |= operation(cost.*member, member, out.*member); };
  std::apply([&](auto... member) { (one(member), ...); }, Cost::wire_fields());
  if (overflow) return Errc::cost_overflow;
  return out;
}

}  // namespace

Result<Cost> add(const Cost& a, const Cost& b) {
  return per_dimension(a, [&](std::uint64_t x, auto member, std::uint64_t& sum) {
    return __builtin_add_overflow(x, b.*member, &sum);
  });
}

Result<Cost> multiply(const Cost& cost, std::uint64_t factor) {
  return per_dimension(cost, [&](std::uint64_t x, auto, std::uint64_t& product) {
    return __builtin_mul_overflow(x, factor, &product);
  });
}

bool fits(const Cost& cost, const Cost& limit) {
  bool all = true;
  std::apply([&](auto... member) { ((all &= cost.*member <= limit.*member), ...); },
             Cost::wire_fields());
  return all;
}

Result<Cost> term_cost_limit(const Cost& block_limit, std::uint32_t factor,
                             std::uint32_t extensions) {
  TRY_ASSIGN(const Cost budget, multiply(block_limit, factor));
  return multiply(budget, std::uint64_t{1} + extensions);
}

Cost transfer_cost() {
  constexpr std::uint64_t account_bytes = 48;  // The encoding of an Account (docs/wire_formats.md).
  return {2 * account_bytes, 2, 2 * account_bytes, 2, 0};
}

}  // namespace quorate::consensus
