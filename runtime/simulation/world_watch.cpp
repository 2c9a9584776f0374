// What the world learns from its nodes, and what it asks in the end.
#include <fmt/format.h>

#include "actors/replica_records.hpp"
#include "runtime/simulation/simulated_world.hpp"

namespace quorate::simulation {

namespace {

std::string group_name(GroupKind kind, std::uint64_t generation) {
  return kind == GroupKind::producers ? fmt::format("producers of term {}", generation)
                                      : fmt::format("stackers of cycle {}", generation);
}

}  // namespace

void SimulatedWorld::on_chain_event(NodeNumber node, const messages::ChainEvent& event,
                                    const consensus::Chain& chain) {
  constexpr std::array names{"burn_tip",        "set_planned", "key_learned",     "position",
                             "block_accepted",  "dropped",     "block_announced", "block_final",
                             "enrollment_open", "registered",  "mempool"};
  static_assert(names.size() == std::variant_size_v<messages::ChainEvent>);
  count(std::string("chain.") + names[event.index()]);
  if (const auto* block = std::get_if<messages::BlockAccepted>(&event)) {
    accepted(node, *block, chain);
  } else if (const auto* gone = std::get_if<messages::BlocksDropped>(&event)) {
    dropped(node, *gone);
  } else if (const auto* done = std::get_if<messages::BlockFinal>(&event)) {
    finalised(node, *done);
  } else if (const auto* told = std::get_if<messages::BlockAnnounced>(&event)) {
    if (announced_.insert(told->txid).second) {
      interval_.announced = told->height;
      trace_->event(agenda_.now(), "announced",
                    fmt::format("\"height\":{},\"burn_height\":{}", told->height.value,
                                told->at.height.value));
      transcript_.add(fmt::format("announced up to height {} at burn block {}",
                                  told->height.value, told->at.height.value));
    }
  } else if (const auto* set = std::get_if<messages::SetPlanned>(&event)) {
    planned(*set);
  } else if (const auto* learned = std::get_if<messages::KeyLearned>(&event)) {
    certified(*learned);
  }
}

void SimulatedWorld::planned(const messages::SetPlanned& event) {
  const consensus::SignerSet& set = event.set;
  auto& known = planned_[{set.kind, set.generation}];
  if (std::find(known.begin(), known.end(), set) == known.end()) known.push_back(set);
  if (set.kind == GroupKind::producers) sets_[TermNumber{set.generation}] = set;
  tell_phase(fmt::format("{}: {} members with {} signer slots begin key generation, threshold {}",
                         group_name(set.kind, set.generation), set.members.size(),
                         set.total().value, consensus::Params::threshold(set.total().value)));
}

void SimulatedWorld::certified(const messages::KeyLearned& event) {
  const consensus::KeyContent& content = event.certificate.content;
  tell_phase(fmt::format("{}: key certified, {} of {} members dealt",
                         group_name(content.kind, content.generation),
                         content.qualified.count(), content.qualified.size()));
}

void SimulatedWorld::tell_phase(std::string text) {
  if (on_phase_ && told_phases_.insert(text).second) on_phase_(text);
}

void SimulatedWorld::accepted(NodeNumber node, const messages::BlockAccepted& event,
                              const consensus::Chain& chain) {
  const auto noted = chronicle_.on_accepted(agenda_.now(), event.block, chain);
  const BlockRecord& record = noted.first;
  checkers_.on_accepted(agenda_.now(), cast_.names()[node], event.block, record, noted.second,
                        chain);
  feeder_->on_accepted(agenda_.now(), node, record.txids);
  if (!noted.second) return;
  tell_phase(fmt::format("term {}: first block accepted", record.term.value));
  for (const auto& [account, nonce] : record.nonces) feeder_->on_nonce(account, nonce + 1);
  ++interval_.accepted;
  interval_.transactions += record.txids.size();
  trace_->event(agenda_.now(), "accepted",
                fmt::format("\"height\":{},\"term\":{},\"block\":\"{}\",\"transactions\":{}",
                            record.height.value, record.term.value, to_hex(record.id),
                            record.txids.size()));
  transcript_.add(fmt::format("accepted height {} of term {}, transfers {}", record.height.value,
                              record.term.value, record.txids.size()));
}

void SimulatedWorld::dropped(NodeNumber node, const messages::BlocksDropped& event) {
  checkers_.on_dropped(agenda_.now(), cast_.names()[node], event, chronicle_);
  for (const BlockId& id : event.blocks) {
    const BlockRecord* record = chronicle_.find(id);
    if (record == nullptr) continue;
    feeder_->on_dropped(node, record->txids);
    if (!told_dropped_.insert(id).second) continue;
    transcript_.add(
        fmt::format("dropped height {} of term {}", record->height.value, record->term.value));
  }
}

void SimulatedWorld::finalised(NodeNumber node, const messages::BlockFinal& event) {
  checkers_.on_final(agenda_.now(), cast_.names()[node], event, chronicle_);
  if (!chronicle_.on_final(event).empty()) {
    transcript_.add(fmt::format("final up to height {}", event.height.value));
  }
  interval_.final_height = std::max(interval_.final_height.value_or(event.height), event.height);
  // This node's own view: everything below is final for its clients. Records that are final already
  // end the walk.
  for (const BlockRecord* at = chronicle_.find(event.block); at != nullptr;
       at = chronicle_.find(at->parent)) {
    if (!final_on_[node].insert(at->id).second) break;
    feeder_->on_final(agenda_.now(), node, at->txids);
  }
}

void SimulatedWorld::on_leader(NodeNumber, const messages::LeaderCertificate& certificate) {
  if (!led_.emplace(certificate.term, certificate.epoch).second) return;
  const auto set = sets_.find(certificate.term);
  if (set == sets_.end() || certificate.leader.value >= set->second.members.size()) return;
  leader_ = cast_.owner(set->second.members[certificate.leader.value].key);
  count("elections");
  trace_->event(agenda_.now(), "leader",
                fmt::format("\"term\":{},\"epoch\":{},\"who\":\"{}\"", certificate.term.value,
                            certificate.epoch, cast_.names()[leader_]));
  transcript_.add(fmt::format("leader of term {}, epoch {}: {}", certificate.term.value,
                              certificate.epoch, cast_.names()[leader_]));
}

void SimulatedWorld::on_evidence(NodeNumber node, const actors::Evidence& evidence) {
  const EvidenceKey key{cast_.owner(evidence.member), evidence.group, evidence.generation,
                        evidence.kind};
  Proven& proven = evidence_[key];
  if (proven.holders.empty()) {
    transcript_.add(fmt::format("evidence against {}: {}", cast_.names()[key.member], key.kind));
    tell_phase(fmt::format("{}: {} convicted of {}", group_name(key.group, key.generation),
                           cast_.names()[key.member], key.kind));
    proven.member = evidence.member;
    proven.proof = evidence.proof;
  }
  proven.holders.insert(node);
}

void SimulatedWorld::on_note(NodeNumber node, messages::Role role, const std::string& text) {
  count("note." + std::string(messages::name_of(role)));
  trace_->event(agenda_.now(), "note",
                fmt::format("\"node\":\"{}\",\"role\":\"{}\",\"text\":{:?}", cast_.names()[node],
                            messages::name_of(role), text));
}

void SimulatedWorld::on_refusal(NodeNumber, messages::Role role, const Error& error) {
  count(fmt::format("refusal.{}.{}", messages::name_of(role), name_of(error.code)));
}

void SimulatedWorld::on_bad_frame(NodeNumber node, NodeNumber from, const Error& error) {
  count("bad_frame." + std::string(name_of(error.code)));
  checkers_.report(agenda_.now(), cast_.names()[node],
                   "a frame from " + cast_.names()[from] + " was refused: " + error.message());
}

void SimulatedWorld::on_stopped(NodeNumber node, messages::Role role, const Error& reason) {
  feeder_->on_node_lost(node);
  transcript_.add(fmt::format("{} stopped itself: {}", cast_.names()[node],
                              name_of(reason.code)));
  checkers_.report(agenda_.now(), cast_.names()[node],
                   fmt::format("stopped itself: {}: {}", messages::name_of(role),
                               reason.message()));
}

const consensus::Chain* SimulatedWorld::reference_chain() const {
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    if (seats_[node].is_alive() && seats_[node].life()->chain() != nullptr) {
      return seats_[node].life()->chain();
    }
  }
  return nullptr;
}

