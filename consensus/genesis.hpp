// What a chain starts from: who owns what, and who signs in reward cycle 0.
// Source: SIP "Stacker Signer DB Setup"; Gap: docs/spec_gaps.md "First terms".
#pragma once

#include "consensus/ledger.hpp"
#include "consensus/recipients.hpp"
#include "consensus/signer_set.hpp"

namespace quorate::consensus {

/// A stacker of cycle 0, in `reward-cycle-pox-address-list` order.
struct GenesisSigner {
  RewardScript reward_script;
  crypto::PublicKey signing_key;
  std::uint32_t slots{};
  bool operator==(const GenesisSigner&) const = default;
};

struct Genesis {
  stacks::Network network{stacks::Network::testnet};
  std::uint32_t chain_id{stacks::testnet_chain_id};
  std::vector<GenesisBalance> balances;
  /// Cycle 0's signers; they generate their key in terms 0 and 1.
  std::vector<GenesisSigner> signers;
};

/// @returns genesis_without_signers, bad_slot_count (a signer with no slot, or more slots than
/// `Params::reward_slots` in all), genesis_signer_twice, bad_public_key, or a refusal of the
/// ledger.
[[nodiscard]] Result<Ledger> genesis_ledger(const Params& params, const Genesis& genesis);

/// The stackers' set of one cycle, slots in the order of `signers`. Gap: a key that several
/// stackers name is one member with all their slots (docs/spec_gaps.md "Stackers that share a
/// signer").
[[nodiscard]] SignerSet stacker_set(CycleNumber cycle, const std::vector<GenesisSigner>& signers);
/// One script per slot, in slot order.
[[nodiscard]] RewardSet reward_set(const std::vector<GenesisSigner>& signers);

/// The id under which blocks name genesis as their parent:
/// H("quorate/genesis" ‖ network id ‖ state root ‖ set hash of cycle 0).
[[nodiscard]] BlockId genesis_id(const Params& params, const StateRoot& root, const SetHash& set);

}  // namespace quorate::consensus
