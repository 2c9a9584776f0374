#include "consensus/signer_set.hpp"

namespace quorate::consensus {

Weight SignerSet::weight(const BitVector& bits) const {
  ASSERT(bits.size() == members.size());
  Weight sum{0};
  for (std::size_t p = 0; p < members.size(); ++p) {
    if (bits.test(p)) sum += weight(MemberIndex{static_cast<std::uint16_t>(p)});
  }
  return sum;
}

std::optional<MemberIndex> SignerSet::find(const crypto::PublicKey& key) const {
  for (std::size_t p = 0; p < members.size(); ++p) {
    if (members[p].key == key) return MemberIndex{static_cast<std::uint16_t>(p)};
  }
  return std::nullopt;
}

SetHash SignerSet::hash(std::uint32_t network_id) const {
  Bytes text;
  Writer out{text};
  out.put(network_id).put(kind).put(total_slots).put(members).put(zero_slot_keys);
  return SetHash::from(crypto::tagged_h("quorate/set", text).view());
}

}  // namespace quorate::consensus
