#include "actors/replica_neighbour.hpp"

namespace quorate::actors::replica {

using consensus::Chunk;
using consensus::SlotEntry;

std::uint32_t Offences::add(Errc reason) {
  ++counts_[reason];
  return ++standing_;
}

Neighbour::Admission Neighbour::admit(Instant now, std::size_t bytes) {
  if (const std::int64_t second = now.us / 1'000'000; second != second_) {
    second_ = second;
    messages_ = 0;
    bytes_ = 0;
  }
  const std::uint32_t share = offences_.standing() >= config_->throttle_at ? 8 : 1;
  const std::uint32_t max_messages = config_->budget.messages / share;
  const std::uint64_t max_bytes = config_->budget.bytes / share;
  const bool was_over = messages_ > max_messages || bytes_ > max_bytes;
  ++messages_;
  bytes_ += bytes;
  if (messages_ <= max_messages && bytes_ <= max_bytes) return Admission::taken;
  return was_over ? Admission::excess : Admission::first_excess;
}

SlotEntry Neighbour::known(SlotKey key) const {
  const auto at = known_.find(key.generation);
  if (at == known_.end()) return {};
  ASSERT(key.slot.value < at->second.size());
  return at->second[key.slot.value];
}

void Neighbour::learn(SlotKey key, std::uint32_t slot_count, const SlotEntry& entry) {
  std::vector<SlotEntry>& entries = known_[key.generation];
  if (entries.empty()) entries.resize(slot_count);
  ASSERT(key.slot.value < entries.size());
  entries[key.slot.value] = entry;
}

void Neighbour::learn_equal(GenerationId generation, const consensus::Inventory& own,
                            consensus::TreeNode node) {
  std::vector<SlotEntry>& entries = known_[generation];
  if (entries.empty()) entries.resize(own.slot_count());
  std::uint32_t width = consensus::Inventory::fan_out;
  for (std::uint8_t level = 0; level < node.level; ++level) width *= consensus::Inventory::fan_out;
  const std::uint64_t first = std::uint64_t{node.index} * width;
  const std::uint64_t end = std::min<std::uint64_t>(first + width, own.slot_count());
  for (std::uint64_t i = first; i < end; ++i) {
    entries[i] = own.entry(consensus::ChunkSlot{static_cast<std::uint32_t>(i)});
  }
}

const std::vector<SlotEntry>* Neighbour::entries(GenerationId generation) const {
  const auto at = known_.find(generation);
  return at == known_.end() ? nullptr : &at->second;
}

std::vector<SlotEntry> Neighbour::inventory(GenerationId generation,
                                            std::uint32_t slot_count) const {
  const auto at = known_.find(generation);
  if (at == known_.end()) return std::vector<SlotEntry>(slot_count);
  return at->second;
}

Duration Neighbour::wait(std::uint32_t tries) const {
  Duration wait = config_->retransmit;
  for (std::uint32_t i = 1; i < tries && wait < config_->retransmit_cap; ++i) wait = wait * 2;
  return std::min(wait, config_->retransmit_cap);
}

std::optional<std::uint32_t> Neighbour::acknowledged(SlotKey key) {
  const auto at = unacked_.find(key);
  if (at == unacked_.end()) return std::nullopt;
  const std::optional<std::uint32_t> needless = at->second.needless;
  unacked_.erase(at);
  return needless;
}

Instant Neighbour::await_ack(Instant now, SlotKey key) {
  Unacked& unacked = unacked_[key];
  unacked = {now + wait(1), 1, std::nullopt};
  return unacked.due;
}

Instant Neighbour::tell_later(Instant now, SlotKey key) {
  const Unacked later{now + config_->loose_wait, 0, std::nullopt};
  return unacked_.try_emplace(key, later).first->second.due;
}

void Neighbour::postpone(Instant until) {
  for (auto& [key, unacked] : unacked_) unacked.due = std::max(unacked.due, until);
}

std::vector<SlotKey> Neighbour::due(Instant now) {
  std::vector<SlotKey> again;
  for (auto at = unacked_.begin(); at != unacked_.end();) {
    auto& [key, unacked] = *at;
    // Nothing waits longer than this, unless the clock stepped back.
    const Duration longest =
        std::max({config_->retransmit_cap, config_->loose_wait, Duration{seconds(1)}});
    if (unacked.due > now && unacked.due - now <= longest) {
      ++at;
    } else if (unacked.tries >= config_->max_tries) {
      at = unacked_.erase(at);
    } else {
      ++unacked.tries;
      unacked.due = now + wait(unacked.tries);
      again.push_back(key);
      ++at;
    }
  }
  return again;
}

std::optional<Instant> Neighbour::next_due() const {
  std::optional<Instant> next;
  for (const auto& [key, unacked] : unacked_) {
    if (!next || unacked.due < *next) next = unacked.due;
  }
  return next;
}

Neighbour::Parking Neighbour::park(Instant now, const Chunk& chunk) {
  for (const Parked& parked : parked_) {
    if (parked.chunk == chunk) return Parking::parked;
  }
  const std::uint64_t bytes = chunk.content.bytes.size();
  if (parked_.size() >= config_->max_parked_per_peer ||
      parked_bytes_ + bytes > config_->max_parked_bytes_per_peer) {
    return Parking::full;
  }
  parked_bytes_ += bytes;
  parked_.push_back({now, chunk});
  return Parking::parked;
}

std::vector<Chunk> Neighbour::unpark(const consensus::DbAddress& db) {
  std::vector<Chunk> out;
  std::vector<Parked> rest;
  for (Parked& parked : parked_) {
    if (parked.chunk.db == db) {
      parked_bytes_ -= parked.chunk.content.bytes.size();
      out.push_back(std::move(parked.chunk));
    } else {
      rest.push_back(std::move(parked));
    }
  }
  parked_ = std::move(rest);
  return out;
}

void Neighbour::expire_parked(Instant now) {
  std::erase_if(parked_, [&](const Parked& parked) {
    if (now - parked.since < config_->park_time) return false;
    parked_bytes_ -= parked.chunk.content.bytes.size();
    return true;
  });
}

void Neighbour::forget(GenerationId generation) {
  known_.erase(generation);
  std::erase_if(unacked_, [&](const auto& item) { return item.first.generation == generation; });
}

}  // namespace quorate::actors::replica
