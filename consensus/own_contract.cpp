#include "consensus/own_contract.hpp"

namespace quorate::consensus {

namespace {

class OwnContract final : public ControllingContract {
 public:
  OwnContract(std::uint32_t network_id, const OwnDb& db)
      : network_id_(network_id),
        address_(own_db_address(network_id, db)),
        limits_(db.limits),
        digest_(db.digest) {
    for (const OwnDbOwner& owner : db.owners) owners_.insert(owners_.end(), owner.slots, owner.key);
  }

  const DbAddress& address() const override { return address_; }
  std::uint32_t network_id() const override { return network_id_; }
  std::uint32_t slot_count() const override { return static_cast<std::uint32_t>(owners_.size()); }
  ChunkDigest digest() const override { return digest_; }

  Result<SlotLimits> limits(ChunkSlot slot) const override {
    if (slot.value >= owners_.size()) return Errc::no_such_slot;
    return limits_;
  }
  Result<crypto::PublicKey> owner(ChunkSlot slot) const override {
    if (slot.value >= owners_.size()) return Errc::no_such_slot;
    return owners_[slot.value];
  }
  Result<> auth_write(ChunkSlot slot, const ChunkMeta& meta) const override {
    TRY_ASSIGN(const crypto::PublicKey expected, owner(slot));
    const bool is_legacy = digest_ == ChunkDigest::legacy;
    // No signature of this kind covers a longer version.
    if (is_legacy && meta.version.value > UINT32_MAX) return Errc::bad_signer;
    const Hash256 digest =
        is_legacy ? legacy_chunk_digest(slot, meta.version, meta.content_hash)
                  : chunk_digest(network_id_, address_, slot, meta.version, meta.content_hash);
    const auto signer = crypto::recover(digest, meta.signature);
    if (!signer.ok() || *signer != expected) return Errc::bad_signer;
    return done();
  }

  bool garbage_collect(BurnHeight) const override { return false; }
  bool is_garbage(BurnHeight, ChunkSlot, const ChunkMeta&) const override { return false; }
  bool is_closed(BurnHeight) const override { return false; }
  bool is_current(BurnHeight) const override { return true; }

 private:
  std::uint32_t network_id_;
  DbAddress address_;
  SlotLimits limits_;
  ChunkDigest digest_;
  std::vector<crypto::PublicKey> owners_;
};

}  // namespace

DbAddress own_db_address(std::uint32_t network_id, const OwnDb& db) {
  Bytes text;
  Writer{text}
      .put(network_id)
      .put(db.digest)
      .put(db.limits.chunk_bytes)
      .put(db.limits.writes_per_second)
      .put(db.owners);
  return {db.contract, db.generation,
          SetHash::from(crypto::tagged_h("quorate/own-db", text).view())};
}

Result<ContractView> own_contract(std::uint32_t network_id, const OwnDb& db) {
  std::uint64_t slots = 0;
  for (const OwnDbOwner& owner : db.owners) {
    if (owner.slots == 0 || !crypto::is_valid(owner.key)) return Errc::set_does_not_fit;
    slots += owner.slots;
  }
  if (slots == 0 || slots > max_own_slots) return Errc::set_does_not_fit;
  if (db.limits.chunk_bytes > max_chunk_bytes) return Errc::chunk_too_big;
  return ContractView{std::make_shared<OwnContract>(network_id, db)};
}

}  // namespace quorate::consensus
