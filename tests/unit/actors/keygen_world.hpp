// A set of members that generate a key together, over replicas that lose and reorder, with faulty
// members and crashes. The agreement is played by the test: a value is decided when ≥ 67 % of
// weight finds it valid.
#pragma once

#include <deque>
#include <functional>

#include "actors/keygen_machine.hpp"
#include "crypto/chacha_rng.hpp"

namespace quorate::test {

using namespace quorate::actors;

inline constexpr std::uint32_t test_network = 7;

inline crypto::SecretKey member_key(std::size_t p) {
  Bytes seed;
  Writer{seed}.put(static_cast<std::uint32_t>(p));
  return crypto::SecretKey::derive("quorate/test-member", seed);
}

/// Members with these weights; ids are dealt out round-robin so that they are scattered.
inline consensus::SignerSet scattered_set(const std::vector<std::uint32_t>& weights) {
  consensus::SignerSet set;
  set.generation = 5;
  std::vector<std::uint32_t> left = weights;
  set.members.resize(weights.size());
  for (std::size_t p = 0; p < weights.size(); ++p) {
    set.members[p].key = member_key(p).public_key();
    set.total_slots += weights[p];
  }
  for (std::uint32_t slot = 0, p = 0; slot < set.total_slots; p = (p + 1) % weights.size()) {
    if (left[p] == 0) continue;
    --left[p];
    set.members[p].slots.push_back(SlotIndex{slot++});
  }
  return set;
}

/// What member p signs when it writes `content` to its first pre-computation slot.
inline messages::SignedDealing sign_word(const messages::KeygenScene& scene, std::size_t p,
                                         ChunkVersion version, const SharedBytes& content) {
  const MemberIndex member{static_cast<std::uint16_t>(p)};
  const Hash256 hash = crypto::sha512_256(content.view());
  const Hash256 digest = consensus::chunk_digest(scene.network_id, scene.db, scene.slot(member),
                                                 version, hash);
  return {version, hash, crypto::sign_recoverable(member_key(p), digest)};
}

/// What a crash leaves behind.
class TestStore {
 public:
  void commit(const Persist& persist) {
    for (const storage::RecordWrite& write : persist.writes) {
      if (write.value) {
        records_[{write.table, write.key}] = *write.value;
      } else {
        records_.erase({write.table, write.key});
      }
    }
  }
  [[nodiscard]] std::vector<StoredRecord> records(storage::Table table, ByteView prefix) const {
    std::vector<StoredRecord> out;
    for (const auto& [key, value] : records_) {
      if (key.first != table || key.second.size() < prefix.size()) continue;
      if (std::equal(prefix.begin(), prefix.end(), key.second.begin())) {
        out.push_back({key.second, value});
      }
    }
    return out;
  }

 private:
  std::map<std::pair<storage::Table, Bytes>, Bytes> records_;
};

class KeygenWorld {
 public:
  struct Member {
    std::optional<KeygenMachine> machine;
    TestStore store;
    bool is_up{};
    /// Changes what the member writes: the faulty ones.
    std::function<std::vector<SharedBytes>(const SharedBytes&)> twist_dealing;
    std::function<void(messages::KeygenState&)> twist_state;
    std::vector<DealingSeen> dealings;  ///< What it wrote to its slot, newest last.
    std::optional<messages::KeygenState> state;
    std::map<consensus::Value, Result<>> verdicts;
    std::optional<consensus::Value> candidate;
    std::vector<KeygenEvidence> evidence;
    std::size_t persists{};
    /// Crash right after this Persist (counted over its life), if set.
    std::optional<std::size_t> crash_after;
    bool finished{};
    bool ready{};
  };

  explicit KeygenWorld(consensus::SignerSet set_, std::uint64_t seed = 1)
      : set(std::move(set_)), members(set.members.size()), rng(seed_hash(seed), rounds) {
    scene = {set, db(), test_network};
  }

