// Laws of consensus that hold for any input, searched by RapidCheck. It prints the seed of a
// counter- example and the smallest one found; RC_PARAMS="seed=N" repeats it.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <numeric>

#include "consensus/chunk_rules.hpp"
#include "consensus/rewards.hpp"
#include "consensus/slot_assignment.hpp"

using namespace quorate;
using namespace quorate::consensus;

namespace {

/// Ascending spends of 1 to 100 producers, tiny and huge ones.
rc::Gen<std::vector<Sats>> spends() {
  const auto one = rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 20),
                                  rc::gen::inRange<std::uint64_t>(1, 100'000'000),
                                  rc::gen::inRange<std::uint64_t>(1, 21'000'000'000'000));
  return rc::gen::map(rc::gen::container<std::vector<std::uint64_t>>(one),
                      [](std::vector<std::uint64_t> raw) {
                        if (raw.empty()) raw.push_back(1);
                        if (raw.size() > 100) raw.resize(100);
                        std::sort(raw.begin(), raw.end());
                        std::vector<Sats> out;
                        for (const std::uint64_t sats : raw) out.push_back(Sats{sats});
                        return out;
                      });
}

std::vector<RewardShare> shares_of(const std::vector<Sats>& spends) {
  std::vector<RewardShare> out;
  for (std::uint32_t i = 0; i < spends.size(); ++i) {
    stacks::Address address;
    put_be(address.hash.bytes.data(), i);
    out.push_back({stacks::Principal{address}, spends[i], i});
  }
  return out;
}

U128 paid(const RewardStatement& statement) {
  U128 sum = 0;
  for (const RewardLine& line : statement.lines) sum += line.amount.value;
  return sum;
}

ChunkMeta any_meta() {
  ChunkMeta meta;
  // Few versions and first bytes, so that ties of all kinds occur.
  meta.version = ChunkVersion{*rc::gen::inRange<std::uint64_t>(1, 4)};
  meta.content_hash.bytes[0] = *rc::gen::element<std::uint8_t>(0, 1, 0x0f, 0xff);
  meta.content_hash.bytes[31] = *rc::gen::inRange<std::uint8_t>(0, 3);
  meta.signature.bytes[0] = *rc::gen::inRange<std::uint8_t>(0, 3);
  return meta;
}

}  // namespace

TEST_CASE("property: every signer slot has exactly one owner, and weight follows spend") {
  CHECK(rc::check([] {
    const std::vector<Sats> spent = *spends();
    const std::vector<Weight> weights = apportion(spent, 100);
    RC_ASSERT(std::is_sorted(weights.begin(), weights.end()));
    std::vector<std::uint32_t> owners(100);
    for (const auto& slots : place_slots(weights)) {
      for (const SlotIndex slot : slots) ++owners.at(slot.value);
    }
    RC_ASSERT(std::all_of(owners.begin(), owners.end(), [](std::uint32_t n) { return n == 1; }));
    // Nobody gets a whole slot more or less than the exact share. Source: quota rule.
    U128 total = 0;
    for (const Sats s : spent) total += s.value;
    for (std::size_t i = 0; i < spent.size(); ++i) {
      const U128 exact = U128{100} * spent[i].value / total;
      RC_ASSERT(weights[i].value == exact || weights[i].value == exact + 1);
    }
  }));
}

TEST_CASE("property: a purse is paid out to the last microSTX, and more spend never earns less") {
  CHECK(rc::check([] {
    const std::vector<Sats> spent = *spends();
    const MicroStx purse{*rc::gen::inRange<std::uint64_t>(0, 10'000'000'000)};
    const RewardStatement statement = split_purse(purse, shares_of(spent));
    RC_ASSERT(paid(statement) == U128{purse.value});
    for (std::size_t i = 1; i < statement.lines.size(); ++i) {
      if (spent[i] == spent[i - 1]) continue;
      RC_ASSERT(statement.lines[i - 1].amount.value <= statement.lines[i].amount.value);
    }
  }));
}

TEST_CASE("property: fees go to signers only, and sum exactly") {
  CHECK(rc::check([] {
    const std::vector<Sats> spent = *spends();
    BitVector signers{static_cast<std::uint16_t>(spent.size())};
    for (std::uint16_t i = 0; i < spent.size(); ++i) {
      if (*rc::gen::arbitrary<bool>()) signers.set(i);
    }
    const MicroStx fees{*rc::gen::inRange<std::uint64_t>(0, 1'000'000'000)};
    const RewardStatement statement = split_fees(fees, shares_of(spent), signers);
    RC_ASSERT(statement.lines.size() == signers.count());
    RC_ASSERT(paid(statement) + statement.undistributed.value == U128{fees.value});
    RC_ASSERT((statement.undistributed.value == 0) ==
              (signers.count() > 0 || fees.value == 0));
  }));
}

TEST_CASE("property: replicas that saw the same chunks hold the same one, whatever the order") {
  CHECK(rc::check([] {
    std::vector<ChunkMeta> chunks(*rc::gen::inRange<std::size_t>(1, 8));
    for (ChunkMeta& chunk : chunks) chunk = any_meta();
    const auto held_after = [](const std::vector<ChunkMeta>& order) {
      ChunkMeta held;
      for (const ChunkMeta& chunk : order) {
        if (merge_chunk(held, chunk) == Merge::replace) held = chunk;
      }
      return held;
    };
    const ChunkMeta once = held_after(chunks);
    std::vector<ChunkMeta> other = chunks;
    for (std::size_t i = other.size(); i > 1; --i) {
      std::swap(other[i - 1], other[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    RC_ASSERT(held_after(other) == once);
    // Hearing everything again changes nothing.
    other.insert(other.end(), chunks.begin(), chunks.end());
    RC_ASSERT(held_after(other) == once);
  }));
}
