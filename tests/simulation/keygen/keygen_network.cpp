#include "tests/simulation/keygen/keygen_network.hpp"

#include <algorithm>

namespace quorate::test {

using namespace actors;
using consensus::Chunk;
using consensus::ChunkSlot;

namespace {

constexpr std::uint32_t network_id = 7;
constexpr std::uint64_t start_height = 101;

crypto::SecretKey derived_key(std::uint64_t seed, std::size_t p) {
  Bytes text;
  Writer{text}.put(seed).put(static_cast<std::uint32_t>(p));
  return crypto::SecretKey::derive("quorate/test-keygen", text);
}

Hash256 seed_hash(std::uint64_t seed) {
  Bytes text = to_bytes(as_bytes("keygen network"));
  Writer{text}.put(seed);
  return crypto::sha256(text);
}

/// Producers' slots are scattered, stackers' contiguous.
consensus::SignerSet make_set(const KeygenScenario& scenario,
                              const std::vector<crypto::SecretKey>& keys) {
  consensus::SignerSet set;
  set.kind = scenario.kind;
  set.generation = 9;
  set.total_slots = scenario.slots();
  std::vector<std::uint32_t> left;
  for (std::size_t p = 0; p < keys.size(); ++p) {
    set.members.push_back({keys[p].public_key(), {}});
    left.push_back(scenario.members[p].weight);
  }
  std::size_t p = 0;
  for (std::uint32_t slot = 0; slot < set.total_slots;) {
    if (left[p] > 0) {
      --left[p];
      set.members[p].slots.push_back(SlotIndex{slot++});
      if (scenario.kind == GroupKind::stackers) continue;
    }
    p = (p + 1) % keys.size();
  }
  return set;
}

consensus::ChunkMeta meta_of(const Chunk& chunk) {
  return {chunk.version, crypto::sha512_256(chunk.content.bytes.view()), chunk.signature};
}

consensus::BurnLink next_link(const std::vector<consensus::BurnLink>& burn) {
  consensus::BurnLink link;
  link.height = BurnHeight{start_height - 1 + burn.size()};
  if (!burn.empty()) {
    const BurnHash internal = reversed(burn.back().hash());
    std::copy(internal.bytes.begin(), internal.bytes.end(), link.header.bytes.begin() + 4);
  }
  return link;
}

std::string said(const char* what, const std::optional<consensus::Vote>& vote) {
  if (!vote) return "";
  const bool is_retry = vote->value.kind == consensus::ValueKind::retry;
  return what + std::string(is_retry ? " retry in " : " a key in ") +
         std::to_string(vote->view.epoch);
}
std::string said(const char* what, const std::optional<messages::Proposal>& proposal) {
  return proposal ? said(what, std::optional{proposal->word}) : "";
}

consensus::InstanceId announcement_instance(const consensus::SignerSet& set) {
  consensus::InstanceId id;
  id.group = set.kind;
  id.purpose = consensus::Purpose::announce;
  id.generation = set.generation;
  id.term = TermNumber{1'000};
  id.height = BlockHeight{1};
  return id;
}

}  // namespace

KeygenNetwork::KeygenNetwork(KeygenScenario scenario)
    : scenario_(std::move(scenario)),
      rng_(seed_hash(scenario_.seed), crypto::ChaChaRng::Rounds::twelve) {
  params_.network_id = network_id;
  params_.first_burn_height = BurnHeight{100};
  params_.reward_slots = 40;
  params_.producer_precompute_chunk = scenario_.chunk_bytes;
  for (std::size_t p = 0; p < scenario_.members.size(); ++p) {
    keys_.push_back(derived_key(scenario_.seed, p));
  }
  set_ = make_set(scenario_, keys_);
  burn_.push_back(next_link(burn_));
  members_.resize(keys_.size());
  for (std::size_t p = 0; p < members_.size(); ++p) {
    members_[p].notary = std::make_unique<KeyNotary>(keys_[p].clone());
    const DrawnMember& drawn = scenario_.members[p];
    if (drawn.is_faulty && drawn.dealing == DealingLie::silent_before) {
      members_[p].is_gone = true;
    } else {
      at(now_ + drawn.comes_after, [this, p] { boot(p); });
    }
  }
  after(scenario_.burn_interval, [this] { mine(); });
  after(seconds(5), [this] { heal(); });
}

bool KeygenNetwork::run(Instant end, const std::function<bool()>& done) {
  while (!done()) {
    if (agenda_.empty() || agenda_.begin()->first.first > end) return false;
    const auto next = agenda_.begin();
    now_ = std::max(now_, next->first.first);
    const Event event = std::move(next->second);
    agenda_.erase(next);
    event();
  }
  return true;
}

bool KeygenNetwork::generate(std::uint64_t most_blocks) {
  const auto all_have_it = [this] {
    for (std::size_t p = 0; p < members_.size(); ++p) {
      const Member& member = members_[p];
      if (!is_honest(p)) continue;
      if (!member.is_up || !member.key || !member.machine->has_key()) return false;
      const auto* signing = member.machine->signing_state();
      if (signing == nullptr || !signing->nonces) return false;
    }
    return true;
  };
  return run(now_ + scenario_.burn_interval * static_cast<std::int64_t>(most_blocks), all_have_it);
}

bool KeygenNetwork::sign(const Hash256& sighash) {
  while (!is_honest(collector_)) ++collector_;
  sighash_ = sighash;
  for (std::size_t p = 0; p < members_.size(); ++p) take_part(p);
  return run(now_ + seconds(600), [&] { return members_[collector_].signature.has_value(); });
}

void KeygenNetwork::take_part(std::size_t p) {
  const auto id = announcement_instance(set_);
  const auto subject =
      messages::announcement_subject(*sighash_, members_[collector_].key->content.group_key);
  act(p, [&](GroupMember& m) { m.permit_announcement(now_, Permit{id, {1, 0}, subject}); });
  if (p != collector_) return;
  act(p, [&](GroupMember& m) { m.sign(now_, OpenSigning{id, {1, 0}, subject}); });
}

Duration KeygenNetwork::delay() {
  const auto spread = static_cast<std::uint32_t>(
      (scenario_.delay_high - scenario_.delay_low).ms() + 1);
  return scenario_.delay_low + milliseconds(rng_.draw(spread));
}

// ---- Lives.

GroupMemberSetup KeygenNetwork::setup_of(std::size_t p, const Hash256& entropy) const {
  GroupMemberSetup setup;
  setup.params = params_;
  setup.planned = {set_, BurnHeight{start_height}, BurnHeight{start_height + 900},
                   BurnHeight{start_height + 1'000}};
  setup.self = MemberIndex{static_cast<std::uint16_t>(p)};
  setup.key = &keys_[p];
  setup.notary = members_[p].notary.get();
  setup.entropy = entropy;
  return setup;
}

void KeygenNetwork::boot(std::size_t p) {
  Member& member = members_[p];
  if (member.is_up || member.is_gone) return;
  member.stored = member.disk;
  Bytes entropy;
  Writer{entropy}.put(scenario_.seed).put(static_cast<std::uint32_t>(p)).put(++member.lives);
  GroupMemberSetup setup = setup_of(p, crypto::sha256(entropy));
  setup.stored = &member.stored;
  auto made = GroupMember::make(std::move(setup));
  ASSERT(made.ok());
  member.machine = std::move(made).value();
  member.is_up = true;
  const BurnHeight height = burn_.back().height;
  act(p, [&](GroupMember& m) {
    m.on_burn(now_, {burn_, burn_.back().hash()}, height);
    m.start(now_, height);
  });
  const auto held = member.replica;
  for (const auto& entry : held) {
    act(p, [&](GroupMember& m) { m.on_chunk(now_, entry.second); });
  }
  if (sighash_) take_part(p);
}

void KeygenNetwork::crash(std::size_t p, Duration down_for) {
  members_[p].is_up = false;
  ++restarts_;
  after(down_for, [this, p] { boot(p); });
}

void KeygenNetwork::mine() {
  burn_.push_back(next_link(burn_));
  const auto link = burn_.back();
  for (std::size_t p = 0; p < members_.size(); ++p) {
    after(delay(), [this, p, link] {
      act(p, [&](GroupMember& m) { m.on_burn(now_, {{link}, link.hash()}, link.height); });
    });
  }
  after(scenario_.burn_interval, [this] { mine(); });
}

void KeygenNetwork::act(std::size_t p, const std::function<void(GroupMember&)>& what) {
  Member& member = members_[p];
  if (!member.is_up) return;
  what(*member.machine);
  MemberEffects effects;
  const auto report = [&](GroupReport& told) {
    if (auto* done = std::get_if<KeyDone>(&told)) member.key = done->certificate;
    if (auto* ready = std::get_if<SignatureDone>(&told)) member.signature = ready->signature;
  };
  member.machine->drain(member.stored, effects, report);
  member.machine->flush(now_);
  member.machine->drain(member.stored, effects, report);
  perform(p, std::move(effects));
}

void KeygenNetwork::perform(std::size_t p, MemberEffects effects) {
  Member& member = members_[p];
  const std::uint32_t life = member.lives;
  const auto goes_on = [&] { return member.is_up && member.lives == life; };
  std::vector<Chunk> dealing;
  for (std::size_t i = 0; i < effects.size() && goes_on(); ++i) {
    MemberEffect& effect = effects[i];
    auto* put = std::get_if<WriteChunk>(&effect);
    if (put != nullptr && is_precompute(p, put->chunk.slot)) {
      dealing.push_back(std::move(put->chunk));
      const bool is_last = i + 1 == effects.size();
      const auto* next = is_last ? nullptr : std::get_if<WriteChunk>(&effects[i + 1]);
      if (next != nullptr && is_precompute(p, next->chunk.slot)) continue;
      write_dealing(p, std::exchange(dealing, {}));
    } else if (put != nullptr) {
      write_state(p, put->chunk);
    } else if (auto* persist = std::get_if<Persist>(&effect)) {
      keep(member.disk, *persist);
      const DrawnMember& drawn = scenario_.members[p];
      if (drawn.crashes.contains(member.persists++)) return crash(p, drawn.down_for);
    } else if (auto* armed = std::get_if<ArmTimer>(&effect)) {
      at(armed->at, [this, p, life, timer = armed->timer] {
        if (members_[p].lives != life) return;
        act(p, [&](GroupMember& m) { m.on_timer(now_, timer); });
      });
    } else if (auto* found = std::get_if<EvidenceFound>(&effect)) {
      evidence_.push_back({p, found->member, found->kind, std::move(found->proof)});
    } else if (auto* note = std::get_if<Note>(&effect)) {
      if (!is_honest(p)) continue;
      notes_.push_back("member " + std::to_string(p) + ": " + note->text);
      if (notes_.size() > 20) notes_.pop_front();
    }
  }
}

// ---- Chunks.

bool KeygenNetwork::is_precompute(std::size_t p, ChunkSlot slot) const {
  const auto& slots = set_.members[p].slots;
  return std::find(slots.begin(), slots.end(), SlotIndex{slot.value}) != slots.end();
}

void KeygenNetwork::write(std::size_t p, const Chunk& chunk) {
  Member& member = members_[p];
  const auto before = member.replica.find(chunk.slot);
  if (before != member.replica.end()) {
    if (before->second == chunk) return;
    const auto stored = meta_of(before->second);
    const auto taken = consensus::accept_write(consensus::clock_of(stored), meta_of(chunk));
    if (!taken.ok()) {
      after(microseconds(1), [this, p, slot = chunk.slot, why = taken.code(),
                              standing = stored.version] {
        act(p, [&](GroupMember& m) { m.on_write_refused(slot, why, standing); });
      });
      return;
    }
  }
  member.replica.insert_or_assign(chunk.slot, chunk);
  ++member.writes;
  note_dealing(p, chunk);
  after(microseconds(1), [this, p, chunk] {
    act(p, [&](GroupMember& m) { m.on_chunk(now_, chunk); });
  });
  if (!falls_now(p, chunk)) return spread(p, chunk);
  // The leader falls right after its word has left, or before anybody heard it.
  leader_fell_ = true;
  if (rng_.draw(2) == 0) spread(p, chunk);
  crash(p, scenario_.leader_down_for);
}

void KeygenNetwork::spread(std::size_t p, const Chunk& chunk) {
  for (std::size_t q = 0; q < members_.size(); ++q) {
    if (q == p || rng_.draw(100) < scenario_.loss_percent) continue;
    after(delay(), [this, q, chunk] { arrive(q, chunk); });
  }
}

void KeygenNetwork::arrive(std::size_t p, const Chunk& chunk) {
  Member& member = members_[p];
  if (!member.is_up) return;
  const auto before = member.replica.find(chunk.slot);
  if (before != member.replica.end() &&
      consensus::merge_chunk(meta_of(before->second), meta_of(chunk)) !=
          consensus::Merge::replace) {
    return;
  }
  member.replica.insert_or_assign(chunk.slot, chunk);
  note_dealing(p, chunk);
  act(p, [&](GroupMember& m) { m.on_chunk(now_, chunk); });
}

/// Everybody compares its replica with somebody else's and takes what it has not.
void KeygenNetwork::heal() {
  for (std::size_t p = 0; p < members_.size(); ++p) {
    const std::size_t q = rng_.draw(static_cast<std::uint32_t>(members_.size()));
    if (p == q || !members_[p].is_up || !members_[q].is_up) continue;
    const auto theirs = members_[q].replica;
    for (const auto& entry : theirs) arrive(p, entry.second);
  }
  after(seconds(4) + delay(), [this] { heal(); });
}

// ---- What is watched.

std::string KeygenNetwork::text() const {
  std::string out = "burn height " + std::to_string(burn_.back().height.value);
  for (std::size_t p = 0; p < members_.size(); ++p) {
    const Member& member = members_[p];
    out += "\n  " + std::to_string(p) + (is_honest(p) ? "" : " (faulty)") +
           (member.is_up ? "" : " down") + (member.key ? ", knows the key" : "") + ", life " +
           std::to_string(member.lives) + ", writes " + std::to_string(member.persists);
    if (!member.is_up) continue;
    const auto* signing = member.machine->signing_state();
    if (signing != nullptr) out += signing->nonces ? ", holds shares" : ", holds no shares";
    for (const auto& entry : member.replica) {
      if (entry.first != consensus::first_signing_slot(params_, set_,
                                                       MemberIndex{static_cast<std::uint16_t>(p)})) {
        continue;
      }
      const auto state = decode<messages::MemberState>(entry.second.content.bytes.view());
      if (!state.ok() || !state->keygen) continue;
      out += ", attempt " + std::to_string(state->keygen->attempt) + ", confirms " +
             state->keygen->confirmed.to_text() + ", offers " +
             std::to_string(state->keygen->offered.size());
      for (const auto& agreed : state->agreements) {
        out += ", view " + std::to_string(agreed.view.epoch) + said(", proposes", agreed.proposal) +
               said(", prepared", agreed.prepare) + said(", committed", agreed.commit) +
               (agreed.decided ? ", decided" : "") + ", locks " + std::to_string(agreed.locks);
        if (agreed.refusal) out += ", refuses: " + agreed.refusal->reason.text;
      }
    }
  }
  for (const std::string& note : notes_) out += "\n  " + note;
  return out;
}

void KeygenNetwork::note_dealing(std::size_t p, const Chunk& chunk) {
  for (std::size_t q = 0; q < members_.size(); ++q) {
    if (!is_precompute(q, chunk.slot)) continue;
    const Hash256 hash = crypto::sha512_256(chunk.content.bytes.view());
    const auto [known, is_first] = dealt_.emplace(std::tuple{q, chunk.slot, chunk.version}, hash);
    if (!is_first && known->second != hash && is_honest(q)) {
      dealt_twice_.push_back("member " + std::to_string(q) + ", version " +
                             std::to_string(chunk.version.value));
    }
    // With pieces in several slots the last of them would have to be looked for: not counted.
    const bool is_whole = chunk.content.bytes.view().size() > 3 &&
                          std::equal(chunk.content.bytes.view().begin(),
                                     chunk.content.bytes.view().begin() + 3, "QDL");
    const auto height = burn_.back().height;
    if (is_whole && height < BurnHeight{start_height} + params_.deal_deadline) {
      had_dealing_[{q, static_cast<std::uint32_t>(chunk.version.value - 1)}].insert(p);
    }
  }
}

bool KeygenNetwork::dealt_in_time(std::size_t p, std::uint32_t attempt) const {
  const auto found = had_dealing_.find({p, attempt});
  if (found == had_dealing_.end()) return false;
  for (std::size_t q = 0; q < members_.size(); ++q) {
    if (is_honest(q) && !found->second.contains(q)) return false;
  }
  return true;
}

std::size_t KeygenNetwork::leader_of_view_0(const consensus::InstanceId& instance) const {
  Bytes text;
  Writer{text}.put(set_.hash(network_id)).put(instance.height).put(instance.attempt);
  Writer{text}.put(std::uint32_t{0});
  const Hash256 hash = crypto::tagged_h("quorate/view-leader", text);
  const ChunkSlot slot{
      static_cast<std::uint32_t>(get_be<std::uint64_t>(hash.bytes.data()) % set_.total_slots)};
  std::size_t p = 0;
  while (!is_precompute(p, slot)) ++p;
  return p;
}

bool KeygenNetwork::falls_now(std::size_t p, const Chunk& chunk) const {
  if (leader_fell_ || !is_honest(p)) return false;
  const auto state = decode<messages::MemberState>(chunk.content.bytes.view());
  if (!state.ok()) return false;
  for (const auto& agreed : state->agreements) {
    if (agreed.instance.purpose != consensus::Purpose::key) continue;
    switch (scenario_.leader_falls) {
      case LeaderPhase::never: return false;
      case LeaderPhase::confirmed:
        return state->keygen && state->keygen->has_confirmed() &&
               leader_of_view_0(agreed.instance) == p;
      case LeaderPhase::proposed: return agreed.proposal.has_value();
      case LeaderPhase::prepared: return agreed.proposal && agreed.locks > 0;
      case LeaderPhase::committed: return agreed.proposal && agreed.commit;
      case LeaderPhase::decided: return agreed.proposal && agreed.decided;
    }
  }
  return false;
}

}  // namespace quorate::test
