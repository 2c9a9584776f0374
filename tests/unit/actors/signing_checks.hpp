// What must hold after signing, and short words for the usual inputs.
#pragma once

#include <doctest/doctest.h>

#include "tests/unit/actors/signing_world.hpp"

namespace quorate::test {

inline const TestGroup& six() {
  static const TestGroup group = make_group({12, 9, 7, 5, 4, 3});  // 40 slots, threshold 27
  return group;
}

inline consensus::InstanceId block_instance(std::uint64_t height, std::uint32_t attempt = 0) {
  consensus::InstanceId id;
  id.purpose = consensus::Purpose::block;
  id.generation = 5;
  id.term = TermNumber{5};
  id.height = BlockHeight{height};
  id.attempt = attempt;
  return id;
}

inline BlockId block_id(std::uint8_t n) {
  BlockId id;
  id.bytes[0] = n;
  id.bytes[31] = 0xb1;
  return id;
}

inline crypto::SigningSubject block(std::uint8_t n) { return messages::block_subject(block_id(n)); }

inline Permit permit(std::uint64_t height, std::uint8_t n, consensus::View view = {1, 0}) {
  return {block_instance(height), view, block(n)};
}
inline OpenSigning opening(std::uint64_t height, std::uint8_t n, consensus::View view = {1, 0}) {
  return {block_instance(height), view, block(n)};
}

inline void check_seal(const SigningWorld& world, const SealReady& ready, std::uint8_t n) {
  CHECK(ready.block == block_id(n));
  CHECK(consensus::verify(ready.seal, world.group->set, world.group->content.group_key,
                          world.group->content.cid, block_id(n), test_network)
            .ok());
}

inline void check_nonces(const SigningWorld& world) {
  world.check_nonces([](bool holds) { CHECK(holds); });
}

/// Every proof convicts the member it names, who is one of the faulty, before anybody who knows the
/// set and its key.
inline void check_evidence(const SigningWorld& world, const std::set<std::size_t>& faulty) {
  for (const auto& member : world.members) {
    for (const SigningEvidence& evidence : member.evidence) {
      CHECK(faulty.contains(evidence.member.value));
      const auto fault = decode<messages::SigningFault>(evidence.proof);
      REQUIRE(fault.ok());
      const consensus::Params params = test_params();
      const auto verdict = messages::judge(*fault, {params, world.group->set},
                                           *world.group->group);
      REQUIRE_MESSAGE(verdict.ok(), evidence.kind);
      CHECK(verdict->member == evidence.member);
    }
  }
}

}  // namespace quorate::test
