#include "consensus/state_map.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "crypto/hash.hpp"

using namespace quorate;
using namespace quorate::consensus;

namespace {

Bytes number(std::uint32_t n) { return encode(n); }

StateMap map_of(std::uint32_t count) {
  StateMap map;
  for (std::uint32_t i = 0; i < count; ++i) map.put(number(i), number(i * i));
  return map;
}

}  // namespace

TEST_CASE("state map: the empty map has the zero root, one entry has the golden one") {
  StateMap map;
  CHECK(map.root().is_zero());
  map.put(as_bytes("key"), to_bytes(as_bytes("value")));
  CHECK(to_hex(map.root()) == "1adc67ae1d7733a7d89d1f72c05f72c0e65aed0ede8ad416a6b2d8ec49cf041c");
  map.put(as_bytes("other"), to_bytes(as_bytes("value")));
  CHECK(to_hex(map.root()) == "bc03c512701165ee4e89099259f25cd8dfdaf1ce92abb85be14655efa61caf79");
  map.erase(as_bytes("other"));
  CHECK(to_hex(map.root()) == "1adc67ae1d7733a7d89d1f72c05f72c0e65aed0ede8ad416a6b2d8ec49cf041c");
  map.erase(as_bytes("key"));
  CHECK(map.root().is_zero());
  CHECK(map.size() == 0);
}

TEST_CASE("state map: a leaf hashes key and value, an inner node its bit and both sides") {
  StateMap map;
  map.put(as_bytes("key"), to_bytes(as_bytes("value")));
  Bytes leaf;
  Writer{leaf}.put(state_key(as_bytes("key"))).put(crypto::sha512_256(as_bytes("value")));
  CHECK(map.root().bytes == crypto::tagged_h("quorate/state/leaf", leaf).bytes);
}

TEST_CASE(
    "state map: agrees with an ordinary map under random changes; the order leaves no trace") {
  const unsigned seed = 11;
  INFO("seed " << seed);
  std::mt19937 random{seed};
  StateMap map;
  std::map<Bytes, Bytes> model;
  for (int step = 0; step < 4'000; ++step) {
    const Bytes key = number(random() % 300);
    if (random() % 3 == 0) {
      map.erase(key);
      model.erase(key);
    } else {
      const Bytes value = number(random() % 5);
      map.put(key, value);
      model[key] = value;
    }
  }
  CHECK(map.size() == model.size());
  for (std::uint32_t i = 0; i < 300; ++i) {
    const Bytes* found = map.get(number(i));
    const auto expected = model.find(number(i));
    REQUIRE((found != nullptr) == (expected != model.end()));
    if (found) CHECK(*found == expected->second);
  }
  StateMap backwards;
  for (auto at = model.rbegin(); at != model.rend(); ++at) backwards.put(at->first, at->second);
  CHECK(backwards.root() == map.root());
}

TEST_CASE("state map: a copy keeps its contents while the other changes") {
  StateMap first = map_of(50);
  const StateRoot before = first.root();
  StateMap second = first;
  second.put(number(7), number(0));
  second.erase(number(8));
  second.put(number(99), number(1));
  CHECK(first.root() == before);
  CHECK(*first.get(number(7)) == number(49));
  CHECK(first.get(number(99)) == nullptr);
  CHECK(second.get(number(8)) == nullptr);
  CHECK(second.size() == 50);
}

TEST_CASE("state map: putting the value that is there changes nothing") {
  StateMap map = map_of(10);
  const StateRoot before = map.root();
  map.put(number(3), number(9));
  CHECK(map.root() == before);
  CHECK(map.size() == 10);
}

TEST_CASE("state map: entries are visited in ascending order of their place and can be restored") {
  const StateMap map = map_of(100);
  StateMap restored;
  StateKey last;
  map.for_each([&](const StateKey& key, const Bytes& value) {
    CHECK(last < key);
    last = key;
    restored.restore(key, value);
  });
  CHECK(restored.root() == map.root());
  CHECK(restored.size() == 100);
}

TEST_CASE("state map: every member can be proved, with its value only") {
  for (const std::uint32_t size : {1u, 2u, 3u, 64u}) {
    const StateMap map = map_of(size);
    for (std::uint32_t i = 0; i < size; ++i) {
      const StateProof proof = map.prove(number(i));
      CHECK(decode<StateProof>(encode(proof)).value() == proof);
      CHECK(verify_member(map.root(), number(i), number(i * i), proof).ok());
      CHECK(verify_member(map.root(), number(i), number(i * i + 1), proof).code() ==
            Errc::bad_state_proof);
      CHECK(verify_member(map.root(), number(i + 1), number(i * i), proof).code() ==
            Errc::bad_state_proof);
      CHECK(verify_absent(map.root(), number(i), proof).code() == Errc::bad_state_proof);
    }
  }
}

TEST_CASE("state map: absence can be proved, and not with a proof that turned elsewhere") {
  const StateMap map = map_of(64);
  int misled = 0;
  for (std::uint32_t i = 64; i < 164; ++i) {
    const StateProof proof = map.prove(number(i));
    CHECK(verify_absent(map.root(), number(i), proof).ok());
    CHECK(verify_member(map.root(), number(i), number(0), proof).code() == Errc::bad_state_proof);
    // The path to some member is no proof for a key whose bits lead elsewhere.
    const StateProof other = map.prove(number(0));
    if (other.leaf_key == proof.leaf_key) continue;
    ++misled;
    CHECK(verify_absent(map.root(), number(i), other).code() == Errc::bad_state_proof);
  }
  CHECK(misled > 50);
  CHECK(verify_absent(StateMap{}.root(), number(1), StateMap{}.prove(number(1))).ok());
}

TEST_CASE("state map: proofs with a changed sibling or disordered steps are refused") {
  const StateMap map = map_of(64);
  StateProof proof = map.prove(number(5));
  REQUIRE(proof.steps.size() >= 2);
  StateProof bad = proof;
  bad.steps[0].sibling.bytes[0] ^= 1;
  CHECK(verify_member(map.root(), number(5), number(25), bad).code() == Errc::bad_state_proof);
  bad = proof;
  std::swap(bad.steps[0], bad.steps[1]);
  CHECK(verify_member(map.root(), number(5), number(25), bad).code() == Errc::bad_state_proof);
  bad = proof;
  bad.steps.push_back({256, {}});
  CHECK(verify_member(map.root(), number(5), number(25), bad).code() == Errc::bad_state_proof);
  CHECK(verify_absent(map.root(), number(500), bad).code() == Errc::bad_state_proof);
}
