#include "consensus/genesis.hpp"

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

TEST_CASE("genesis: balances are paid out and the id covers network, state and first stackers") {
  testing::ScriptedWorld world;
  const auto ledger = genesis_ledger(world.params, world.genesis);
  REQUIRE(ledger.ok());
  CHECK(ledger->supply() == MicroStx{10'005'000'000'000});
  const SetHash set =
      stacker_set(CycleNumber{0}, world.genesis.signers).hash(world.params.network_id);
  const BlockId id = genesis_id(world.params, ledger->state_root(), set);
  CHECK(id == world.chain.genesis_id());
  Params other = world.params;
  other.network_id = 5;
  CHECK(genesis_id(other, ledger->state_root(), set) != id);
  CHECK(genesis_id(world.params, ledger->state_root(), SetHash{}) != id);
}

TEST_CASE("genesis: signer slots are contiguous ranges in order, the reward set one entry each") {
  testing::ScriptedWorld world;
  const SignerSet set = stacker_set(CycleNumber{3}, world.genesis.signers);
  CHECK(set.generation == 3);
  CHECK(set.total_slots == 39);
  SlotIndex next{0};
  for (const SignerMember& member : set.members) {
    for (const SlotIndex slot : member.slots) {
      CHECK(slot == next);
      ++next;
    }
  }
  CHECK(next.value == 39);
  const RewardSet rewards = reward_set(world.genesis.signers);
  REQUIRE(rewards.size() == 39);
  CHECK(rewards[9] == world.genesis.signers[0].reward_script);
  CHECK(rewards[10] == world.genesis.signers[1].reward_script);
}

TEST_CASE("genesis: a key that signs for two stackers is one member with the slots of both") {
  testing::ScriptedWorld world;
  auto signers = world.genesis.signers;  // 10, 13 and 16 slots.
  signers[2].signing_key = signers[0].signing_key;
  const SignerSet set = stacker_set(CycleNumber{3}, signers);
  REQUIRE(set.members.size() == 2);
  CHECK(set.members[0].slots.size() == 26);
  CHECK(set.members[0].slots[10] == SlotIndex{23});
  CHECK(set.members[1].slots.front() == SlotIndex{10});
  CHECK(set.total() == Weight{39});
  CHECK(set.find(signers[2].signing_key) == MemberIndex{0});
  // Rewards go where each stacker wants them.
  CHECK(reward_set(signers)[23] == signers[2].reward_script);
}

TEST_CASE("genesis: impossible signers are refused by name") {
  testing::ScriptedWorld world;
  const auto refused = [&](const Genesis& genesis) {
    return genesis_ledger(world.params, genesis).code();
  };
  Genesis genesis = world.genesis;
  genesis.signers.clear();
  CHECK(refused(genesis) == Errc::genesis_without_signers);
  genesis = world.genesis;
  genesis.signers[1].signing_key = genesis.signers[0].signing_key;
  CHECK(refused(genesis) == Errc::genesis_signer_twice);
  genesis = world.genesis;
  genesis.signers[0].slots = 0;
  CHECK(refused(genesis) == Errc::bad_slot_count);
  genesis.signers[0].slots = 12;  // 12 + 13 + 16 = 41 of 40.
  CHECK(refused(genesis) == Errc::bad_slot_count);
  genesis.signers[0].slots = 11;
  CHECK(genesis_ledger(world.params, genesis).ok());
  genesis.signers[0].signing_key.bytes[0] = 7;
  CHECK(refused(genesis) == Errc::bad_public_key);
  genesis = world.genesis;
  genesis.balances.push_back(genesis.balances[0]);
  CHECK(refused(genesis) == Errc::duplicate_genesis_account);
}

}  // namespace
}  // namespace quorate::consensus
