#include "crypto/share_check.hpp"

#include "crypto/batch_weights.hpp"
#include "crypto/lagrange.hpp"
#include "crypto/msm.hpp"

namespace quorate::crypto {

bool shares_match(const KeygenConfig& config, std::span<const SlotIndex> ids,
                  std::span<const SecretScalar> shares, std::span<const Point> commitments,
                  const Hash256& seed) {
  ASSERT(ids.size() == shares.size());
  ASSERT(commitments.size() == config.threshold());
  BatchWeights weights{seed};
  std::vector<WeightedPoint> points;
  std::optional<SecretScalar> left;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    points.push_back({ids[i].value + 1, weights.next()});
    SecretScalar term = shares[i].clone();
    // Refusals here are weights or sums that are zero: 2^-128, and then the shares are refused.
    if (!term.multiply(points.back().factor).ok()) return false;
    if (!left) {
      left.emplace(std::move(term));
    } else if (!left->add(term).ok()) {
      return false;
    }
  }
  if (!left) return true;
  const Point right = multi_multiply(
      evaluation_weights(config.slots(), config.threshold(), points), commitments);
  return !right.is_infinity() && left->public_key() == right.serialize();
}

}  // namespace quorate::crypto
