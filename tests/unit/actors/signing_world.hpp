// Members that sign together over replicas that lose and reorder, with faulty members and crashes.
// The group key is made by dealing directly, without the machine.
#pragma once

#include <functional>

#include "actors/signing_machine.hpp"
#include "messages/member_state.hpp"
#include "messages/signing_proof.hpp"
#include "tests/unit/actors/keygen_world.hpp"

namespace quorate::test {

/// A group whose members all dealt honestly.
struct TestGroup {
  consensus::SignerSet set;
  consensus::KeyContent content;
  crypto::GroupRef group;
  std::vector<crypto::PartyKey> keys;
};

inline TestGroup make_group(const std::vector<std::uint32_t>& weights) {
  TestGroup out;
  out.set = scattered_set(weights);
  const auto config = messages::keygen_config(out.set, 0, test_network);
  ASSERT(config.ok());
  std::vector<crypto::DealingRef> dealings;
  std::vector<crypto::OwnDealing> own;
  // A few dealers suffice: the group is the same kind of group.
  Weight weight{0};
  for (std::uint16_t p = 0; !is_quorum(weight, out.set.total()); ++p) {
    own.push_back(std::move(*crypto::deal(*config, MemberIndex{p}, member_key(p), {})));
    dealings.push_back(*crypto::parse_dealing(*config, own.back().bytes));
    weight += out.set.weight(MemberIndex{p});
  }
  const auto outcome = crypto::combine_dealings(*config, dealings);
  ASSERT(outcome.ok());
  out.group = (*outcome)->group;
  for (std::uint16_t p = 0; p < weights.size(); ++p) {
    auto examined =
        crypto::examine_dealings(*config, MemberIndex{p}, member_key(p), dealings,
                                 p < own.size() ? &own[p] : nullptr, crypto::sha256({}));
    ASSERT(examined.ok());
    auto key = crypto::finish_shares(*config, **outcome, MemberIndex{p}, examined->shares);
    ASSERT(key.ok());
    out.keys.push_back(std::move(*key));
  }
  const auto& made = (*outcome)->content;
  out.content = {out.set.kind,
                 out.set.generation,
                 0,
                 Hash256::from(config->id().view()),
                 made.qualified,
                 {made.dealings.begin(), made.dealings.end()},
                 made.share_root,
                 made.group_key};
  return out;
}

inline consensus::Params test_params() {
  consensus::Params params;
  params.network_id = test_network;
  return params;
}

/// What member p signs when its state chunk holds this, as a reader of the chunk keeps it.
inline messages::SignedState written(const consensus::SignerSet& set, std::size_t p,
                                     const messages::SigningState& signing) {
  const consensus::Params params = test_params();
  messages::MemberState state;
  state.signing = signing;
  messages::SignedState out;
  out.state.bytes = SharedBytes{encode(state)};
  out.word.version = ChunkVersion{1};
  const Hash256 digest = consensus::chunk_digest(
      params.network_id, consensus::boot_db_address(params, set),
      consensus::first_signing_slot(params, set, MemberIndex{static_cast<std::uint16_t>(p)}),
      out.word.version, crypto::sha512_256(out.state.bytes.view()));
  out.word.signature = crypto::sign_recoverable(member_key(p), digest);
  return out;
}

class SigningWorld {
 public:
  struct Member {
    std::optional<SigningMachine> machine;
    TestStore store;
    bool is_up{};
    bool is_outsider{};
    std::function<void(messages::SigningState&)> twist;
    /// Shows this reader something else; what it shows is signed all the same.
    std::function<void(messages::SigningState&, std::size_t)> twist_for;
    std::optional<messages::SigningState> state;
    /// The last state that was read, and what it signed when it wrote that.
    std::optional<messages::SigningState> read_last;
    messages::SignedState word;
    /// Sessions it opened, by what is to be signed, in the order of their requests.
    std::map<Hash256, std::vector<crypto::SessionId>> asked;
    std::vector<SealReady> seals;
    std::vector<SignatureReady> signatures;
    std::vector<SigningEvidence> evidence;
    std::vector<PermitWanted> wanted;
    std::multimap<Instant, Timer> timers;
    std::size_t persists{};
    std::optional<std::size_t> crash_after;
  };
  /// What was ever published with one nonce: (batch, index) → answers.
  using NonceUse = std::map<std::pair<crypto::BatchId, std::uint32_t>, std::set<Bytes>>;

