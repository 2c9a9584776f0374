// Beginnings and ends: start, peers, generations, burn blocks, timers.
#include "actors/replica_turn.hpp"

#include "actors/replica_records.hpp"

namespace quorate::actors::replica {

using consensus::Chunk;
using consensus::ChunkSlot;
using consensus::DbAddress;

Result<> Turn::on(const Started& input) {
  if (s_.started) return Errc::already_started;
  s_.started = true;
  for (const storage::RecordWrite& record : input.records) {
    if (record.table == storage::Table::chunks) {
      auto chunk = read_chunk_record(record);
      if (!chunk.ok()) {
        writes_.push_back({record.table, record.key, std::nullopt});  // Peers still have it.
      } else if (chunk->db.contract == s_.config.contract) {
        s_.restored[chunk->db].push_back(std::move(chunk).value());
      }
    } else if (record.table == storage::Table::evidence) {
      auto evidence = read_evidence_record(record);
      if (!evidence.ok()) {
        writes_.push_back({record.table, record.key, std::nullopt});
      } else if (const Chunk& first = evidence->first; first.db.contract == s_.config.contract) {
        s_.restored_evidence[first.db][first.slot].push_back(std::move(evidence).value());
      }
    }
  }
  arm_anti_entropy();
  return done();
}

Result<> Turn::on(const PeerUp& input) {
  if (s_.peers.contains(input.peer)) return Errc::peer_already_up;
  if (s_.peers.size() >= s_.config.max_peers) return Errc::too_many_peers;
  s_.peers.emplace(input.peer, Neighbour{s_.config});
  compare_roots(input.peer);
  return done();
}

Result<> Turn::on(const PeerDown& input) {
  if (s_.peers.erase(input.peer) == 0) return Errc::unknown_peer;
  s_.fetches.forget(input.peer);
  return done();
}

Result<> Turn::on(const GenerationOpened& input) {
  ASSERT(input.contract != nullptr);
  const DbAddress& db = input.contract->address();
  if (db.contract != s_.config.contract) return Errc::foreign_contract;
  if (s_.generations.contains(db)) return Errc::generation_already_open;
  TRY(make_room());
  const GenerationId id = s_.next_generation;
  ++s_.next_generation;
  Generation& generation =
      s_.generations.emplace(db, Generation{id, input.contract, std::nullopt, {}}).first->second;
  s_.addresses.emplace(id, db);
  generation.open.emplace(input.contract, s_.config, std::move(s_.restored_evidence[db]));
  s_.restored_evidence.erase(db);
  restore(generation);
  drop_restored_before(db.generation);
  if (input.contract->is_closed(s_.tip)) {
    close(generation);
    return done();
  }
  for (auto& [peer, neighbour] : s_.peers) {
    for (const Chunk& chunk : neighbour.unpark(db)) merge(peer, generation, {chunk, {}, {}});
  }
  for (const auto& [peer, neighbour] : s_.peers) compare_root(peer, generation);
  return done();
}

Result<> Turn::on(const GenerationClosed& input) {
  if (!s_.generations.contains(input.db)) return Errc::no_such_db;
  forget(input.db);
  effects_.push_back(GenerationCollected{input.db});
  return done();
}

Result<> Turn::on(const BurnBlockProcessed& input) {
  s_.tip = input.tip;
  for (auto& [db, generation] : s_.generations) {
    if (!generation.open) {
      if (generation.contract->is_closed(s_.tip)) continue;
      // A reorganisation made it current again: empty, members publish their state anew.
      generation.open.emplace(generation.contract, s_.config,
                              std::move(generation.closed_evidence));
      generation.closed_evidence.clear();
      for (const auto& [peer, neighbour] : s_.peers) compare_root(peer, generation);
      continue;
    }
    if (!generation.contract->garbage_collect(s_.tip)) continue;
    for (const ChunkSlot slot : generation.open->collect(s_.tip)) {
      writes_.push_back(erase_chunk(db, slot));
    }
    if (generation.contract->is_closed(s_.tip)) close(generation);
  }
  return done();
}

Result<> Turn::on(const TimerFired& input) {
  const Timer& timer = input.timer;
  if (timer.kind == static_cast<std::uint8_t>(TimerKind::repeat) && timer.a == s_.repeat_serial) {
    s_.repeat_at.reset();
    repeat();
  } else if (timer.kind == static_cast<std::uint8_t>(TimerKind::anti_entropy) &&
             timer.a == s_.anti_entropy_serial) {
    anti_entropy_round();
    arm_anti_entropy();
  }
  return done();
}

Effects Turn::finish() {
  drop_offenders();
  start_fetches();
  if (wake_ && (!s_.repeat_at || *wake_ < *s_.repeat_at)) {
    s_.repeat_at = wake_;
    const Timer timer{static_cast<std::uint8_t>(TimerKind::repeat), ++s_.repeat_serial, 0, 0};
    effects_.push_back(ArmTimer{timer, *wake_});
  }
  // Durable before anybody hears of it.
  if (!writes_.empty()) effects_.insert(effects_.begin(), Persist{std::move(writes_)});
  return std::move(effects_);
}

void Turn::restore(Generation& generation) {
  const auto at = s_.restored.find(generation.contract->address());
  if (at == s_.restored.end()) return;
  for (const Chunk& chunk : at->second) {
    if (generation.open->restore(s_.tip, chunk).outcome == Outcome::accepted) {
      effects_.push_back(ChunkAccepted{chunk});
    } else {
      writes_.push_back(erase_chunk(chunk.db, chunk.slot));
    }
  }
  s_.restored.erase(at);
}

void Turn::close(Generation& generation) {
  ASSERT(generation.open.has_value());
  for (const ChunkSlot slot : generation.open->collect(s_.tip)) {
    writes_.push_back(erase_chunk(generation.contract->address(), slot));
  }
  generation.closed_evidence = generation.open->evidence();
  generation.open.reset();
  s_.fetches.forget(generation.id);
  for (auto& [peer, neighbour] : s_.peers) neighbour.forget(generation.id);
  effects_.push_back(GenerationCollected{generation.contract->address()});
}

void Turn::forget(const DbAddress& db) {
  const auto at = s_.generations.find(db);
  ASSERT(at != s_.generations.end());
  erase_records(at->second);
  s_.fetches.forget(at->second.id);
  for (auto& [peer, neighbour] : s_.peers) neighbour.forget(at->second.id);
  s_.addresses.erase(at->second.id);
  s_.generations.erase(at);
}

void Turn::erase_records(const Generation& generation) {
  const DbAddress& db = generation.contract->address();
  for (std::uint32_t i = 0; generation.open && i < generation.contract->slot_count(); ++i) {
    const ChunkSlot slot{i};
    if (generation.open->meta(slot).version == ChunkVersion{0}) continue;
    writes_.push_back(erase_chunk(db, slot));
  }
  for (const auto& [slot, list] : generation.evidence()) {
    for (const Equivocation& e : list) {
      writes_.push_back(erase_evidence(db, slot, e.first.version));
    }
  }
}

Result<> Turn::make_room() {
  if (s_.generations.size() < s_.config.max_generations) return done();
  // Addresses of one contract sort by generation: the first closed one is the oldest.
  for (const auto& [db, generation] : s_.generations) {
    if (generation.open) continue;
    forget(DbAddress{db});
    return done();
  }
  return Errc::too_many_generations;
}

/// Records of generations so old that nobody will open them again leave the store.
void Turn::drop_restored_before(std::uint64_t generation) {
  const auto is_old = [&](const DbAddress& db) {
    return db.generation + s_.config.max_generations < generation;
  };
  for (auto at = s_.restored.begin(); at != s_.restored.end() && is_old(at->first);) {
    for (const Chunk& chunk : at->second) writes_.push_back(erase_chunk(chunk.db, chunk.slot));
    at = s_.restored.erase(at);
  }
  for (auto at = s_.restored_evidence.begin();
       at != s_.restored_evidence.end() && is_old(at->first);) {
    for (const auto& [slot, list] : at->second) {
      for (const Equivocation& e : list) {
        writes_.push_back(erase_evidence(at->first, slot, e.first.version));
      }
    }
    at = s_.restored_evidence.erase(at);
  }
}

void Turn::arm_anti_entropy() {
  const std::int64_t period = s_.config.anti_entropy.us;
  const std::int64_t jitter = period * s_.config.anti_entropy_jitter_percent / 100;
  const auto width = static_cast<std::uint32_t>(std::min<std::int64_t>(2 * jitter + 1, UINT32_MAX));
  const Duration wait = microseconds(period - jitter + s_.rng.draw(width));
  const Timer timer{static_cast<std::uint8_t>(TimerKind::anti_entropy), ++s_.anti_entropy_serial,
                    0, 0};
  effects_.push_back(ArmTimer{timer, now_ + wait});
}

void Turn::repeat() {
  s_.fetches.expire(now_);
  std::optional<Instant> next;
  const auto sooner = [&](std::optional<Instant> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  for (auto& [peer, neighbour] : s_.peers) {
    for (const SlotKey key : neighbour.due(now_)) {
      Generation* generation = s_.find(s_.addresses.at(key.generation));
      ASSERT(generation != nullptr);
      ASSERT(generation->open.has_value());
      if (generation->open->meta(key.slot).version == ChunkVersion{0}) {
        neighbour.acknowledged(key);  // Evicted meanwhile.
      } else {
        tell(peer, *generation, key.slot);
      }
    }
    sooner(neighbour.next_due());
  }
  sooner(s_.fetches.next_due());
  if (next) wake_at(std::max(*next, now_ + repeat_spacing));
}

void Turn::wake_at(Instant at) {
  if (!wake_ || at < *wake_) wake_ = at;
}

void Turn::start_fetches() {
  for (Fetches::Request& request : s_.fetches.start(now_, s_.rng)) {
    messages::Pull pull{s_.addresses.at(request.generation), {}};
    pull.slots = std::move(request.slots);
    send(request.holder, std::move(pull));
  }
  if (const auto due = s_.fetches.next_due()) wake_at(*due);
}

void Turn::offend(PeerId peer, Errc reason) {
  const auto at = s_.peers.find(peer);
  ASSERT(at != s_.peers.end());
  if (at->second.offences().add(reason) >= s_.config.drop_at) offenders_.push_back(peer);
}

void Turn::drop_offenders() {
  for (const PeerId peer : offenders_) {
    if (s_.peers.erase(peer) == 0) continue;
    s_.fetches.forget(peer);
    effects_.push_back(DropPeer{peer, Errc::peer_misbehaves});
  }
}

}  // namespace quorate::actors::replica
