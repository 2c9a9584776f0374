#include "consensus/controlling_contract.hpp"

namespace quorate::consensus {
namespace {

constexpr std::uint32_t mainnet_id = 1;

/// First slot of the signing range; the pre-computation range is as long.
std::uint32_t signing_base(const Params& params, GroupKind kind) {
  return kind == GroupKind::producers ? params.signer_slots : params.reward_slots;
}

ChunkSlot candidate_at(const Params& params, std::size_t rank) {
  return ChunkSlot{static_cast<std::uint32_t>(2 * params.signer_slots + rank)};
}

/// One of the two contracts that the node itself keeps ("boot contracts").
class BootContract final : public ControllingContract {
 public:
  BootContract(const Params& params, const SignerSet& set, const GenerationSpan& span)
      : params_(params), kind_(set.kind), address_(boot_db_address(params, set)), span_(span),
        owners_(boot_slot_count(params, set.kind)) {}

  /// Gives a slot its owner. @returns set_does_not_fit beyond the last slot or when it has one.
  Result<> assign(ChunkSlot slot, const crypto::PublicKey& key) {
    if (slot.value >= owners_.size()) return Errc::set_does_not_fit;
    if (!owners_[slot.value].is_zero()) return Errc::set_does_not_fit;
    owners_[slot.value] = key;
    return done();
  }

  const DbAddress& address() const override { return address_; }
  std::uint32_t network_id() const override { return params_.network_id; }
  std::uint32_t slot_count() const override { return static_cast<std::uint32_t>(owners_.size()); }

  Result<SlotLimits> limits(ChunkSlot slot) const override {
    if (slot.value >= owners_.size()) return Errc::no_such_slot;
    return SlotLimits{chunk_bytes(slot), boot_writes_per_second};
  }

  Result<crypto::PublicKey> owner(ChunkSlot slot) const override {
    if (slot.value >= owners_.size() || owners_[slot.value].is_zero()) return Errc::no_such_slot;
    return owners_[slot.value];
  }

  Result<> auth_write(ChunkSlot slot, const ChunkMeta& meta) const override {
    TRY_ASSIGN(const crypto::PublicKey expected, owner(slot));
    const Hash256 digest =
        chunk_digest(params_.network_id, address_, slot, meta.version, meta.content_hash);
    const auto signer = crypto::recover(digest, meta.signature);
    if (!signer.ok() || *signer != expected) return Errc::bad_signer;
    return done();
  }

  /// Source: SIP "Producer DB Setup" ("at the start of tenure N, it evicts all signing state for
  /// tenure N-1").
  bool garbage_collect(BurnHeight tip) const override { return tip >= span_.collected_at; }
  bool is_garbage(BurnHeight tip, ChunkSlot, const ChunkMeta&) const override {
    return garbage_collect(tip);
  }
  bool is_closed(BurnHeight tip) const override { return garbage_collect(tip); }
  bool is_current(BurnHeight tip) const override {
    return tip >= span_.starts_at && tip < span_.collected_at;
  }

 private:
  std::uint32_t chunk_bytes(ChunkSlot slot) const {
    if (kind_ == GroupKind::stackers) return params_.stacker_chunk;
    if (slot.value < params_.signer_slots) return params_.producer_precompute_chunk;
    if (slot.value < 2 * params_.signer_slots) return params_.producer_signing_chunk;
    return params_.candidate_chunk;
  }

  Params params_;
  GroupKind kind_;
  DbAddress address_;
  GenerationSpan span_;
  std::vector<crypto::PublicKey> owners_;  ///< Zero: unused.
};

Result<> assign_member(BootContract& contract, const Params& params, const SignerSet& set,
                       MemberIndex p) {
  const SignerMember& member = set.members[p.value];
  if (member.key.is_zero() || member.slots.empty()) return Errc::set_does_not_fit;
  const std::uint32_t base = signing_base(params, set.kind);
  for (const SlotIndex s : member.slots) {
    if (s.value >= base) return Errc::set_does_not_fit;
    TRY(contract.assign(ChunkSlot{s.value}, member.key));
    TRY(contract.assign(ChunkSlot{base + s.value}, member.key));
  }
  if (set.kind == GroupKind::producers) {
    TRY(contract.assign(candidate_slot(params, set, p), member.key));
  }
  return done();
}

}  // namespace

Text<171> boot_contract_name(std::uint32_t network_id, GroupKind kind) {
  const std::string address = network_id == mainnet_id ? "SP000000000000000000002Q6VF78"
                                                       : "ST000000000000000000002AMW42H";
  return {address + (kind == GroupKind::producers ? ".block-producers" : ".pox-5")};
}

DbAddress boot_db_address(const Params& params, const SignerSet& set) {
  return {boot_contract_name(params.network_id, set.kind), set.generation,
          set.hash(params.network_id)};
}

std::uint32_t boot_slot_count(const Params& params, GroupKind kind) {
  if (kind == GroupKind::stackers) return 2 * params.reward_slots;
  return 2 * params.signer_slots + params.max_producers;
}

MemberSlots member_slots(const Params& params, const SignerSet& set, MemberIndex p) {
  ASSERT(p.value < set.members.size());
  MemberSlots out;
  const std::uint32_t base = signing_base(params, set.kind);
  for (const SlotIndex s : set.members[p.value].slots) {
    out.precompute.push_back(ChunkSlot{s.value});
    out.signing.push_back(ChunkSlot{base + s.value});
  }
  if (set.kind == GroupKind::producers) out.candidate = candidate_slot(params, set, p);
  return out;
}

ChunkSlot first_precompute_slot(const Params&, const SignerSet& set, MemberIndex p) {
  ASSERT(p.value < set.members.size());
  return ChunkSlot{set.members[p.value].slots.front().value};
}

ChunkSlot first_signing_slot(const Params& params, const SignerSet& set, MemberIndex p) {
  return first_precompute_slot(params, set, p) + signing_base(params, set.kind);
}

ChunkSlot candidate_slot(const Params& params, const SignerSet& set, MemberIndex p) {
  ASSERT(set.kind == GroupKind::producers);
  ASSERT(p.value < set.members.size());
  return candidate_at(params, set.zero_slot_keys.size() + p.value);
}

ChunkSlot candidate_slot_of_zero_slot_key(const Params& params, const SignerSet& set,
                                          std::size_t i) {
  ASSERT(set.kind == GroupKind::producers);
  ASSERT(i < set.zero_slot_keys.size());
  return candidate_at(params, i);
}

Result<ContractView> boot_contract(const Params& params, const SignerSet& set,
                                   const GenerationSpan& span) {
  if (set.kind == GroupKind::stackers && !set.zero_slot_keys.empty()) {
    return Errc::set_does_not_fit;
  }
  auto contract = std::make_shared<BootContract>(params, set, span);
  for (std::size_t i = 0; i < set.zero_slot_keys.size(); ++i) {
    if (set.zero_slot_keys[i].is_zero()) return Errc::set_does_not_fit;
    TRY(contract->assign(candidate_slot_of_zero_slot_key(params, set, i), set.zero_slot_keys[i]));
  }
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    TRY(assign_member(*contract, params, set, MemberIndex{static_cast<std::uint16_t>(p)}));
  }
  return ContractView{std::move(contract)};
}

}  // namespace quorate::consensus
