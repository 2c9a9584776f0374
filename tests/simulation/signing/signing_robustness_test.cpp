// Signing under attack while 67 % of weight is honest and connected: whoever coordinates honestly
// has its signature after at most (faulty members + 1) sessions, no nonce answers two of them, and
// nobody honest is convicted. Source: docs/threshold_signing.md "Coordination", "Nonces".
#include <doctest/doctest.h>

#include <cstdlib>
#include <numeric>

#include "tests/unit/actors/signing_world.hpp"

using namespace quorate;
using namespace quorate::test;
using crypto::SessionId;
using messages::PostedRequest;
using messages::SigningState;

namespace {

consensus::InstanceId instance_of(std::uint64_t height) {
  consensus::InstanceId id;
  id.purpose = consensus::Purpose::block;
  id.generation = 5;
  id.term = TermNumber{5};
  id.height = BlockHeight{height};
  return id;
}

crypto::SigningSubject block(std::uint64_t n) {
  BlockId id;
  id.bytes[0] = static_cast<std::uint8_t>(n);
  id.bytes[31] = 0xb1;
  return messages::block_subject(id);
}

/// How a faulty member takes part.
enum class Attack : std::uint8_t {
  silent,            ///< Publishes nonces and never answers.
  silent_in_turn,    ///< As all of its kind: one more of them falls silent in each session.
  wrong_share,
  wrong_attestation,
  share_of_another,  ///< Answers with somebody else's share.
  claims_spent,      ///< Says that its nonces are gone.
  two_lists,         ///< Shows different nonces under one batch.
  no_points,
  no_nonces,
  huge_index,        ///< Nonces at the end of what an index can say.
  competes,          ///< Coordinates the same block itself and keeps what it gets.
  leads_for_two,     ///< Opens two blocks in one view.
  replays,           ///< Posts the honest coordinator's requests as its own.
  garbles_requests,  ///< Duplicate entries, unknown members, indices of others.
};
constexpr std::uint8_t attacks = 14;

struct Drawn {
  std::vector<std::uint32_t> weights;
  std::map<std::size_t, Attack> faulty;
  std::size_t leader{};
};

Drawn draw(std::uint64_t seed) {
  crypto::ChaChaRng rng(KeygenWorld::seed_hash(seed ^ 0x5167), crypto::ChaChaRng::Rounds::twelve);
  Drawn out;
  const std::uint32_t members = 4 + rng.draw(7);
  out.weights.assign(members, 1);
  const std::uint32_t slots = members + rng.draw(40 - members + 1);
  for (std::uint32_t i = members; i < slots; ++i) ++out.weights[rng.draw(members)];
  std::uint32_t left = slots - crypto::threshold_of(slots);
  std::vector<std::size_t> order(members);
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(order);
  for (const std::size_t p : order) {
    if (out.weights[p] > left) continue;
    left -= out.weights[p];
    out.faulty[p] = static_cast<Attack>(rng.draw(attacks));
  }
  do {
    out.leader = rng.draw(members);
  } while (out.faulty.contains(out.leader));
  return out;
}

/// A world whose faulty members do what was drawn.
class AttackedWorld {
 public:
  AttackedWorld(const TestGroup& group, const Drawn& drawn, std::uint64_t seed)
      : world(group, seed), drawn_(drawn) {
    for (const auto& [p, attack] : drawn_.faulty) arm(p, attack);
    world.boot_all();
  }

  /// Everybody permits the block; the leader collects, its competitors try.
  void open(std::uint64_t height) {
    // Members know who leads the view.
    const Permit permit{instance_of(height), {1, 0}, block(height),
                        member_key(drawn_.leader).public_key()};
    world.permit_all(permit);
    for (const auto& [p, attack] : drawn_.faulty) {
      if (attack == Attack::competes) {
        (void)world.tell(p, OpenSigning{permit.instance, permit.view, permit.subject});
      } else if (attack == Attack::leads_for_two) {
        (void)world.tell(p, OpenSigning{permit.instance, permit.view, block(height + 100)});
      }
    }
    REQUIRE(world.tell(drawn_.leader, OpenSigning{permit.instance, permit.view, permit.subject})
                .ok());
  }
  /// @returns whether the leader has its seal of this block within so many rounds.
  bool run(std::uint64_t height, int rounds) {
    const auto& seals = world.members[drawn_.leader].seals;
    const auto has_it = [&] {
      return std::any_of(seals.begin(), seals.end(), [&](const SealReady& seal) {
        return seal.instance == instance_of(height);
      });
    };
    for (int i = 0; i < rounds && !has_it(); ++i) {
      world.exchange();
      world.exchange();
      world.pass(milliseconds(400));
    }
    return has_it();
  }
  [[nodiscard]] std::size_t sessions(std::uint64_t height) const {
    const auto& asked = world.members[drawn_.leader].asked;
    const auto found = asked.find(block(height).hash);
    return found == asked.end() ? 0 : found->second.size();
  }
  void close(std::uint64_t height) {
    for (std::size_t p = 0; p < world.members.size(); ++p) {
      (void)world.tell(p, CloseSigning{instance_of(height)});
    }
    world.permits.clear();
  }

