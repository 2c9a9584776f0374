#include "actors/replica_questions.hpp"

namespace quorate::actors {

namespace {

using consensus::ChunkSlot;
using consensus::ContractView;
using consensus::ControllingContract;
using messages::SlotReply;

SlotReply refused(const Error& error) {
  return messages::SlotRefused{static_cast<std::uint16_t>(error.code)};
}

/// Zero for a slot nobody owns.
crypto::PublicKey owner_of(const ControllingContract& contract, ChunkSlot slot) {
  const auto owner = contract.owner(slot);
  return owner.ok() ? *owner : crypto::PublicKey{};
}

messages::ArrayLine array_line(const ControllingContract& contract,
                               const std::vector<consensus::SlotEntry>& inventory,
                               bool is_current) {
  messages::ArrayLine line;
  line.db = contract.address();
  line.is_current = is_current;
  line.digest = contract.digest();
  line.network_id = contract.network_id();
  line.slots = contract.slot_count();
  for (const consensus::SlotEntry& entry : inventory) {
    if (entry.version == ChunkVersion{0}) continue;
    ++line.written;
    line.bytes += entry.bytes;
  }
  return line;
}

}  // namespace

Result<ContractView> choose_array(const ReplicaPeerMachine& machine,
                                  const messages::ArrayChoice& choice) {
  const auto current = machine.current();
  ContractView chosen;
  for (ContractView& view : machine.open()) {
    const consensus::DbAddress& db = view->address();
    if (choice ? db.generation == *choice : db == current) chosen = view;
  }
  if (chosen == nullptr) return Errc::no_such_db;
  return chosen;
}

SlotReply answer(const ReplicaPeerMachine& machine, const messages::SlotRead& request) {
  const auto contract = choose_array(machine, request.generation);
  if (!contract.ok()) return refused(contract.error());
  auto chunk = machine.read((*contract)->address(), request.slot);
  if (!chunk.ok()) return refused(chunk.error());
  return messages::SlotShown{std::move(chunk).value(), owner_of(**contract, request.slot)};
}

SlotReply answer(const ReplicaPeerMachine& machine, const messages::SlotsWanted& request) {
  const auto contract = choose_array(machine, request.generation);
  if (!contract.ok()) return refused(contract.error());
  const consensus::DbAddress& db = (*contract)->address();
  const auto metas = machine.metadata(db);
  const auto inventory = machine.inventory(db);
  ASSERT(metas.ok());
  ASSERT(inventory.ok());
  messages::SlotsShown out;
  out.array = array_line(**contract, *inventory, db == machine.current());
  for (std::uint32_t i = 0; i < metas->size() && i < messages::max_listed_slots; ++i) {
    const auto limits = (*contract)->limits(ChunkSlot{i});
    ASSERT(limits.ok());
    out.slots.push_back({owner_of(**contract, ChunkSlot{i}), (*metas)[i], (*inventory)[i].bytes,
                         limits->chunk_bytes, limits->writes_per_second});
  }
  return out;
}

SlotReply answer(const ReplicaPeerMachine& machine, const messages::HoldingsWanted& request) {
  const auto contract = choose_array(machine, request.generation);
  if (!contract.ok()) return refused(contract.error());
  messages::HoldingsShown out;
  out.db = (*contract)->address();
  const auto own = machine.inventory(out.db);
  ASSERT(own.ok());
  out.own = *own;
  for (auto& [peer, entries] : machine.peer_inventories(out.db)) {
    if (out.peers.size() == messages::max_listed_peers) break;
    out.peers.push_back({peer, std::move(entries)});
  }
  return out;
}

SlotReply answer(const ReplicaPeerMachine& machine, const messages::EvidenceWanted& request) {
  const auto contract = choose_array(machine, request.generation);
  if (!contract.ok()) return refused(contract.error());
  messages::EvidenceShown out;
  out.db = (*contract)->address();
  for (std::uint32_t i = 0; i < (*contract)->slot_count(); ++i) {
    const ChunkSlot slot{i};
    if (request.slot && *request.slot != slot) continue;
    for (const replica::Equivocation& found : machine.evidence(out.db, slot)) {
      if (out.pairs.size() == messages::max_listed_slots) return out;
      out.pairs.push_back({owner_of(**contract, slot), found.first, found.second});
    }
  }
  return out;
}

std::vector<messages::ArrayLine> array_lines(const ReplicaPeerMachine& machine) {
  std::vector<messages::ArrayLine> out;
  const auto current = machine.current();
  for (const ContractView& view : machine.open()) {
    if (out.size() == messages::max_listed_arrays) break;
    const auto inventory = machine.inventory(view->address());
    ASSERT(inventory.ok());
    out.push_back(array_line(*view, *inventory, view->address() == current));
  }
  return out;
}

}  // namespace quorate::actors
