#include "consensus/recipients.hpp"

#include "crypto/hash.hpp"

namespace quorate::consensus {

Hash256 recipient_seed(const bitcoin::SortitionHash& sortition_hash, const BurnHash& burn_hash) {
  Bytes text;
  Writer{text}.put(sortition_hash).put(burn_hash);
  return crypto::sha256(text);
}

std::vector<std::uint32_t> draw_indices(const Hash256& seed, std::uint32_t size,
                                        std::uint32_t count) {
  crypto::ChaChaRng rng(seed, crypto::ChaChaRng::Rounds::twelve);
  std::vector<std::uint32_t> out;
  for (std::uint32_t left = size; left > 0 && out.size() < count; --left) {
    out.push_back(rng.draw(left));
  }
  return out;
}

RecipientDraw draw_recipients(const Hash256& seed, RewardSet set, std::uint32_t count) {
  RecipientDraw out;
  for (const std::uint32_t at :
       draw_indices(seed, static_cast<std::uint32_t>(set.size()), count)) {
    std::swap(set[at], set.back());
    out.recipients.push_back(std::move(set.back()));
    set.pop_back();
  }
  out.remaining = std::move(set);
  return out;
}

}  // namespace quorate::consensus
