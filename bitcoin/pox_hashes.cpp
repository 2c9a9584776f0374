#include "bitcoin/pox_hashes.hpp"

#include "crypto/hash.hpp"

namespace quorate::bitcoin {
namespace {

// stacks-core's fork-set version.
constexpr std::array<std::uint8_t, 4> fork_set{23, 0, 0, 0};

}  // namespace

SortitionHash next_sortition_hash(const SortitionHash& previous, const BurnHash& header) {
  Bytes bytes = to_bytes(previous.view());
  append(bytes, header.view());
  return SortitionHash::from(crypto::sha256(bytes).view());
}

OpsHash ops_hash(const std::vector<BurnTxid>& txids) {
  Bytes bytes;
  for (const BurnTxid& txid : txids) append(bytes, txid.view());
  return OpsHash::from(crypto::sha256(bytes).view());
}

ConsensusHash consensus_hash(const BurnHash& header, const OpsHash& ops, TotalBurn total_burn,
                             std::string_view pox_id, const std::vector<ConsensusHash>& previous) {
  Bytes bytes = to_bytes(fork_set);
  Writer out{bytes};
  out.put(header).put(ops).put(total_burn).raw(as_bytes(pox_id));
  for (const ConsensusHash& hash : previous) out.put(hash);
  return ConsensusHash::from(crypto::hash160(bytes).view());
}

std::vector<BurnHeight> consensus_hash_ancestors(BurnHeight parent, BurnHeight first) {
  std::vector<BurnHeight> heights;
  std::uint64_t back = 0;  // 0, 1, 3, 7, …
  while (parent.value >= first.value && back <= parent.value - first.value) {
    heights.push_back(BurnHeight{parent.value - back});
    back = 2 * back + 1;
  }
  return heights;
}

}  // namespace quorate::bitcoin
