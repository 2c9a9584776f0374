#include "consensus/rewards.hpp"

namespace quorate::consensus {
namespace {

/// The first of the largest spenders in tie order.
std::size_t largest_spender(std::span<const RewardShare> shares) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < shares.size(); ++i) {
    const RewardShare& a = shares[i];
    const RewardShare& b = shares[best];
    if (a.spend > b.spend || (a.spend == b.spend && a.tie_rank < b.tie_rank)) best = i;
  }
  return best;
}

/// floor(purse · part / whole).
MicroStx pro_rata(MicroStx purse, Sats part, Sats whole) {
  U128 product;
  // A purse is a sum of coinbases or fees, a spend at most all Bitcoin: 2^76 · 2^51 fits.
  ASSERT(!__builtin_mul_overflow(purse.value, U128{part.value}, &product));
  return MicroStx{product / whole.value};
}

}  // namespace

RewardStatement split_purse(MicroStx purse, std::span<const RewardShare> shares) {
  RewardStatement out;
  out.purse = purse;
  for (const RewardShare& share : shares) out.total_spend += share.spend;
  if (out.total_spend == Sats{}) {
    out.undistributed = purse;
    for (const RewardShare& share : shares) out.lines.push_back({share.payee, share.spend, {}});
    return out;
  }
  out.remainder = purse;
  for (const RewardShare& share : shares) {
    const MicroStx amount = pro_rata(purse, share.spend, out.total_spend);
    out.lines.push_back({share.payee, share.spend, amount});
    out.remainder -= amount;
  }
  out.remainder_line = largest_spender(shares);
  out.lines[out.remainder_line].amount += out.remainder;
  return out;
}

RewardStatement split_fees(MicroStx fees, std::span<const RewardShare> members,
                           const BitVector& signers) {
  ASSERT(signers.size() == members.size());
  std::vector<RewardShare> signed_shares;
  for (std::size_t p = 0; p < members.size(); ++p) {
    if (signers.test(p)) signed_shares.push_back(members[p]);
  }
  return split_purse(fees, signed_shares);
}

}  // namespace quorate::consensus