  SigningWorld world;

 private:
  void arm(std::size_t p, Attack attack) {
    auto& member = world.members[p];
    switch (attack) {
      case Attack::silent: member.twist = [](SigningState& s) { s.shares.clear(); }; break;
      case Attack::silent_in_turn:
        member.twist = [this, turn = turns_++](SigningState& s) {
          std::vector<crypto::SignatureShare> kept;
          for (const auto& share : s.shares) {
            const std::size_t order =
                order_.try_emplace(share.session, order_.size()).first->second;
            if (order % (turns_ + 1) < turn) kept.push_back(share);
          }
          s.shares.assign(kept.begin(), kept.end());
        };
        break;
      case Attack::wrong_share:
        member.twist = [](SigningState& s) {
          for (auto& share : s.shares) share.partial.bytes[20] ^= 4;
        };
        break;
      case Attack::wrong_attestation:
        member.twist = [](SigningState& s) {
          for (auto& share : s.shares) share.attestation.bytes[9] ^= 1;
        };
        break;
      case Attack::share_of_another:
        member.twist_for = [this](SigningState& s, std::size_t) {
          s.shares.clear();
          const auto& other = world.members[drawn_.leader].state;
          if (other) s.shares.assign(other->shares.begin(), other->shares.end());
        };
        break;
      case Attack::claims_spent:
        member.twist = [](SigningState& s) {
          for (const auto& share : s.shares) {
            s.rejects.push_back({share.session, messages::RejectReason::nonce_spent});
          }
          s.shares.clear();
        };
        break;
      case Attack::two_lists:
        member.twist_for = [](SigningState& s, std::size_t reader) {
          if (reader % 2 == 0 && s.nonces && s.nonces->nonces.size() > 1) {
            std::swap(s.nonces->nonces.front(), s.nonces->nonces.back());
          }
        };
        break;
      case Attack::no_points:
        member.twist = [](SigningState& s) {
          if (!s.nonces) return;
          for (auto& nonce : s.nonces->nonces) nonce.bytes.fill(0x05);
        };
        break;
      case Attack::no_nonces:
        member.twist = [](SigningState& s) {
          if (s.nonces) s.nonces->nonces.clear();
        };
        break;
      case Attack::huge_index:
        member.twist = [](SigningState& s) {
          if (s.nonces) s.nonces->base = 0xffffffff - 1;
        };
        break;
      case Attack::replays:
        member.twist_for = [this](SigningState& s, std::size_t) {
          const auto& leader = world.members[drawn_.leader].state;
          if (leader) s.requests.assign(leader->requests.begin(), leader->requests.end());
        };
        break;
      case Attack::garbles_requests:
        member.twist_for = [this](SigningState& s, std::size_t reader) {
          const auto& leader = world.members[drawn_.leader].state;
          if (leader) s.requests = garbled(leader->requests, reader);
        };
        break;
      case Attack::competes: break;
      case Attack::leads_for_two: break;
    }
  }

  /// Requests that look like the leader's and are wrong in one place each.
  static decltype(SigningState::requests) garbled(const decltype(SigningState::requests)& good,
                                                  std::size_t reader) {
    decltype(SigningState::requests) out;
    for (const PostedRequest& request : good) {
      if (out.size() + 6 > messages::max_posted_requests || request.entries.size() < 2) break;
      PostedRequest bad = request;
      bad.entries.push_back(bad.entries.front());
      out.push_back(bad);  // A member twice, out of order.
      bad = request;
      bad.entries.insert(bad.entries.begin(), bad.entries.front());
      out.push_back(bad);  // A member twice, side by side.
      bad = request;
      bad.entries.back().party = MemberIndex{static_cast<std::uint16_t>(0xffff)};
      out.push_back(bad);  // Somebody who is no member.
      bad = request;
      bad.entries.erase(bad.entries.begin());
      out.push_back(bad);  // Another set of signers: another session for the same nonces.
      bad = request;
      std::swap(bad.entries.front().nonce, bad.entries.back().nonce);
      out.push_back(bad);  // Nonces of other members.
      bad = request;
      bad.entries[reader % bad.entries.size()].index += 1;
      out.push_back(bad);
    }
    return out;
  }