  static consensus::DbAddress db() { return {{"ST000.block-producers"}, 5, {}}; }
  static Hash256 seed_hash(std::uint64_t seed) {
    Bytes text;
    Writer{text}.put(seed);
    return crypto::sha256(text);
  }

  void boot(std::size_t p) {
    KeygenSetup setup;
    setup.set = set;
    setup.db = db();
    setup.network_id = test_network;
    setup.self = MemberIndex{static_cast<std::uint16_t>(p)};
    setup.host = member_key(p);
    setup.start = BurnHeight{100};
    Bytes text;
    Writer{text}.put(static_cast<std::uint32_t>(p)).put(boots++);
    setup.entropy = crypto::sha256(text);
    Member& member = members[p];
    setup.records = member.store.records(storage::Table::keygen,
                                         keygen_record_prefix(set, test_network));
    setup.slice_units = slice_units;
    auto made = KeygenMachine::make(std::move(setup));
    ASSERT(made.ok());
    member.machine = std::move(made).value();
    member.is_up = true;
    member.verdicts.clear();
    perform(p, member.machine->start(height));
    give_time();
  }
  void boot_all() {
    for (std::size_t p = 0; p < members.size(); ++p) boot(p);
  }

  void perform(std::size_t p, const KeygenEffects& effects) {
    for (const KeygenEffect& effect : effects) {
      if (!members[p].is_up) return;
      std::visit([&](const auto& e) { on(p, e); }, effect);
    }
  }
  Result<> tell(std::size_t p, const KeygenInput& input) {
    if (!members[p].is_up) return done();
    auto effects = members[p].machine->step(Instant{}, input);
    if (!effects.ok()) return effects.error();
    perform(p, *effects);
    reboot_if_crashed(p);
    give_time();
    return done();
  }
  /// Long computations go on when nothing else is to be done, some of them only later.
  void give_time() {
    if (has_given_time) return;
    has_given_time = true;
    while (!busy.empty() && rng.draw(8) > 0) {
      const std::size_t p = busy.front();
      busy.pop_front();
      ++pauses;
      (void)tell(p, KeygenTime{});
    }
    has_given_time = false;
  }
  void reboot_if_crashed(std::size_t p) {
    Member& member = members[p];
    if (member.is_up || !member.crash_after) return;
    member.crash_after.reset();
    boot(p);
    ++crashes;
  }

  /// Every member reads every other one's slots once, in random order, each read lost with
  /// `loss` percent.
  void exchange(std::uint32_t loss = 0) {
    std::vector<std::pair<std::size_t, std::size_t>> reads;
    for (std::size_t p = 0; p < members.size(); ++p) {
      reboot_if_crashed(p);
      for (std::size_t q = 0; q < members.size(); ++q) reads.emplace_back(p, q);
    }
    rng.shuffle(reads);
    for (const auto& [p, q] : reads) {
      if (rng.draw(100) >= loss) read(p, q);
    }
  }
  void read(std::size_t p, std::size_t q) {
    const MemberIndex from{static_cast<std::uint16_t>(q)};
    if (!members[q].dealings.empty()) {
      const auto& dealings = members[q].dealings;
      // An equivocator shows one thing to one half and the other to the rest, then both to all.
      std::size_t first = 0;
      while (dealings[first].word.version != dealings.back().word.version) ++first;
      if (show_all) {
        for (std::size_t i = first; i < dealings.size(); ++i) (void)tell(p, dealings[i]);
      } else {
        (void)tell(p, dealings[first + p % (dealings.size() - first)]);
      }
    }
    if (members[q].state) (void)tell(p, PeerKeygen{from, *members[q].state});
  }
  void exchange_until_quiet(std::uint32_t loss = 0) {
    for (int round = 0; round < 8; ++round) exchange(loss);
    exchange();
    finish_work();
    exchange();
    finish_work();
  }
  void finish_work() {
    while (!busy.empty()) give_time();
  }
  void advance_to(std::uint64_t h) {
    height = BurnHeight{h};
    for (std::size_t p = 0; p < members.size(); ++p) (void)tell(p, KeygenBurnHeight{height});
  }

