#include "actors/replica_peer_machine.hpp"

#include "actors/replica_turn.hpp"

namespace quorate::actors {

using consensus::Chunk;
using consensus::ChunkMeta;
using consensus::ChunkSlot;
using consensus::DbAddress;
using consensus::SlotEntry;
using replica::Generation;

namespace {

Result<const replica::ReplicaGeneration*> require_open(const Generation* generation) {
  if (generation == nullptr) return Errc::no_such_db;
  if (!generation->open) return Errc::generation_closed;
  return &*generation->open;
}

std::vector<ChunkSlot> all_slots(const replica::ReplicaGeneration& replica) {
  std::vector<ChunkSlot> slots;
  for (std::uint32_t i = 0; i < replica.contract().slot_count(); ++i) slots.push_back(ChunkSlot{i});
  return slots;
}

void weigh(const SlotEntry& own, const SlotEntry& theirs, replica::PeerStanding& standing) {
  switch (consensus::standing(own, theirs)) {
    case consensus::Standing::same: return;
    case consensus::Standing::behind: ++standing.peer_lacks; return;
    case consensus::Standing::undecided: ++standing.this_lacks; return;
    case consensus::Standing::ahead:
      ++standing.this_lacks;
      standing.versions_lacked += theirs.version - own.version;
      return;
  }
}

}  // namespace

Generation* ReplicaPeerMachine::State::find(const DbAddress& db) {
  const auto at = generations.find(db);
  return at == generations.end() ? nullptr : &at->second;
}

const Generation* ReplicaPeerMachine::State::find(const DbAddress& db) const {
  const auto at = generations.find(db);
  return at == generations.end() ? nullptr : &at->second;
}

ReplicaPeerMachine::ReplicaPeerMachine(replica::Config config)
    : state_(std::make_unique<State>(std::move(config))) {}
ReplicaPeerMachine::ReplicaPeerMachine(ReplicaPeerMachine&&) noexcept = default;
ReplicaPeerMachine& ReplicaPeerMachine::operator=(ReplicaPeerMachine&&) noexcept = default;
ReplicaPeerMachine::~ReplicaPeerMachine() = default;

Result<replica::Effects> ReplicaPeerMachine::step(Instant now, const replica::Input& input) {
  replica::Turn turn{*state_, now};
  TRY(std::visit([&](const auto& in) { return turn.on(in); }, input));
  return turn.finish();
}

Result<Chunk> ReplicaPeerMachine::read(const DbAddress& db, ChunkSlot slot) const {
  TRY_ASSIGN(const auto* replica, require_open(state_->find(db)));
  if (slot.value >= replica->contract().slot_count()) return Errc::no_such_slot;
  return replica->chunk(slot);
}

std::optional<DbAddress> ReplicaPeerMachine::current() const {
  const Generation* best = nullptr;
  for (const auto& [db, generation] : state_->generations) {
    if (!generation.open || !generation.contract->is_current(state_->tip)) continue;
    if (best == nullptr || best->id < generation.id) best = &generation;
  }
  if (best == nullptr) return std::nullopt;
  return best->contract->address();
}

std::vector<consensus::ContractView> ReplicaPeerMachine::open() const {
  std::vector<consensus::ContractView> views;
  for (const auto& [db, generation] : state_->generations) {
    if (generation.open) views.push_back(generation.contract);
  }
  return views;
}

Result<std::vector<SlotEntry>> ReplicaPeerMachine::inventory(const DbAddress& db) const {
  TRY_ASSIGN(const auto* replica, require_open(state_->find(db)));
  std::vector<SlotEntry> entries;
  for (const ChunkSlot slot : all_slots(*replica)) entries.push_back(replica->line(slot).entry);
  return entries;
}

std::vector<std::pair<PeerId, std::vector<SlotEntry>>> ReplicaPeerMachine::peer_inventories(
    const DbAddress& db) const {
  std::vector<std::pair<PeerId, std::vector<SlotEntry>>> out;
  const Generation* generation = state_->find(db);
  if (generation == nullptr) return out;
  for (const auto& [id, neighbour] : state_->peers) {
    out.emplace_back(id, neighbour.inventory(generation->id, generation->contract->slot_count()));
  }
  return out;
}

std::vector<replica::Equivocation> ReplicaPeerMachine::evidence(const DbAddress& db,
                                                                ChunkSlot slot) const {
  const Generation* generation = state_->find(db);
  if (generation == nullptr) return {};
  const auto at = generation->evidence().find(slot);
  if (at == generation->evidence().end()) return {};
  return at->second;
}

std::map<Errc, std::uint32_t> ReplicaPeerMachine::offences(PeerId peer) const {
  const auto at = state_->peers.find(peer);
  if (at == state_->peers.end()) return {};
  return at->second.offences().counts();
}

std::vector<replica::PeerStanding> ReplicaPeerMachine::standings() const {
  std::vector<replica::PeerStanding> out;
  for (const auto& [id, neighbour] : state_->peers) {
    replica::PeerStanding standing{id, 0, 0, 0, neighbour.offences().standing()};
    for (const auto& [db, generation] : state_->generations) {
      if (!generation.open) continue;
      const std::vector<SlotEntry>* theirs = neighbour.entries(generation.id);
      const consensus::Inventory& own = generation.open->inventory();
      for (std::uint32_t i = 0; i < own.slot_count(); ++i) {
        weigh(own.entry(ChunkSlot{i}), theirs == nullptr ? SlotEntry{} : (*theirs)[i], standing);
      }
    }
    out.push_back(standing);
  }
  return out;
}

Result<std::vector<ChunkMeta>> ReplicaPeerMachine::metadata(const DbAddress& db) const {
  TRY_ASSIGN(const auto* replica, require_open(state_->find(db)));
  std::vector<ChunkMeta> metas;
  for (const ChunkSlot slot : all_slots(*replica)) metas.push_back(replica->meta(slot));
  return metas;
}

}  // namespace quorate::actors
