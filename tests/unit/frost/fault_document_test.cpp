#include "runtime/frost/fault_document.hpp"

#include <doctest/doctest.h>

#include "consensus/controlling_contract.hpp"

using namespace quorate;
using namespace quorate::frost;
using crypto::SecretKey;

namespace {

constexpr std::uint32_t network = 7;

SecretKey host(std::uint8_t member) {
  return SecretKey::derive("quorate/test-fault", ByteView{&member, 1});
}

/// Three members with 3, 2 and 1 slots.
consensus::SignerSet make_set() {
  consensus::SignerSet set;
  set.generation = 4;
  for (std::uint8_t p = 0; p < 3; ++p) {
    consensus::SignerMember member{host(p).public_key(), {}};
    for (int i = 0; i < 3 - p; ++i) member.slots.push_back(SlotIndex{set.total_slots++});
    set.members.push_back(member);
  }
  return set;
}

/// What member p signs for its first slot.
messages::SignedDealing word(const messages::KeygenScene& scene, std::uint8_t p, ByteView content) {
  const Hash256 hash = crypto::sha512_256(content);
  const auto digest = consensus::chunk_digest(network, scene.db, scene.slot(MemberIndex{p}),
                                              ChunkVersion{1}, hash);
  return {ChunkVersion{1}, hash, crypto::sign_recoverable(host(p), digest)};
}

FaultClaim claim_against(std::uint8_t p, const messages::KeygenFault& fault) {
  return {network, make_set(), host(p).public_key(), "amber", "some", encode(fault)};
}

crypto::OwnDealing dealing_of(std::uint8_t p) {
  const auto config = consensus::keygen_config(make_set(), 0, network).value();
  return crypto::deal(config, MemberIndex{p}, host(p), {}).value();
}

messages::DealingFault signed_dealing(std::uint8_t p, SharedBytes bytes) {
  messages::DealingFault fault;
  fault.dealer = MemberIndex{p};
  fault.dealing.bytes = std::move(bytes);
  fault.word = word(fault_scene(network, make_set()).value(), p, fault.dealing.bytes.view());
  return fault;
}

}  // namespace

TEST_CASE("fault document: a malformed dealing convicts its dealer, in order it convicts nobody") {
  Bytes bytes = dealing_of(1).bytes.get();
  const auto in_order = claim_against(1, signed_dealing(1, SharedBytes{bytes}));
  CHECK(judge_fault(in_order).code() == Errc::no_fault_shown);
  bytes.pop_back();
  const auto claim = claim_against(1, signed_dealing(1, SharedBytes{bytes}));
  REQUIRE(judge_fault(claim).ok());
  CHECK(judge_fault(claim)->member == MemberIndex{1});
  auto other = claim;
  other.accused = host(0).public_key();
  CHECK(judge_fault(other).code() == Errc::no_fault_shown);
  other = claim;
  other.network = 8;
  CHECK(judge_fault(other).code() == Errc::fault_unsigned);
}

TEST_CASE("fault document: two dealings convict, a false complaint convicts the complainer") {
  const auto scene = fault_scene(network, make_set()).value();
  const messages::DealerEquivocation twice{MemberIndex{2}, word(scene, 2, as_bytes("one")),
                                           word(scene, 2, as_bytes("two"))};
  CHECK(judge_fault(claim_against(2, twice)).value().member == MemberIndex{2});
  const messages::DealerEquivocation once{MemberIndex{2}, twice.first, twice.first};
  CHECK(judge_fault(claim_against(2, once)).code() == Errc::equivocation_not_proven);

  auto fault = signed_dealing(0, dealing_of(0).bytes);
  const auto config = consensus::keygen_config(make_set(), 0, network).value();
  const auto dealing = crypto::parse_dealing(config, fault.dealing.bytes).value();
  fault.complaint = crypto::complain(config, *dealing, MemberIndex{2}, host(2), {}).value();
  const auto verdict = judge_fault(claim_against(2, fault));
  REQUIRE(verdict.ok());
  CHECK(verdict->guilty == crypto::Verdict::Guilty::complainer);
  CHECK(judge_fault(claim_against(0, fault)).code() == Errc::no_fault_shown);
}

TEST_CASE("fault document: it comes back as it was; a set that is none is refused") {
  const auto claim = claim_against(1, signed_dealing(1, SharedBytes{Bytes{1, 2, 3}}));
  const auto again = fault_from(to_json(claim));
  REQUIRE(again.ok());
  CHECK(again->set == claim.set);
  CHECK(again->proof == claim.proof);
  CHECK(again->accused == claim.accused);
  CHECK(again->named == "amber");
  REQUIRE(judge_fault(*again).ok());
  auto bad = claim;
  bad.set.members[1].slots.clear();
  CHECK(judge_fault(bad).code() == Errc::bad_keygen_config);
  bad = claim;
  bad.set.members = {};
  CHECK(judge_fault(bad).code() == Errc::bad_keygen_config);
  Json document = to_json(claim);
  document["network"] = std::uint64_t{1} << 32;
  CHECK(fault_from(document).code() == Errc::document_malformed);
  document = to_json(claim);
  document["set"] = document["set"].get<std::string>() + "00";
  CHECK_FALSE(fault_from(document).ok());
}