  Drawn drawn_;
  std::size_t turns_{};
  std::map<SessionId, std::size_t> order_;
};

void check_seal(const SigningWorld& world, std::size_t leader) {
  const SealReady& ready = world.members[leader].seals.back();
  CHECK(consensus::verify(ready.seal, world.group->set, world.group->content.group_key,
                          world.group->content.cid, ready.block, test_network)
            .ok());
}

/// Proofs of honest members accuse the faulty only, and everybody who knows the set agrees.
void check_proofs(const SigningWorld& world, const std::map<std::size_t, Attack>& faulty) {
  const consensus::Params params = test_params();
  for (std::size_t p = 0; p < world.members.size(); ++p) {
    if (faulty.contains(p)) continue;
    for (const SigningEvidence& evidence : world.members[p].evidence) {
      CAPTURE(evidence.kind);
      CHECK(faulty.contains(evidence.member.value));
      const auto fault = decode<messages::SigningFault>(evidence.proof);
      REQUIRE(fault.ok());
      const auto verdict =
          messages::judge(*fault, {params, world.group->set}, *world.group->group);
      REQUIRE(verdict.ok());
      CHECK(verdict->member == evidence.member);
    }
  }
}

std::string text_of(const Drawn& drawn) {
  std::string out = "leader " + std::to_string(drawn.leader) + ", weights";
  for (std::size_t p = 0; p < drawn.weights.size(); ++p) {
    out += " " + std::to_string(drawn.weights[p]);
    const auto lie = drawn.faulty.find(p);
    if (lie != drawn.faulty.end()) out += "(attack " + std::to_string(int(lie->second)) + ")";
  }
  return out;
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("signing: drawn attackers cost at most one session each") {
  const bool is_nightly = std::getenv("QUORATE_NIGHTLY") != nullptr;
  const std::uint64_t first = number_from_environment("QUORATE_FIRST_SEED", 1);
  const std::uint64_t count = number_from_environment("QUORATE_SEEDS", is_nightly ? 3'000 : 150);
  MESSAGE("seeds ", first, " to ", first + count - 1);
  std::map<Attack, std::size_t> met;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Drawn drawn = draw(seed);
    const std::string text = text_of(drawn);
    CAPTURE(seed);
    INFO(text);
    const TestGroup group = make_group(drawn.weights);
    AttackedWorld attacked(group, drawn, seed);
    attacked.world.exchange();
    for (std::uint64_t height = 10; height < 12; ++height) {
      attacked.open(height);
      REQUIRE(attacked.run(height, 60));
      CHECK(attacked.sessions(height) <= drawn.faulty.size() + 1);
      check_seal(attacked.world, drawn.leader);
      attacked.close(height);
    }
    check_proofs(attacked.world, drawn.faulty);
    attacked.world.check_nonces([](bool holds) { CHECK(holds); });
    for (const auto& entry : drawn.faulty) ++met[entry.second];
  }
  if (count >= 150) CHECK(met.size() == attacks);
}

TEST_CASE("signing: 33 of 100 attackers that fall silent one session after the other") {
  Drawn drawn;
  drawn.weights.assign(100, 1);
  drawn.leader = 50;
  for (std::size_t p = 0; p < 33; ++p) drawn.faulty[p] = Attack::silent_in_turn;
  const TestGroup group = make_group(drawn.weights);
  AttackedWorld attacked(group, drawn, 1);
  SigningWorld& world = attacked.world;
  world.exchange_with({drawn.leader});
  attacked.open(10);
  for (int i = 0; i < 400 && world.members[drawn.leader].seals.empty(); ++i) {
    world.exchange_with({drawn.leader});
    world.exchange_with({drawn.leader});
    world.pass(seconds(7));
  }
  REQUIRE(world.members[drawn.leader].seals.size() == 1);
  check_seal(world, drawn.leader);
  MESSAGE("sessions: ", attacked.sessions(10));
  CHECK(attacked.sessions(10) > 30);  // The attack was one.
  CHECK(attacked.sessions(10) <= 34);
  CHECK(world.members[drawn.leader].seals[0].seal.bits.count() >= 67);
  check_proofs(world, drawn.faulty);
  world.check_nonces([](bool holds) { CHECK(holds); });
}