void SimulatedWorld::each_store(
    const std::function<void(const std::string&, const storage::RecordStore&)>& visit) const {
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    visit(cast_.names()[node], storage::MemoryStore{seats_[node].disk});
  }
}

std::vector<EvidenceRow> SimulatedWorld::evidence() const {
  std::vector<EvidenceRow> out;
  for (const auto& [key, proven] : evidence_) {
    out.push_back({cast_.names()[key.member], key.group, key.generation, key.kind,
                   static_cast<std::uint32_t>(proven.holders.size()), proven.member,
                   proven.proof});
  }
  return out;
}

std::vector<consensus::SignerSet> SimulatedWorld::planned_sets(GroupKind kind,
                                                               std::uint64_t generation) const {
  const auto found = planned_.find({kind, generation});
  return found == planned_.end() ? std::vector<consensus::SignerSet>{} : found->second;
}

std::vector<stacks::Principal> SimulatedWorld::opening_accounts() const {
  std::vector<stacks::Principal> out;
  for (const auto& balance : genesis_.balances) out.push_back(balance.owner);
  return out;
}

std::vector<std::pair<std::string, stacks::Principal>> SimulatedWorld::producers() const {
  std::vector<std::pair<std::string, stacks::Principal>> out;
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    if (cast_.is_producer(node)) out.emplace_back(cast_.names()[node], cast_.principal(node));
  }
  return out;
}

