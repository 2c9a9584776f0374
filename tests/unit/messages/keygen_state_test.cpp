#include "messages/keygen_state.hpp"

#include <doctest/doctest.h>

#include "tests/unit/messages/state_samples.hpp"

using namespace quorate;
using namespace quorate::messages;
using test::filled;

TEST_CASE("keygen state: golden bytes") {
  const KeygenState state = test::sample_keygen_state();
  const std::string a64(64, 'a');
  const auto hex = [](std::uint8_t byte, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += to_hex(Bytes{byte});
    return out;
  };
  CHECK(to_hex(encode(state)) ==
        "00000001" + hex(0x11, 32) +                                      // attempt, cid
            "000305" +                                                    // confirmed 101
            "00000002" + hex(0x21, 32) + hex(0x22, 32) +                  // dealing hashes
            "00000001" "0001" + hex(0x23, 32) + hex(0x24, 33) + hex(0x25, 64) +  // complaint
            "00000001" "0001"                                             // equivocation
            "0000000000000002" + hex(0x31, 32) + hex(0x32, 65) +          //
            "0000000000000002" + hex(0x33, 32) + hex(0x34, 65) +          //
            "00000001" "01" "0000000000000009" "00000001" + hex(0x11, 32) +  // offered
            "000305" "00000002" + hex(0x21, 32) + hex(0x22, 32) + hex(0x41, 32) + hex(0x42, 33));
}

TEST_CASE("keygen state: decode(encode(x)) == x, truncation and trailing bytes are refused") {
  const Bytes bytes = encode(test::sample_keygen_state());
  CHECK(decode<KeygenState>(bytes).value() == test::sample_keygen_state());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode<KeygenState>(ByteView{bytes}.first(n)).ok());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode<KeygenState>(longer).code() == Errc::trailing_bytes);
}

TEST_CASE("check_shape: counts and members must fit the set") {
  const KeygenState good = test::sample_keygen_state();
  CHECK(check_shape(good, 3).ok());
  CHECK(check_shape(good, 4).code() == Errc::keygen_state_wrong_shape);
  CHECK(check_shape(KeygenState{}, 3).ok());
  KeygenState bad = good;
  bad.dealing_hashes.pop_back();
  CHECK(check_shape(bad, 3).code() == Errc::keygen_state_wrong_shape);
  bad = good;
  bad.complaints[0].dealer = MemberIndex{3};
  CHECK(check_shape(bad, 3).code() == Errc::keygen_state_wrong_shape);
  bad = good;
  bad.equivocations[0].dealer = MemberIndex{3};
  CHECK(check_shape(bad, 3).code() == Errc::keygen_state_wrong_shape);
  bad = good;
  bad.complaints.resize(4, bad.complaints[0]);
  CHECK(check_shape(bad, 3).code() == Errc::keygen_state_wrong_shape);
}

TEST_CASE("split_dealing: what fits one slot stands as it is") {
  const SharedBytes dealing{Bytes(100, 7)};
  const auto whole = split_dealing(dealing, 100, 1);
  REQUIRE(whole.ok());
  REQUIRE(whole->size() == 1);
  CHECK(whole->front() == dealing);
  CHECK(join_dealing(*whole)->value() == dealing);
  CHECK(split_dealing(dealing, 99, 1).code() == Errc::dealing_too_large);
  CHECK(split_dealing(dealing, 100, 0).code() == Errc::dealing_too_large);
}

TEST_CASE("split_dealing: larger ones go on in further slots behind a manifest") {
  Bytes bytes(250);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  const SharedBytes dealing{bytes};
  CHECK(split_dealing(dealing, 120, 3).code() == Errc::dealing_too_large);  // 3 pieces + manifest
  auto slots = split_dealing(dealing, 120, 4);
  REQUIRE(slots.ok());
  REQUIRE(slots->size() == 4);
  CHECK(to_hex(slots->front().view().first(16)) == "51444d01" "000000fa" "00000078" "00000003");
  for (const SharedBytes& slot : *slots) CHECK(slot.size() <= 120);
  CHECK(join_dealing(*slots)->value() == dealing);
  // A piece not yet there: nothing, and nothing wrong.
  auto missing = *slots;
  missing[2] = {};
  CHECK_FALSE(join_dealing(missing)->has_value());
  // Slots of an older manifest beside the new one: the same.
  auto mixed = *slots;
  mixed[3] = SharedBytes{Bytes(10, 1)};
  CHECK_FALSE(join_dealing(mixed)->has_value());
  CHECK_FALSE(join_dealing({})->has_value());
}

TEST_CASE("join_dealing: a manifest that contradicts itself is refused") {
  const auto slots = split_dealing(SharedBytes{Bytes(250, 3)}, 120, 4);
  REQUIRE(slots.ok());
  const auto with = [&](std::size_t at, std::uint8_t value) {
    auto copy = *slots;
    Bytes manifest = copy[0].get();
    manifest[at] = value;
    copy[0] = SharedBytes{std::move(manifest)};
    return join_dealing(copy);
  };
  CHECK(with(7, 0xfb).code() == Errc::bad_dealing_manifest);    // total size
  CHECK(with(11, 0x77).code() == Errc::bad_dealing_manifest);   // piece size
  CHECK(with(15, 0x04).code() == Errc::bad_dealing_manifest);   // count
  CHECK(with(15, 0x00).code() == Errc::bad_dealing_manifest);
}

TEST_CASE("keygen_config: follows the set, and another attempt is another configuration") {
  const consensus::SignerSet set = test::sample_set();
  const auto first = keygen_config(set, 0, 7);
  const auto second = keygen_config(set, 1, 7);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->id() != second->id());
  CHECK(first->threshold() == 3);
  CHECK(first->slots() == 3);
  consensus::SignerSet gap = set;
  gap.members[1].slots[0] = SlotIndex{3};
  CHECK(keygen_config(gap, 0, 7).code() == Errc::bad_keygen_config);
}
