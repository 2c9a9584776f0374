#include "actors/replica_generation.hpp"

#include "crypto/content_pool.hpp"

namespace quorate::actors::replica {

using consensus::Chunk;
using consensus::ChunkMeta;
using consensus::ChunkSlot;
using consensus::Merge;
using consensus::SlotLimits;

namespace {

std::int64_t second_of(Instant now) { return now.us / 1'000'000; }

Verdict refuse(const Error& error) { return {Outcome::refused, error.code, {}, {}}; }

/// Cheap identity: no hashing, and different lengths or versions end it at once.
template <class Stored>
bool is_chunk(const Stored& stored, const Chunk& chunk) {
  return stored.meta.version == chunk.version && stored.meta.signature == chunk.signature &&
         stored.content == chunk.content.bytes;
}

template <class Stored>
consensus::SlotEntry entry_of(const Stored& stored) {
  const consensus::ChunkClock clock = consensus::clock_of(stored.meta);
  return {clock.version, clock.zeros, consensus::mark_of(stored.meta),
          static_cast<std::uint32_t>(stored.content.size())};
}

}  // namespace

ReplicaGeneration::ReplicaGeneration(consensus::ContractView contract, const Config& config,
                                     EvidenceBook evidence)
    : contract_(std::move(contract)),
      ties_per_round_(config.ties_per_round),
      evidence_per_slot_(config.evidence_per_slot),
      max_held_bytes_(config.max_held_bytes),
      inventory_(contract_->slot_count()),
      slots_(contract_->slot_count()),
      evidence_(std::move(evidence)) {}

Verdict ReplicaGeneration::write(Instant now, BurnHeight tip, const Chunk& chunk) {
  const auto limits = admit(chunk);
  if (!limits.ok()) return refuse(limits.error());
  Slot& slot = slots_[chunk.slot.value];
  // Gap: the identical chunk again is a success (docs/spec_gaps.md "Idempotent writes").
  if (is_chunk(slot, chunk)) return {Outcome::same, {}, {}, {}};
  if (chunk.version < slot.meta.version) return refuse(Errc::stale_version);
  const auto checked = authenticate(tip, chunk);
  if (!checked.ok()) return refuse(checked.error());
  Verdict verdict{Outcome::accepted, {}, entry_of(*checked),
                  note_equivocation(chunk, checked->meta)};
  const auto next = consensus::accept_write(consensus::clock_of(slot.meta), checked->meta);
  if (!next.ok()) {
    verdict.refusal = next.code();
  } else if (!has_rate(now, slot, *limits)) {
    verdict.refusal = Errc::write_too_fast;
  }
  if (verdict.refusal) {
    verdict.outcome = Outcome::refused;
    return verdict;
  }
  store(now, chunk.slot, *checked);
  return verdict;
}

Verdict ReplicaGeneration::merge(Instant now, BurnHeight tip, const Chunk& chunk) {
  const auto limits = admit(chunk);
  if (!limits.ok()) return refuse(limits.error());
  Slot& slot = slots_[chunk.slot.value];
  if (is_chunk(slot, chunk)) return {Outcome::same, {}, {}, {}};
  if (chunk.version < slot.meta.version) return {Outcome::kept, {}, {}, {}};
  const Stored* waiting = held(chunk.slot);
  if (waiting != nullptr && is_chunk(*waiting, chunk)) return {Outcome::held, {}, {}, {}};
  const auto checked = authenticate(tip, chunk);
  if (!checked.ok()) return refuse(checked.error());
  const ChunkMeta& meta = checked->meta;
  Verdict verdict{Outcome::kept, {}, entry_of(*checked), note_equivocation(chunk, meta)};
  if (consensus::merge_chunk(slot.meta, meta) != Merge::replace) return verdict;
  if (waiting != nullptr && consensus::merge_chunk(waiting->meta, meta) != Merge::replace) {
    verdict.outcome = Outcome::held;
    return verdict;
  }
  const bool is_tie = slot.meta.version == meta.version;
  if (has_rate(now, slot, *limits) && !(is_tie && slot.ties >= ties_per_round_)) {
    store(now, chunk.slot, *checked);
    verdict.outcome = Outcome::accepted;
    return verdict;
  }
  const Verdict waits = hold(chunk.slot, *checked);
  verdict.outcome = waits.outcome;
  verdict.refusal = waits.refusal;
  return verdict;
}

Verdict ReplicaGeneration::restore(BurnHeight tip, const Chunk& chunk) {
  const auto limits = admit(chunk);
  if (!limits.ok()) return refuse(limits.error());
  const auto checked = authenticate(tip, chunk);
  if (!checked.ok()) return refuse(checked.error());
  if (consensus::merge_chunk(slots_[chunk.slot.value].meta, checked->meta) != Merge::replace) {
    return {Outcome::kept, {}, {}, {}};
  }
  put(chunk.slot, *checked);
  return {Outcome::accepted, {}, {}, {}};
}

std::vector<ChunkSlot> ReplicaGeneration::settle(BurnHeight tip) {
  for (Slot& slot : slots_) slot.ties = 0;
  std::vector<ChunkSlot> changed;
  for (auto& [slot, waiting] : held_) {
    if (contract_->is_garbage(tip, slot, waiting.meta)) continue;
    if (consensus::merge_chunk(slots_[slot.value].meta, waiting.meta) != Merge::replace) continue;
    put(slot, std::move(waiting));
    changed.push_back(slot);
  }
  held_.clear();
  held_bytes_ = 0;
  return changed;
}

std::vector<ChunkSlot> ReplicaGeneration::collect(BurnHeight tip) {
  std::vector<ChunkSlot> emptied;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const ChunkSlot slot{i};
    const ChunkMeta& stored = slots_[i].meta;
    if (stored.version == ChunkVersion{0} || !contract_->is_garbage(tip, slot, stored)) continue;
    put(slot, {});
    emptied.push_back(slot);
  }
  return emptied;
}

