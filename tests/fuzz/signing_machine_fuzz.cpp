// Any sequence of inputs is answered or refused; no nonce ever answers two sessions, and whatever
// seal comes out verifies. Each step: one byte says what, one who, one how.
#include "tests/unit/actors/signing_world.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

const TestGroup& group() {
  static const TestGroup made = make_group({2, 1});
  return made;
}

struct Script {
  ByteView left;
  std::uint8_t next() {
    if (left.empty()) return 0;
    const std::uint8_t byte = left[0];
    left = left.subspan(1);
    return byte;
  }
};

consensus::InstanceId instance(std::uint8_t how) {
  consensus::InstanceId id;
  id.generation = how & 64 ? 6 : 5;
  id.height = BlockHeight{how & 1u};
  if (how & 2) id.purpose = consensus::Purpose::announce;
  return id;
}

crypto::SigningSubject subject(std::uint8_t how) {
  Hash256 hash;
  hash.bytes[0] = how & 4;
  if (how & 2) return messages::announcement_subject(hash, group().content.group_key);
  return messages::block_subject(BlockId::from(hash.view()));
}

void twist(messages::SigningState& state, std::uint8_t how) {
  if (how & 1 && !state.requests.empty()) state.requests[0].entries[0].index ^= how >> 4;
  if (how & 2 && !state.shares.empty()) state.shares[0].partial.bytes[31] ^= 1;
  if (how & 4 && state.nonces) state.nonces->base += 1;
  if (how & 8 && !state.shares.empty()) {
    state.rejects.push_back({state.shares[0].session, messages::RejectReason::nonce_spent});
  }
  if (how & 16 && state.nonces) state.nonces->nonces.clear();
}

void play(SigningWorld& world, Script& script) {
  const std::uint8_t what = script.next();
  const std::size_t who = script.next() % world.members.size();
  const std::uint8_t how = script.next();
  const consensus::View view{1, static_cast<std::uint32_t>((how >> 3) & 1)};
  switch (what % 9) {
    case 0: return world.exchange(how % 100);
    case 1: return world.pass(milliseconds(how * 20));
    case 2: return (void)world.tell(who, OpenSigning{instance(how), view, subject(how)});
    case 3: return (void)world.tell(who, Permit{instance(how), view, subject(how)});
    case 4: return (void)world.tell(who, Withdraw{instance(how)});
    case 5: return (void)world.tell(who, CloseSigning{instance(how)});
    case 6: return world.boot(who);
    case 7: {
      const std::size_t victim = script.next() % world.members.size();
      if (!world.members[who].state) return;
      messages::SigningState state = *world.members[who].state;
      twist(state, how);
      const MemberIndex from{static_cast<std::uint16_t>(who)};
      (void)world.tell(victim, PeerSigning{from, state, {}});
      return;
    }
    default:
      (void)world.tell(who, ExcludeSigner{MemberIndex{static_cast<std::uint16_t>(how % 4)}});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SigningWorld world(group());
  world.boot_all();
  world.exchange();
  Script script{{data, size}};
  for (int step = 0; step < 16 && !script.left.empty(); ++step) play(world, script);
  // Only sessions whose request was seen whole are counted; the others name no known nonce.
  world.check_nonces([](bool holds) { ASSERT(holds); });
  return 0;
}