void SimulatedWorld::check_agreement() {
  const consensus::Chain* reference = reference_chain();
  if (reference == nullptr) {
    checkers_.report(agenda_.now(), "world", "no node is alive");
    return;
  }
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    const Seat& seat = seats_[node];
    if (!seat.is_alive() || seat.life()->chain() == nullptr) continue;
    const consensus::Chain& chain = *seat.life()->chain();
    if (chain.tip() == reference->tip() && chain.ledger() == reference->ledger() &&
        chain.last_final() == reference->last_final()) {
      continue;
    }
    checkers_.report(agenda_.now(), cast_.names()[node],
                     fmt::format("ends at block {} of height {}, others at {} of height {}",
                                 to_hex(chain.tip()).substr(0, 12), chain.tip_height().value,
                                 to_hex(reference->tip()).substr(0, 12),
                                 reference->tip_height().value));
  }
  checkers_.check_money(chronicle_.branch(reference->tip()), reference->ledger(),
                        opening_supply());
}

MicroStx SimulatedWorld::opening_supply() const {
  MicroStx sum{0};
  for (const auto& balance : genesis_.balances) sum += balance.amount;
  return sum;
}

void SimulatedWorld::each_replica(
    const std::function<void(NodeNumber, const Versions&)>& visit) const {
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    if (seats_[node].is_alive()) visit(node, chunks_of(node));
  }
}

SimulatedWorld::Replicas SimulatedWorld::replicas() const {
  std::optional<Replicas> out;
  each_replica([&](NodeNumber, const Versions& own) {
    if (!out) {
      out = Replicas{own, true};
    } else if (own != out->newest) {
      out->are_equal = false;
      for (const auto& [slot, version] : own) {
        out->newest[slot] = std::max(out->newest[slot], version);
      }
    }
  });
  return out.value_or(Replicas{});
}

SimulatedWorld::Versions SimulatedWorld::chunks_of(NodeNumber node) const {
  Versions out;
  const auto scanned = seats_[node].stores.back()->scan(
      storage::Table::chunks, [&](ByteView key, ByteView value) {
        const auto chunk = actors::replica::read_chunk_record(
            {storage::Table::chunks, to_bytes(key), to_bytes(value)});
        ASSERT(chunk.ok());
        out.emplace(to_bytes(key), std::pair{chunk->version, to_bytes(value)});
        return true;
      });
  ASSERT(scanned.ok());
  return out;
}

/// In a complete mesh replicas are equal by now. In a random one members go on writing and those
/// who follow loosely are never quite up to date: there, what is anywhere must be everywhere within
/// a minute, unless something newer is.
void SimulatedWorld::check_replicas() {
  const Replicas at_first = replicas();
  if (at_first.are_equal) return;
  const std::size_t nodes = cast_.participants() - 1;
  const bool is_complete = links_.size() == nodes * (nodes - 1) / 2;
  if (!is_complete) coordinator_.run_until(agenda_.now() + seconds(60), agenda_);
  const Versions& before = at_first.newest;
  const Versions now = is_complete ? before : replicas().newest;
  each_replica([&](NodeNumber node, const Versions& own) {
    std::size_t behind = 0;
    for (const auto& [slot, held] : before) {
      const auto at = own.find(slot);
      const auto newest = now.find(slot);
      const bool is_last = newest != now.end() && newest->second.first == held.first;
      if (at == own.end() || at->second.first < held.first ||
          (is_last && at->second != newest->second)) {
        ++behind;
      }
    }
    if (behind == 0) return;
    checkers_.report(agenda_.now(), cast_.names()[node],
                     fmt::format("{} of {} stored chunks are older than what another node holds, "
                                 "or differ",
                                 behind, before.size()));
  });
}

}  // namespace quorate::simulation
