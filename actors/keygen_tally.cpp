#include "actors/keygen_tally.hpp"

namespace quorate::actors::keygen {
namespace {

/// Different dealings of one dealer that are counted; honest members name at most two.
constexpr std::size_t counted_dealings = 8;

}  // namespace

ConfirmationTally::ConfirmationTally(const consensus::SignerSet& set)
    : confirmed_(static_cast<std::uint16_t>(set.members.size())),
      counted_(set.members.size(), confirmed_),
      counts_(set.members.size()) {
  for (std::uint16_t p = 0; p < set.members.size(); ++p) {
    weights_.push_back(set.weight(MemberIndex{p}));
  }
}

void ConfirmationTally::count(MemberIndex member, const messages::KeygenState& state) {
  if (!state.has_confirmed()) return;
  ASSERT(state.confirmed.size() == weights_.size());
  confirmed_.set(member.value);
  BitVector& counted = counted_[member.value];
  std::size_t next = 0;
  for (std::size_t dealer = 0; dealer < weights_.size(); ++dealer) {
    if (!state.confirmed.test(dealer)) continue;
    const Hash256& dealing = state.dealing_hashes[next++];
    if (counted.test(dealer)) continue;
    std::vector<Count>& counts = counts_[dealer];
    auto found = std::find_if(counts.begin(), counts.end(),
                              [&](const Count& c) { return c.dealing == dealing; });
    if (found == counts.end()) {
      if (counts.size() >= counted_dealings) continue;
      found = counts.insert(found, Count{dealing, Weight{0}, 0});
    }
    counted.set(dealer);
    found->weight += weights_[member.value];
    ++found->members;
  }
}

const ConfirmationTally::Count* ConfirmationTally::find(MemberIndex dealer,
                                                        const Hash256& dealing) const {
  for (const Count& c : counts_[dealer.value]) {
    if (c.dealing == dealing) return &c;
  }
  return nullptr;
}

Weight ConfirmationTally::weight(MemberIndex dealer, const Hash256& dealing) const {
  const Count* found = find(dealer, dealing);
  return found == nullptr ? Weight{0} : found->weight;
}

bool ConfirmationTally::is_unanimous(MemberIndex dealer, const Hash256& dealing) const {
  const Count* found = find(dealer, dealing);
  return found != nullptr && found->members == weights_.size();
}

}  // namespace quorate::actors::keygen
