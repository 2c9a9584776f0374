// What must hold after a key generation, and helpers to disturb one.
#pragma once

#include <doctest/doctest.h>

#include "crypto/point.hpp"
#include "tests/unit/actors/keygen_world.hpp"

namespace quorate::test {

inline SharedBytes changed(const SharedBytes& bytes, std::size_t at, std::uint8_t flip = 1) {
  Bytes copy = bytes.get();
  copy[at] = static_cast<std::uint8_t>(copy[at] ^ flip);
  return SharedBytes{std::move(copy)};
}

/// A dealing of 27 commitments whose last one is replaced: its shares are off the polynomial.
inline std::vector<SharedBytes> off_the_polynomial(const SharedBytes& bytes) {
  Bytes copy = bytes.get();
  const auto g = crypto::Point::generator().serialize();
  std::copy(g.bytes.begin(), g.bytes.end(), copy.begin() + 145 + 33 * 26);
  return {SharedBytes{std::move(copy)}};
}

/// Every member that is up finished with the same key and shares of it; no honest one is convicted.
inline void check_same_key(KeygenWorld& world, const std::set<std::size_t>& faulty = {}) {
  std::optional<Hash256> id;
  for (std::size_t p = 0; p < world.members.size(); ++p) {
    if (!world.members[p].is_up || faulty.contains(p)) continue;
    CAPTURE(p);
    const KeygenMachine& machine = *world.members[p].machine;
    REQUIRE(machine.certificate() != nullptr);
    CHECK(consensus::verify(*machine.certificate(), world.set, test_network).ok());
    if (!id) id = machine.certificate()->content.id();
    CHECK(machine.certificate()->content.id() == *id);
    REQUIRE(machine.group() != nullptr);
    CHECK(machine.group()->key() == machine.certificate()->content.group_key);
    REQUIRE(machine.key() != nullptr);
    for (const crypto::SecretShare& share : machine.key()->shares) {
      CHECK(share.value.public_key() ==
            machine.group()->public_shares()[share.id.value].serialize());
    }
    for (const MemberIndex guilty : machine.convicted()) CHECK(faulty.contains(guilty.value));
  }
}

/// Every proof found by an honest member convicts the member it names.
inline std::size_t check_evidence(KeygenWorld& world, const std::set<std::size_t>& faulty) {
  std::size_t found = 0;
  for (std::size_t p = 0; p < world.members.size(); ++p) {
    if (faulty.contains(p)) continue;
    for (const KeygenEvidence& evidence : world.members[p].evidence) {
      const auto fault = decode<messages::KeygenFault>(evidence.proof);
      REQUIRE(fault.ok());
      const auto verdict = messages::judge(*fault, world.scene);
      CAPTURE(evidence.kind);
      REQUIRE(verdict.ok());
      CHECK(verdict->member == evidence.member);
      CHECK(faulty.contains(verdict->member.value));
      ++found;
    }
  }
  return found;
}

/// Deal to h1, confirm to h2, decide.
inline void run_rounds(KeygenWorld& world, std::uint32_t loss = 0) {
  world.exchange_until_quiet(loss);
  world.advance_to(103);
  world.exchange_until_quiet(loss);
  world.advance_to(105);
  world.exchange_until_quiet(loss);
  const auto certificate = world.decide();
  REQUIRE(certificate.has_value());
  CHECK(certificate->value.kind == consensus::ValueKind::key);
  world.tell_decided(*certificate);
  world.exchange_until_quiet(loss);
}

inline const std::vector<std::uint32_t> six{12, 9, 7, 5, 4, 3};  // 40 slots, threshold 27

}  // namespace quorate::test
