#include "consensus/genesis.hpp"

#include <map>
#include <set>

namespace quorate::consensus {

namespace {

Result<> check_signers(const Params& params, const std::vector<GenesisSigner>& signers) {
  if (signers.empty()) return Errc::genesis_without_signers;
  std::set<crypto::PublicKey> keys;
  std::uint64_t slots = 0;
  for (const GenesisSigner& s : signers) {
    if (!crypto::is_valid(s.signing_key)) return Errc::bad_public_key;
    if (!keys.insert(s.signing_key).second) return Errc::genesis_signer_twice;
    if (s.slots == 0) return Errc::bad_slot_count;
    slots += s.slots;
  }
  if (slots > params.reward_slots) return Errc::bad_slot_count;
  return done();
}

}  // namespace

Result<Ledger> genesis_ledger(const Params& params, const Genesis& genesis) {
  TRY(check_signers(params, genesis.signers));
  LedgerRules rules = LedgerRules::from(params);
  rules.network = genesis.network;
  rules.chain_id = genesis.chain_id;
  return Ledger::genesis(rules, GenesisState{genesis.balances, {}});
}

SignerSet stacker_set(CycleNumber cycle, const std::vector<GenesisSigner>& signers) {
  SignerSet set;
  set.kind = GroupKind::stackers;
  set.generation = cycle.value;
  SlotIndex next{0};
  std::map<crypto::PublicKey, std::size_t> place;
  for (const GenesisSigner& s : signers) {
    // One key is one member, wherever its rewards go.
    const auto [at, is_new] = place.try_emplace(s.signing_key, set.members.size());
    if (is_new) set.members.push_back({s.signing_key, {}});
    auto& slots = set.members[at->second].slots;
    for (std::uint32_t k = 0; k < s.slots; ++k, ++next) slots.push_back(next);
  }
  set.total_slots = next.value;
  return set;
}

RewardSet reward_set(const std::vector<GenesisSigner>& signers) {
  RewardSet out;
  for (const GenesisSigner& s : signers) out.insert(out.end(), s.slots, s.reward_script);
  return out;
}

BlockId genesis_id(const Params& params, const StateRoot& root, const SetHash& set) {
  Bytes text;
  Writer{text}.put(params.network_id).put(root).put(set);
  return BlockId::from(crypto::tagged_h("quorate/genesis", text).view());
}

}  // namespace quorate::consensus