  /// Member number `weights.size()` is a coordinator outside the group.
  explicit SigningWorld(const TestGroup& g, std::uint64_t seed = 1)
      : group(&g), members(g.set.members.size() + 1), rng(KeygenWorld::seed_hash(seed), rounds) {
    members.back().is_outsider = true;
  }

  void boot(std::size_t p) {
    SigningSetup setup;
    setup.set = group->set;
    setup.content = group->content;
    setup.group = group->group;
    setup.network_id = test_network;
    if (!members[p].is_outsider) {
      setup.key = clone_key(group->keys[p]);
      setup.host = member_key(p);
    }
    setup.request_budget = request_budget;
    Bytes text;
    Writer{text}.put(static_cast<std::uint32_t>(p)).put(boots++);
    setup.entropy = crypto::sha256(text);
    setup.records = members[p].store.records(storage::Table::nonce_log,
                                             group->content.cid.view());
    auto made = SigningMachine::make(std::move(setup));
    ASSERT(made.ok());
    members[p].machine = std::move(made).value();
    members[p].is_up = true;
    members[p].timers.clear();
    perform(p, members[p].machine->start());
    for (const Permit& permit : permits) (void)tell(p, permit);
  }
  void boot_all() {
    for (std::size_t p = 0; p < members.size(); ++p) boot(p);
  }
  Result<> tell(std::size_t p, const SigningInput& input) {
    Member& member = members[p];
    if (!member.is_up) return done();
    auto effects = member.machine->step(now, input);
    if (!effects.ok()) return effects.error();
    perform(p, *effects);
    if (!member.is_up && member.crash_after) {
      member.crash_after.reset();
      boot(p);
    }
    return done();
  }
  void permit_all(const Permit& permit) {
    permits.push_back(permit);
    for (std::size_t p = 0; p < group->set.members.size(); ++p) (void)tell(p, permit);
  }

  void perform(std::size_t p, const SigningEffects& effects) {
    for (const SigningEffect& effect : effects) {
      if (!members[p].is_up) return;
      std::visit([&](const auto& e) { on(p, e); }, effect);
    }
  }
  void on(std::size_t p, const Persist& persist) {
    Member& member = members[p];
    member.store.commit(persist);
    if (member.crash_after && *member.crash_after == member.persists) member.is_up = false;
    ++member.persists;
  }
  void on(std::size_t p, const ArmTimer& arm) { members[p].timers.emplace(arm.at, arm.timer); }
  void on(std::size_t p, const PublishSigning& publish) {
    Member& member = members[p];
    for (const crypto::SignatureShare& share : publish.state.shares) {
      // Write-ahead: what is published stands in the log.
      Bytes key = to_bytes(group->content.cid.view());
      append(key, share.session.view());
      ASSERT(member.store.records(storage::Table::nonce_log, key).size() == 1);
      answers[{p, share.session}].insert(encode(share));
    }
    for (const messages::PostedRequest& posted : publish.state.requests) {
      const auto session = crypto::session_id(group->group->config(),
                                              posted.request(group->content.cid));
      auto& of = member.asked[posted.subject.hash];
      if (std::find(of.begin(), of.end(), session) == of.end()) of.push_back(session);
    }
    member.state = publish.state;
    if (member.twist) member.twist(*member.state);
  }
  void on(std::size_t p, const PermitWanted& w) { members[p].wanted.push_back(w); }
  void on(std::size_t p, const SealReady& s) { members[p].seals.push_back(s); }
  void on(std::size_t p, const SignatureReady& s) { members[p].signatures.push_back(s); }
  void on(std::size_t p, const SigningEvidence& e) { members[p].evidence.push_back(e); }

