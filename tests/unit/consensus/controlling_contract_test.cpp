#include "consensus/controlling_contract.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace quorate;
using namespace quorate::consensus;

namespace {

crypto::SecretKey key_of(std::uint8_t i) {
  return crypto::SecretKey::derive("quorate/test-member", Bytes{i});
}

/// The specification's example: 10, 20, 30 and 40 slots, dealt in rounds of ten.
SignerSet sip_example() {
  SignerSet set;
  set.kind = GroupKind::producers;
  set.generation = 7;
  set.total_slots = 100;
  std::uint32_t first = 0;
  for (std::uint32_t p = 0; p < 4; ++p) {
    SignerMember member{key_of(static_cast<std::uint8_t>(p)).public_key(), {}};
    for (std::uint32_t round = 0; round < 10; ++round) {
      for (std::uint32_t i = 0; i <= p; ++i)
        member.slots.push_back(SlotIndex{10 * round + first + i});
    }
    first += p + 1;
    set.members.push_back(member);
  }
  return set;
}

SignerSet two_stackers(const Params& params) {
  SignerSet set;
  set.kind = GroupKind::stackers;
  set.generation = 3;
  set.total_slots = 5;
  set.members.push_back({key_of(1).public_key(), {SlotIndex{0}, SlotIndex{1}}});
  set.members.push_back({key_of(2).public_key(), {SlotIndex{2}, SlotIndex{3}, SlotIndex{4}}});
  CHECK(params.reward_slots >= 5);
  return set;
}

ChunkMeta signed_meta(const ControllingContract& contract, ChunkSlot slot, std::uint64_t version,
                      const crypto::SecretKey& key) {
  const Bytes content{1, 2, 3};
  const Chunk chunk = sign_chunk(contract.network_id(), contract.address(), slot,
                                 ChunkVersion{version}, SharedBytes{content}, key);
  return {chunk.version, crypto::sha512_256(content), chunk.signature};
}

const GenerationSpan span_of_test{BurnHeight{171}, BurnHeight{181}};

}  // namespace

TEST_CASE("member_slots: the specification's 10/20/30/40 example") {
  const Params params;
  const SignerSet set = sip_example();
  const MemberSlots tenth = member_slots(params, set, MemberIndex{0});
  CHECK(tenth.precompute.size() == 10);
  CHECK(tenth.precompute[1] == ChunkSlot{10});
  CHECK(tenth.signing.back() == ChunkSlot{190});
  CHECK(tenth.candidate == ChunkSlot{200});
  const MemberSlots fortieth = member_slots(params, set, MemberIndex{3});
  CHECK(fortieth.precompute.size() == 40);
  CHECK(fortieth.first_precompute() == ChunkSlot{6});
  CHECK(fortieth.first_signing() == ChunkSlot{106});
  CHECK(fortieth.signing.back() == ChunkSlot{199});
  CHECK(fortieth.candidate == ChunkSlot{203});
  CHECK(first_precompute_slot(params, set, MemberIndex{2}) == ChunkSlot{3});
  CHECK(first_signing_slot(params, set, MemberIndex{2}) == ChunkSlot{103});
}

TEST_CASE("boot_contract: 300 producer slots, each writable by its owner alone, the rest unused") {
  const Params params;
  const SignerSet set = sip_example();
  const ContractView contract = boot_contract(params, set, span_of_test).value();
  CHECK(contract->slot_count() == 300);
  CHECK(contract->address().contract.text == "SP000000000000000000002Q6VF78.block-producers");
  CHECK(contract->address().generation == 7);
  CHECK(contract->address().set == set.hash(params.network_id));
  for (std::uint16_t p = 0; p < 4; ++p) {
    const MemberSlots slots = member_slots(params, set, MemberIndex{p});
    for (const auto& range : {slots.precompute, slots.signing}) {
      for (const ChunkSlot s : range) CHECK(contract->owner(s).value() == set.members[p].key);
    }
    CHECK(contract->owner(*slots.candidate).value() == set.members[p].key);
  }
  CHECK(contract->owner(ChunkSlot{204}).code() == Errc::no_such_slot);
  CHECK(contract->owner(ChunkSlot{300}).code() == Errc::no_such_slot);
}

TEST_CASE("boot_contract: producers without signer slots own the first candidate slots") {
  const Params params;
  SignerSet set = sip_example();
  set.zero_slot_keys = {key_of(20).public_key(), key_of(21).public_key()};
  const ContractView contract = boot_contract(params, set, span_of_test).value();
  CHECK(candidate_slot_of_zero_slot_key(params, set, 1) == ChunkSlot{201});
  CHECK(contract->owner(ChunkSlot{201}).value() == set.zero_slot_keys[1]);
  CHECK(candidate_slot(params, set, MemberIndex{0}) == ChunkSlot{202});
  CHECK(contract->owner(ChunkSlot{205}).value() == set.members[3].key);
  CHECK(contract->owner(ChunkSlot{206}).code() == Errc::no_such_slot);
}

TEST_CASE("boot_contract: chunk limits change at slots 100 and 200") {
  const Params params;
  const ContractView contract = boot_contract(params, sip_example(), span_of_test).value();
  CHECK(contract->limits(ChunkSlot{99}).value().chunk_bytes == 16 * 1024);
  CHECK(contract->limits(ChunkSlot{100}).value().chunk_bytes == 64 * 1024);
  CHECK(contract->limits(ChunkSlot{199}).value().chunk_bytes == 64 * 1024);
  CHECK(contract->limits(ChunkSlot{200}).value().chunk_bytes == 2 * 1024 * 1024);
  CHECK(contract->limits(ChunkSlot{299}).value().writes_per_second == boot_writes_per_second);
  CHECK(contract->limits(ChunkSlot{300}).code() == Errc::no_such_slot);
}

