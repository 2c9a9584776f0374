#include "crypto/frost_keygen.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

Error refusal(const KeygenSpec& spec) {
  const Result<KeygenConfig> config = KeygenConfig::make(spec);
  REQUIRE_FALSE(config.ok());
  return config.error();
}

}  // namespace

TEST_CASE("threshold_of: 67 percent, rounded up") {
  CHECK(threshold_of(100) == 67);
  CHECK(threshold_of(4000) == 2680);
  CHECK(threshold_of(40) == 27);   // 26.8
  CHECK(threshold_of(1) == 1);
  CHECK(threshold_of(3) == 3);     // 2.01
  for (std::uint32_t n = 1; n < 300; ++n) {
    CHECK(is_quorum(Weight{threshold_of(n)}, Weight{n}));
    CHECK_FALSE(is_quorum(Weight{threshold_of(n) - 1}, Weight{n}));
  }
}

TEST_CASE("KeygenConfig: a partition of the key ids is accepted, in ranges or scattered") {
  const KeygenConfig config = config_of({3, 1, 2}, 4);
  CHECK(config.slots() == 6);
  CHECK(config.party_count() == 3);
  CHECK(config.weight(MemberIndex{2}) == Weight{2});
  CHECK(config.find(host_key(1).public_key()) == MemberIndex{1});
  CHECK_FALSE(config.find(host_key(9).public_key()).has_value());
  BitVector some{3};
  some.set(0);
  some.set(2);
  CHECK(config.weight_of(some) == Weight{5});
  CHECK(scattered_config_of({3, 1, 2}, 4).slots() == 6);
}

TEST_CASE("KeygenConfig: everything that is no partition or no threshold is refused") {
  const KeygenSpec good = spec_of({3, 1, 2}, 4);
  KeygenSpec spec = good;
  spec.parties.clear();
  CHECK(refusal(spec) == Errc::bad_keygen_config);
  spec = good;
  spec.parties[1].ids.clear();
  CHECK(refusal(spec) == Errc::bad_keygen_config);
  spec = good;
  spec.parties[0].ids = {SlotIndex{1}, SlotIndex{0}, SlotIndex{2}};
  CHECK(refusal(spec) == Errc::bad_keygen_config);
  spec = good;
  spec.parties[1].ids = {SlotIndex{2}};
  CHECK(refusal(spec) == Errc::bad_keygen_config);
  spec = good;
  spec.parties[2].ids[1] = SlotIndex{6};
  CHECK(refusal(spec) == Errc::bad_keygen_config);
  spec = good;
  spec.parties[0].key = PublicKey{};
  CHECK(refusal(spec) == Errc::bad_keygen_config);
  for (const std::uint32_t t : {0u, 7u}) {
    spec = good;
    spec.threshold = t;
    CHECK(refusal(spec) == Errc::bad_keygen_config);
  }
  spec.threshold = 6;
  CHECK(KeygenConfig::make(spec).ok());
}

TEST_CASE("KeygenConfig: the id commits to every field") {
  const KeygenSpec good = spec_of({2, 1}, 2);
  const KeygenId id = KeygenConfig::make(good).value().id();
  std::vector<KeygenSpec> others(7, good);
  others[0].network ^= 1;
  others[1].kind = GroupKind::stackers;
  others[2].generation += 1;
  others[3].attempt += 1;
  others[4].threshold = 3;
  std::swap(others[5].parties[0].key, others[5].parties[1].key);
  others[6].parties[0].ids = {SlotIndex{0}, SlotIndex{2}};
  others[6].parties[1].ids = {SlotIndex{1}};
  for (const KeygenSpec& other : others) CHECK(KeygenConfig::make(other).value().id() != id);
  // Frozen: a change here is a change of the protocol.
  CHECK(to_hex(id) == "aab405dc16eeaee80e37e41c61b2716f203f343dd05b225484c487ca42588c3f");
}