const ChunkMeta& ReplicaGeneration::meta(ChunkSlot slot) const {
  ASSERT(slot.value < slots_.size());
  return slots_[slot.value].meta;
}

Chunk ReplicaGeneration::chunk(ChunkSlot slot) const {
  ASSERT(slot.value < slots_.size());
  return assemble(slot, slots_[slot.value]);
}

ReplicaGeneration::Hints ReplicaGeneration::hints(ChunkSlot slot) const {
  ASSERT(slot.value < slots_.size());
  return slots_[slot.value].hints;
}

void ReplicaGeneration::set_hints(ChunkSlot slot, Hints hints) {
  ASSERT(slot.value < slots_.size());
  slots_[slot.value].hints = hints;
}

std::size_t ReplicaGeneration::content_size(ChunkSlot slot) const {
  ASSERT(slot.value < slots_.size());
  return slots_[slot.value].content.size();
}

messages::SlotMeta ReplicaGeneration::line(ChunkSlot slot) const {
  return {slot, inventory_.entry(slot)};
}

Result<SlotLimits> ReplicaGeneration::admit(const Chunk& chunk) const {
  ASSERT(chunk.db == address());
  if (chunk.slot.value >= slots_.size()) return Errc::no_such_slot;
  if (chunk.version == ChunkVersion{0}) return Errc::version_zero;
  TRY_ASSIGN(const SlotLimits limits, contract_->limits(chunk.slot));
  if (chunk.content.bytes.size() > limits.chunk_bytes) return Errc::chunk_too_big;
  return limits;
}

Result<ReplicaGeneration::Stored> ReplicaGeneration::authenticate(BurnHeight tip,
                                                                  const Chunk& chunk) const {
  auto content = crypto::ContentPool::of_this_thread().hashed(chunk.content.bytes);
  Stored out{{chunk.version, content.hash, chunk.signature}, std::move(content.bytes)};
  // Asked on arrival as well, or a late replica would revive what the others collected.
  if (contract_->is_garbage(tip, chunk.slot, out.meta)) return Errc::chunk_is_garbage;
  TRY(contract_->auth_write(chunk.slot, out.meta));
  return out;
}

bool ReplicaGeneration::has_rate(Instant now, const Slot& slot, SlotLimits limits) {
  return slot.second != second_of(now) || slot.writes < limits.writes_per_second;
}

std::optional<Equivocation> ReplicaGeneration::note_equivocation(const Chunk& chunk,
                                                                 const ChunkMeta& meta) {
  const Stored* other = &slots_[chunk.slot.value];
  if (!consensus::is_equivocation(other->meta, meta)) other = held(chunk.slot);
  if (other == nullptr || !consensus::is_equivocation(other->meta, meta)) return std::nullopt;
  std::vector<Equivocation>& known = evidence_[chunk.slot];
  if (known.size() >= evidence_per_slot_) return std::nullopt;
  for (const Equivocation& e : known) {
    if (e.first.version == chunk.version) return std::nullopt;
  }
  known.push_back({assemble(chunk.slot, *other), chunk});
  return known.back();
}

Chunk ReplicaGeneration::assemble(ChunkSlot slot, const Stored& stored) const {
  return {address(), slot, stored.meta.version, {stored.content}, stored.meta.signature};
}

const ReplicaGeneration::Stored* ReplicaGeneration::held(ChunkSlot slot) const {
  const auto at = held_.find(slot);
  return at == held_.end() ? nullptr : &at->second;
}

Verdict ReplicaGeneration::hold(ChunkSlot slot, Stored stored) {
  drop_held(slot);
  if (held_bytes_ + stored.content.size() > max_held_bytes_) return refuse(Errc::write_too_fast);
  held_bytes_ += stored.content.size();
  held_.emplace(slot, std::move(stored));
  return {Outcome::held, {}, {}, {}};
}

void ReplicaGeneration::drop_held(ChunkSlot slot) {
  const auto at = held_.find(slot);
  if (at == held_.end()) return;
  held_bytes_ -= at->second.content.size();
  held_.erase(at);
}

void ReplicaGeneration::store(Instant now, ChunkSlot at, Stored stored) {
  Slot& slot = slots_[at.value];
  const bool is_tie = slot.meta.version == stored.meta.version;
  if (slot.second != second_of(now)) slot.writes = 0;
  slot.second = second_of(now);
  ++slot.writes;
  slot.ties = is_tie ? slot.ties + 1 : slot.ties;
  put(at, std::move(stored));
  const Stored* waiting = held(at);
  if (waiting != nullptr && consensus::merge_chunk(slot.meta, waiting->meta) != Merge::replace) {
    drop_held(at);
  }
}

void ReplicaGeneration::put(ChunkSlot at, Stored stored) {
  Slot& slot = slots_[at.value];
  inventory_.set(at, stored.meta, static_cast<std::uint32_t>(stored.content.size()));
  slot.meta = stored.meta;
  slot.content = std::move(stored.content);
  slot.hints = {};
}

}  // namespace quorate::actors::replica