  void exchange(std::uint32_t loss = 0) {
    std::vector<std::pair<std::size_t, std::size_t>> reads;
    for (std::size_t p = 0; p < members.size(); ++p) {
      for (std::size_t q = 0; q < members.size(); ++q) reads.emplace_back(p, q);
    }
    read_all(std::move(reads), loss);
  }
  /// Only these are read by everybody, and only these read everybody: who coordinates.
  void exchange_with(const std::set<std::size_t>& some) {
    std::vector<std::pair<std::size_t, std::size_t>> reads;
    for (const std::size_t p : some) {
      for (std::size_t q = 0; q < members.size(); ++q) {
        reads.emplace_back(p, q);
        if (!some.contains(q)) reads.emplace_back(q, p);
      }
    }
    read_all(std::move(reads), 0);
  }
  void read_all(std::vector<std::pair<std::size_t, std::size_t>> reads, std::uint32_t loss) {
    rng.shuffle(reads);
    for (const auto& [p, q] : reads) {
      if (p != q && members[q].state && rng.draw(100) >= loss) read(p, q);
    }
  }
  void read(std::size_t p, std::size_t q) {
    Member& writer = members[q];
    messages::SigningState state = *writer.state;
    if (writer.twist_for) writer.twist_for(state, p);
    if (!state.requests.empty()) note_nonces(state);
    if (writer.is_outsider) {
      for (const auto& request : state.requests) {
        (void)tell(p, RequestSeen{member_key(q).public_key(), request});
      }
      return;
    }
    if (writer.read_last != state) {
      writer.word = written(group->set, q, state);
      writer.read_last = state;
    }
    (void)tell(p, PeerSigning{MemberIndex{static_cast<std::uint16_t>(q)}, state, writer.word});
  }
  /// Time goes on; every timer that is due fires.
  void pass(Duration span) {
    now = now + span;
    for (std::size_t p = 0; p < members.size(); ++p) {
      auto due = std::exchange(members[p].timers, {});
      for (auto it = due.begin(); it != due.end(); ++it) {
        if (it->first <= now) {
          (void)tell(p, it->second);
        } else {
          members[p].timers.insert(*it);
        }
      }
    }
  }
  void run(std::size_t rounds_, std::uint32_t loss = 0) {
    for (std::size_t i = 0; i < rounds_; ++i) {
      exchange(loss);
      pass(milliseconds(400));
    }
  }
  void note_nonces(const messages::SigningState& state) {
    for (const auto& request : state.requests) {
      const crypto::SigningRequest full = request.request(group->content.cid);
      if (!crypto::check_request(group->group->config(), full).ok()) continue;
      const auto session = crypto::session_id(group->group->config(), full);
      for (const auto& entry : request.entries) sessions[session][entry.party] = entry;
    }
  }
  /// No (batch, index) of an honest member answered two sessions; a session has one answer.
  void check_nonces(const std::function<void(bool)>& check) const {
    std::map<std::pair<crypto::BatchId, std::uint32_t>, std::set<crypto::SessionId>> uses;
    for (const auto& [key, variants] : answers) {
      check(variants.size() == 1);
      const auto session = sessions.find(key.second);
      if (session == sessions.end()) continue;
      const auto entry = session->second.find(MemberIndex{static_cast<std::uint16_t>(key.first)});
      check(entry != session->second.end());
      uses[{entry->second.batch, entry->second.index}].insert(key.second);
    }
    for (const auto& [nonce, of] : uses) check(of.size() == 1);
  }

  static constexpr auto rounds = crypto::ChaChaRng::Rounds::twelve;
  const TestGroup* group;
  std::vector<Member> members;
  crypto::ChaChaRng rng;
  Instant now{seconds(1000).us};
  std::size_t request_budget{40 * 1024};
  std::uint32_t boots{};
  std::vector<Permit> permits;
  std::map<std::pair<std::size_t, crypto::SessionId>, std::set<Bytes>> answers;
  std::map<crypto::SessionId, std::map<MemberIndex, crypto::RequestEntry>> sessions;
};

}  // namespace quorate::test
