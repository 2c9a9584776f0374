#include "consensus/pox_cycle.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;

namespace {

PoxEntry entry(std::uint8_t address, std::uint8_t key, std::uint64_t amount) {
  PoxEntry out;
  out.reward_script.bytes = {0x76, address};
  out.signing_key.bytes[0] = 2;
  out.signing_key.bytes[32] = key;
  out.amount = MicroStx{amount};
  return out;
}

std::vector<std::uint32_t> slots(const StackerSlotTable& table) {
  std::vector<std::uint32_t> out;
  for (const auto& stacker : table.stackers) out.push_back(stacker.slots);
  return out;
}

using Slots = std::vector<std::uint32_t>;
constexpr MicroStx step{1'000};

}  // namespace

TEST_CASE("pox: an entry has one golden encoding and decodes to itself") {
  const PoxEntry x = entry(1, 2, 3);
  CHECK(to_hex(encode(x)) ==
        "00000002"
        "7601"
        "00000000000000000000000000000003"
        "00"
        "0000000000000000000000000000000000000000"
        "020000000000000000000000000000000000000000000000000000000000000002");
  CHECK(decode<PoxEntry>(encode(x)).value() == x);
  const Bytes good = encode(x);
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK(decode<PoxEntry>(ByteView{good}.first(n)).code() == Errc::truncated);
  }
}

TEST_CASE("pox: the threshold is rounded up to whole steps, and at least one") {
  CHECK(stacking_threshold(MicroStx{}, MicroStx{}, 10, step) == step);
  CHECK(stacking_threshold(MicroStx{10'000}, MicroStx{}, 10, step) == MicroStx{1'000});
  CHECK(stacking_threshold(MicroStx{10'009}, MicroStx{}, 10, step) == MicroStx{1'000});
  CHECK(stacking_threshold(MicroStx{10'010}, MicroStx{}, 10, step) == MicroStx{2'000});
  CHECK(stacking_threshold(MicroStx{}, MicroStx{40'040}, 10, step) == MicroStx{2'000});
}

TEST_CASE("pox: slots are whole thresholds; below one threshold there is no slot") {
  const std::vector<PoxEntry> entries{entry(1, 1, 999), entry(2, 2, 1'000), entry(3, 3, 2'999)};
  const auto table = stacker_slots(entries, step);
  CHECK(slots(table) == Slots{1, 2});
  CHECK(table.total_slots == 3);
  CHECK(reward_set(table).size() == 3);
  CHECK(reward_set(table)[0] == entries[1].reward_script);
  CHECK(reward_set(table)[2] == entries[2].reward_script);
}

TEST_CASE(
    "pox: equal address and key are summed at the first place, an equal address alone is not") {
  const std::vector<PoxEntry> entries{entry(1, 1, 600), entry(2, 2, 1'000), entry(1, 1, 500),
                                      entry(2, 9, 1'500)};
  const auto table = stacker_slots(entries, step);
  REQUIRE(slots(table) == Slots{1, 1, 1});
  CHECK(table.stackers[0].amount == MicroStx{1'100});
  CHECK(table.stackers[1].signing_key == entries[1].signing_key);
  CHECK(table.stackers[2].signing_key == entries[3].signing_key);
}

TEST_CASE("pox: never more slots than there are, whatever is stacked") {
  for (std::uint64_t amount = 1; amount < 60'000; amount += 77) {
    const std::vector<PoxEntry> entries{entry(1, 1, amount), entry(2, 2, 3 * amount)};
    const auto table = stacker_slots(entries, MicroStx{amount}, 10, step);
    CHECK(table.total_slots <= 10);
  }
}