TEST_CASE("boot_contract: 8,000 stacker slots, signing slots begin at the number of reward slots") {
  const Params params;
  const SignerSet set = two_stackers(params);
  const ContractView contract = boot_contract(params, set, span_of_test).value();
  CHECK(contract->slot_count() == 8000);
  CHECK(contract->address().contract.text == "SP000000000000000000002Q6VF78.pox-5");
  CHECK(contract->owner(ChunkSlot{4}).value() == set.members[1].key);
  CHECK(contract->owner(ChunkSlot{5}).code() == Errc::no_such_slot);
  CHECK(contract->owner(ChunkSlot{4001}).value() == set.members[0].key);
  CHECK(contract->limits(ChunkSlot{0}).value().chunk_bytes == 256 * 1024);
  const MemberSlots slots = member_slots(params, set, MemberIndex{1});
  CHECK(slots.first_signing() == ChunkSlot{4002});
  CHECK_FALSE(slots.candidate.has_value());
}

TEST_CASE("boot_contract_name: other networks use the testnet address") {
  CHECK(boot_contract_name(0x80000000, GroupKind::stackers).text ==
        "ST000000000000000000002AMW42H.pox-5");
}

TEST_CASE("auth_write: the owner's signature over slot, version, content and array, nothing else") {
  const Params params;
  const ContractView contract = boot_contract(params, sip_example(), span_of_test).value();
  const ChunkMeta good = signed_meta(*contract, ChunkSlot{101}, 4, key_of(1));
  CHECK(contract->auth_write(ChunkSlot{101}, good).ok());
  CHECK(contract->auth_write(ChunkSlot{102}, good).code() == Errc::bad_signer);  // Same owner.
  CHECK(contract->auth_write(ChunkSlot{204}, good).code() == Errc::no_such_slot);
  CHECK(contract->auth_write(ChunkSlot{300}, good).code() == Errc::no_such_slot);
  ChunkMeta other = good;
  other.version = ChunkVersion{5};
  CHECK(contract->auth_write(ChunkSlot{101}, other).code() == Errc::bad_signer);
  other = good;
  other.content_hash.bytes[0] ^= 1;
  CHECK(contract->auth_write(ChunkSlot{101}, other).code() == Errc::bad_signer);
  other = good;
  other.signature = {};
  CHECK(contract->auth_write(ChunkSlot{101}, other).code() == Errc::bad_signer);
  CHECK(contract->auth_write(ChunkSlot{101}, signed_meta(*contract, ChunkSlot{101}, 4, key_of(2)))
            .code() == Errc::bad_signer);
}

TEST_CASE("auth_write: a chunk of another term or set does not replay, though key and slot agree") {
  const Params params;
  const SignerSet set = sip_example();
  const ContractView contract = boot_contract(params, set, span_of_test).value();
  SignerSet next = set;
  ++next.generation;
  SignerSet rearranged = set;
  rearranged.zero_slot_keys = {key_of(20).public_key()};
  for (const SignerSet& elsewhere : {next, rearranged}) {
    const ContractView there = boot_contract(params, elsewhere, span_of_test).value();
    const ChunkMeta foreign = signed_meta(*there, ChunkSlot{101}, 4, key_of(1));
    CHECK(there->auth_write(ChunkSlot{101}, foreign).ok());
    CHECK(contract->auth_write(ChunkSlot{101}, foreign).code() == Errc::bad_signer);
  }
}

TEST_CASE("garbage: nothing before the successor's start, everything from there on") {
  const ContractView contract = boot_contract(Params{}, sip_example(), span_of_test).value();
  const ChunkMeta any;
  CHECK_FALSE(contract->garbage_collect(BurnHeight{180}));
  CHECK_FALSE(contract->is_garbage(BurnHeight{180}, ChunkSlot{0}, any));
  CHECK_FALSE(contract->is_closed(BurnHeight{180}));
  CHECK(contract->garbage_collect(BurnHeight{181}));
  CHECK(contract->is_garbage(BurnHeight{181}, ChunkSlot{0}, any));
  CHECK(contract->is_closed(BurnHeight{181}));
}

TEST_CASE("is_current: from the generation's start to its successor's") {
  const ContractView contract = boot_contract(Params{}, sip_example(), span_of_test).value();
  CHECK_FALSE(contract->is_current(BurnHeight{170}));
  CHECK(contract->is_current(BurnHeight{171}));
  CHECK(contract->is_current(BurnHeight{180}));
  CHECK_FALSE(contract->is_current(BurnHeight{181}));
}

TEST_CASE("boot_contract: a set whose slots do not fit is refused") {
  const Params params;
  const auto refused = [&](const SignerSet& set) {
    const auto contract = boot_contract(params, set, span_of_test);
    return !contract.ok() && contract.code() == Errc::set_does_not_fit;
  };
  SignerSet set = sip_example();
  set.members[3].slots.back() = SlotIndex{100};
  CHECK(refused(set));  // Beyond the range; 99 is the last.
  set = sip_example();
  set.members[3].slots.back() = SlotIndex{98};
  CHECK(refused(set));  // Owned twice.
  set = sip_example();
  set.members[0].slots = {};
  CHECK(refused(set));
  set = sip_example();
  set.zero_slot_keys = List<crypto::PublicKey, 100>(96, key_of(9).public_key());
  CHECK_FALSE(refused(set));  // 96 + 4 candidate slots.
  set.zero_slot_keys.push_back(key_of(9).public_key());
  CHECK(refused(set));
  set = two_stackers(params);
  set.zero_slot_keys = {key_of(9).public_key()};
  CHECK(refused(set));
}
