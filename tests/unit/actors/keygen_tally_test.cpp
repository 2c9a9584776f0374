#include "actors/keygen_tally.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/keygen_world.hpp"

using namespace quorate;
using namespace quorate::test;
using actors::keygen::ConfirmationTally;

namespace {

messages::KeygenState confirming(std::initializer_list<std::pair<int, std::uint8_t>> dealings) {
  messages::KeygenState state;
  state.confirmed = BitVector{3};
  for (const auto& [dealer, byte] : dealings) {
    Hash256 hash;
    hash.bytes[0] = byte;
    state.confirmed.set(dealer);
    state.dealing_hashes.push_back(hash);
  }
  return state;
}

Hash256 dealing(std::uint8_t byte) {
  Hash256 hash;
  hash.bytes[0] = byte;
  return hash;
}

}  // namespace

TEST_CASE("tally: weights add up by dealing, and only the first word of a member counts") {
  ConfirmationTally tally(scattered_set({3, 2, 2}));
  tally.count(MemberIndex{0}, confirming({{0, 1}, {1, 2}}));
  tally.count(MemberIndex{1}, confirming({{0, 1}}));
  CHECK(tally.weight(MemberIndex{0}, dealing(1)) == Weight{5});
  CHECK(tally.weight(MemberIndex{1}, dealing(2)) == Weight{3});
  CHECK(tally.weight(MemberIndex{1}, dealing(1)) == Weight{0});
  tally.count(MemberIndex{1}, confirming({{0, 9}, {1, 2}}));  // changes its mind, and adds
  CHECK(tally.weight(MemberIndex{0}, dealing(1)) == Weight{5});
  CHECK(tally.weight(MemberIndex{0}, dealing(9)) == Weight{0});
  CHECK(tally.weight(MemberIndex{1}, dealing(2)) == Weight{5});
}

TEST_CASE("tally: unanimous means every member, complete means everybody spoke") {
  ConfirmationTally tally(scattered_set({3, 2, 2}));
  tally.count(MemberIndex{0}, confirming({{0, 1}}));
  tally.count(MemberIndex{1}, confirming({{0, 1}}));
  tally.count(MemberIndex{2}, messages::KeygenState{});  // has not confirmed
  CHECK_FALSE(tally.is_complete());
  CHECK_FALSE(tally.is_unanimous(MemberIndex{0}, dealing(1)));
  tally.count(MemberIndex{2}, confirming({}));
  CHECK(tally.is_complete());
  CHECK_FALSE(tally.is_unanimous(MemberIndex{0}, dealing(1)));
  tally.count(MemberIndex{2}, confirming({{0, 1}}));
  CHECK(tally.is_unanimous(MemberIndex{0}, dealing(1)));
}