  /// The members' verdicts decide: one candidate after another is put up.
  std::optional<consensus::VoteCertificate> decide() {
    for (std::size_t leader = 0; leader < members.size(); ++leader) {
      if (!members[leader].is_up || !members[leader].candidate) continue;
      const consensus::Value value = *members[leader].candidate;
      const auto certificate = vote(value, members[leader].machine->instance());
      if (certificate) return certificate;
    }
    return std::nullopt;
  }
  std::optional<consensus::VoteCertificate> vote(
      const consensus::Value& value, const consensus::InstanceId& instance,
      JudgeValue::Shown shown = JudgeValue::Shown::nothing) {
    consensus::VoteCertificate out;
    out.phase = consensus::Phase::commit;
    out.instance = instance;
    out.value = value;
    out.signers = BitVector{static_cast<std::uint16_t>(members.size())};
    const Hash256 digest = consensus::vote_digest(test_network, set.hash(test_network), out.phase,
                                                  instance, out.view, value);
    for (std::size_t p = 0; p < members.size(); ++p) {
      (void)tell(p, JudgeValue{instance, value, shown});
      const auto verdict = members[p].verdicts.find(value);
      if (!members[p].is_up || verdict == members[p].verdicts.end() || !verdict->second.ok()) {
        continue;
      }
      out.signers.set(p);
      out.signatures.push_back(crypto::sign_schnorr(member_key(p), digest, {}));
    }
    if (!is_quorum(set.weight(out.signers), set.total())) return std::nullopt;
    return out;
  }
  void tell_decided(const consensus::VoteCertificate& certificate) {
    for (std::size_t p = 0; p < members.size(); ++p) (void)tell(p, KeyDecided{certificate});
  }

  void on(std::size_t p, const Persist& persist) {
    Member& member = members[p];
    member.store.commit(persist);
    if (member.crash_after && *member.crash_after == member.persists) member.is_up = false;
    ++member.persists;
  }
  void on(std::size_t p, const PutDealing& put) {
    Member& member = members[p];
    std::vector<SharedBytes> contents{put.dealing};
    if (member.twist_dealing) contents = member.twist_dealing(put.dealing);
    const ChunkVersion version{std::uint64_t{put.attempt} + 1};
    for (const SharedBytes& bytes : contents) {
      const bool is_written = std::any_of(
          member.dealings.begin(), member.dealings.end(),
          [&](const DealingSeen& d) { return d.word.version == version && d.dealing == bytes; });
      if (is_written) continue;
      member.dealings.push_back({MemberIndex{static_cast<std::uint16_t>(p)},
                                 sign_word(scene, p, version, bytes), bytes, {}});
    }
  }
  void on(std::size_t p, const PublishKeygen& publish) {
    members[p].state = publish.state;
    if (members[p].twist_state) members[p].twist_state(*members[p].state);
  }
  void on(std::size_t, const AttemptOpened&) {}
  void on(std::size_t p, const KeygenCandidate& c) { members[p].candidate = c.value; }
  void on(std::size_t p, const KeygenVerdict& v) {
    members[p].verdicts.insert_or_assign(v.value, v.verdict);
  }
  void on(std::size_t p, const KeygenFinished&) { members[p].finished = true; }
  void on(std::size_t p, const KeyReady&) { members[p].ready = true; }
  void on(std::size_t p, const KeygenBusy&) { busy.push_back(p); }
  void on(std::size_t p, const KeygenEvidence& e) { members[p].evidence.push_back(e); }

  static constexpr auto rounds = crypto::ChaChaRng::Rounds::twelve;
  consensus::SignerSet set;
  messages::KeygenScene scene;
  std::vector<Member> members;
  crypto::ChaChaRng rng;
  BurnHeight height{100};
  std::uint32_t boots{};
  std::size_t crashes{};
  std::uint64_t slice_units{crypto::slice_units};
  std::deque<std::size_t> busy;
  bool has_given_time{};
  std::size_t pauses{};
  bool show_all{true};
};

}  // namespace quorate::test
